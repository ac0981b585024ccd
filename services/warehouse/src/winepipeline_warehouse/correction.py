"""How a partition's ledger and rows are put right: rewound to be loaded again, or mended after damage. Pure.

Whatever is corrected ends as one `Correction`: rows from some offset on are removed, and the ledger has one row that
fits what is left. Rows are only removed where the topic still holds their messages, so that they will be loaded again;
the last copy of an event is never removed.
"""

from dataclasses import dataclass, field

from winepipeline_warehouse.runs import Runs
from winepipeline_warehouse.standing import LedgerRow, Standing


@dataclass(frozen=True, slots=True)
class Log:
    """What the topic holds of a partition.

    Attributes:
        start: the first offset that retention has left.
        end: the offset of the next message.
        messages: the offsets that hold one, as far as it was asked for; holes are compacted away, or are a
            transaction's markers.
    """

    start: int
    end: int
    messages: Runs


@dataclass(frozen=True, slots=True)
class Correction:
    """What is done to one partition, in one transaction.

    Attributes:
        partition: which.
        expected: the ledger's rows as they must stand still.
        keep_below: rows at this offset and behind it are removed; None removes none.
        removed_loaded, removed_rejected: how many offsets that takes from each table.
        surplus: rows too many among those that stay, of which one each is kept.
        row: the ledger's row afterwards.
        reasons: what was found, and what is done about it, a sentence each.
    """

    partition: int
    expected: tuple[LedgerRow, ...]
    keep_below: int | None
    removed_loaded: int
    removed_rejected: int
    surplus: int
    row: LedgerRow
    reasons: tuple[str, ...] = ()

    @property
    def removed(self) -> int:
        """Events that are removed, to be loaded again."""
        return self.removed_loaded + self.removed_rejected


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a partition cannot be corrected.

    Attributes:
        partition: which.
        reason: what is in the way.
        hint: what to do.
        reasons: what else was found.
    """

    partition: int
    reason: str
    hint: str
    reasons: tuple[str, ...] = field(default=())


def rewound(partition: int, found: Standing, log: Log, to: int, *, allow_gap: bool) -> Correction | Refusal | None:
    """Rewind a partition so that it is loaded again from an offset on; None where it stands at or before that.

    Args:
        partition: which.
        found: what stands of it, its islands parted at `to`, and at the log's start.
        log: what the topic holds of it.
        to: the first offset that is to be loaded again.
        allow_gap: go back only as far as the log reaches, where it does not reach to `to`.
    """
    if len(found.ledger) != 1:
        return Refusal(partition, f"the ledger has {len(found.ledger)} rows for it", _REPAIR_FIRST)
    row = found.ledger[0]
    to = max(to, row.first_offset)
    if to < log.start:
        if not allow_gap:
            words = (
                f"retention has deleted the messages before offset {log.start}: {log.start - to} of those from {to} on"
            )
            return Refusal(
                partition, words, f"`--allow-gap` rewinds to {log.start}, and leaves the rows before it alone"
            )
        to = log.start
    if to >= row.next_offset:
        return None
    if any(each.start < to < each.stop for each in found.islands):
        return Refusal(partition, f"rows stand before offset {to}, where its ledger begins", _REPAIR_FIRST)
    kept, gone = _parted(found, to)
    only_copies = _covered(gone).without(log.messages)
    if only_copies.count:
        words = (
            f"the topic does not hold the messages of {only_copies.count} rows any more: offset {only_copies.shown()}"
        )
        return Refusal(partition, words, "rewind to an offset behind them: removed, they could not be loaded again")
    holes = Runs(((to, row.next_offset),)).without(log.messages).count
    after = LedgerRow(
        first_offset=row.first_offset,
        next_offset=to,
        epoch=row.epoch + 1,
        owner="",
        loaded=sum(each.loaded for each in kept.islands),
        rejected=sum(each.rejected for each in kept.islands),
        skipped=max(0, row.skipped - holes),
        expired=row.expired,
    )
    taken = sum(each.loaded for each in gone.islands), sum(each.rejected for each in gone.islands)
    return Correction(partition, found.ledger, to, *taken, 0, after)


def mended(partition: int, found: Standing, log: Log) -> Correction | Refusal | None:
    """Put right what ledger and tables say of a partition; None where there is nothing to put right.

    Args:
        partition: which.
        found: what stands of it.
        log: what the topic holds of it.
    """
    reasons = list(_damages(found))
    ends = [each.next_offset for each in found.ledger] + [each.stop for each in found.islands]
    first = min([each.first_offset for each in found.ledger] + [each.start for each in found.islands])
    covered = _covered(found)
    if covered.within(log.end, max(ends)).count:
        words = f"the topic ends at {log.end}, and the table has rows up to {max(ends) - 1}: it lost its end"
        return Refusal(partition, words, "docs/how-to/repair-the-ledger.md says what can be done", tuple(reasons))
    last = max((each.next_offset for each in found.ledger), default=0)
    if last > log.end:
        words = f"the ledger stands at {last}, and the topic ends at {log.end}: what comes there would be passed over"
        reasons.append(words)
    first, top = min(first, log.end), min(max(ends), log.end)
    unloaded = log.messages.within(first, top).without(covered)
    next_offset = unloaded.runs[0][0] if unloaded.count else top
    kept, gone = _parted(found, next_offset)
    only_copies = _covered(gone).without(log.messages)
    if unloaded.count:
        reasons.append(f"{unloaded.count} messages are in the topic and in no table: offset {unloaded.shown()}")
    if only_copies.count:
        words = (
            f"to load them, {_covered(gone).count} rows behind them would have to be removed first, and the topic does "
        )
        words += f"not hold the messages of {only_copies.count} of those any more (offset {only_copies.shown()})"
        return Refusal(partition, words, "docs/how-to/repair-the-ledger.md says what can be done", tuple(reasons))
    after, lost = _row_after(found, kept, log, first, next_offset)
    if lost:
        reasons.append(f"{lost} events are in no table, and the topic does not hold them any more: booked as expired")
    before = found.ledger[0] if len(found.ledger) == 1 else None
    if before is not None and not reasons:
        if _same(before, after):
            return None
        reasons.append(f"the ledger's counts are off: {_differences(before, after)}")
    surplus = sum(each.surplus for each in kept.islands)
    taken = sum(each.loaded for each in gone.islands), sum(each.rejected for each in gone.islands)
    keep_below = next_offset if gone.islands else None
    return Correction(partition, found.ledger, keep_below, *taken, surplus, after, tuple(reasons))


_REPAIR_FIRST = "`winepipeline audit --repair` explains what is wrong, and mends it"


def _damages(found: Standing) -> list[str]:
    """What is wrong, as far as the warehouse alone shows it."""
    words = []
    if len(found.ledger) != 1:
        words.append(f"the ledger has {len(found.ledger) or 'no'} rows for it, and must have one")
    surplus = sum(each.surplus for each in found.islands)
    if surplus:
        words.append(
            f"{surplus} rows too many: offsets that stand twice; one of each is kept, in the table if it is there"
        )
    if found.ledger:
        first = min(each.first_offset for each in found.ledger)
        last = max(each.next_offset for each in found.ledger)
        covered = _covered(found)
        for runs, where in (
            (covered.within(0, first), f"before the ledger begins, at {first}"),
            (covered.within(last, 2**63 - 1), f"behind where the ledger stands, at {last}"),
        ):
            if runs.count:
                words.append(f"{runs.count} rows stand {where}: offset {runs.shown()}")
    return words


def _row_after(found: Standing, kept: Standing, log: Log, first: int, next_offset: int) -> tuple[LedgerRow, int]:
    """The ledger's row that fits the rows that are kept, and how many events are lost for good and new to it.

    What no table has and the log does not hold either is a hole where the log still reaches, and before that whatever
    the ledger said: skipped or expired. What it did not say was lost.
    """
    loaded = sum(each.loaded for each in kept.islands)
    rejected = sum(each.rejected for each in kept.islands)
    nowhere = next_offset - first - loaded - rejected
    reach = max(first, min(log.start, next_offset))
    holes = Runs(((reach, next_offset),)).without(_covered(kept)).count if reach < next_offset else 0
    said_expired = max((each.expired for each in found.ledger), default=0)
    said_skipped = max((each.skipped for each in found.ledger), default=0)
    before_the_log = nowhere - holes
    lost = max(0, before_the_log - said_expired - max(0, said_skipped - holes))
    expired = min(said_expired + lost, before_the_log)
    epoch = max((each.epoch for each in found.ledger), default=0) + 1
    return LedgerRow(first, next_offset, epoch, "", loaded, rejected, nowhere - expired, expired), lost


def _parted(found: Standing, at: int) -> tuple[Standing, Standing]:
    """The islands before an offset, and those from it on; the offset lies in none, or islands were parted there."""
    before = tuple(each for each in found.islands if each.start < at)
    behind = tuple(each for each in found.islands if each.start >= at)
    return Standing(found.ledger, before), Standing(found.ledger, behind)


def _covered(found: Standing) -> Runs:
    return Runs.of((each.start, each.stop) for each in found.islands)


_COUNTS = ("first_offset", "next_offset", "loaded", "rejected", "skipped", "expired")


def _same(before: LedgerRow, after: LedgerRow) -> bool:
    return all(getattr(before, name) == getattr(after, name) for name in _COUNTS)


def _differences(before: LedgerRow, after: LedgerRow) -> str:
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in _COUNTS]
    return ", ".join(f"{name.replace('_', ' ')} {old}, should be {new}" for name, old, new in pairs if old != new)
