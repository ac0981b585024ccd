"""Dead letters, for a person. Pure."""

import datetime as dt
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from winepipeline_local.dead_letters.decision import Outcome
from winepipeline_local.dead_letters.fault_place import drawn, fault_of
from winepipeline_local.dead_letters.folded import Folded
from winepipeline_local.dead_letters.opened import Letter
from winepipeline_local.dead_letters.replay import Report
from winepipeline_local.dead_letters.statistics import OfReason, Statistics
from winepipeline_local.view import CALM

LONGEST_DETAIL = 44
MOST_UNKNOWN = 5

WORDS = {
    Outcome.SENT: "sent to the topic again",
    Outcome.SENDABLE: "would be sent",
    Outcome.INVALID: "still no events: mend them in a file",
    Outcome.CUT: "cut: give the whole messages in a file",
    Outcome.REPLAYED_BEFORE: "sent by an earlier replay already",
    Outcome.UNSETTLED: "not in the table of rejects: still on their way, or loaded after all",
    Outcome.TOO_OFTEN: "came back too often",
}
"""What became of letters, in the order in which it is told."""


def letter_table(letters: Sequence[Letter], found: Folded) -> RenderableType:
    """A line for each letter."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=CALM)
    for heading in ("time", "place", "reason", "detail", "attempt", "copies", "replayed"):
        table.add_column(heading, no_wrap=True, justify="right" if heading in ("attempt", "copies") else "left")
    for letter in letters:
        mark = found.marks.get(letter.source)
        table.add_row(
            letter.time[5:19].replace("T", " "),
            letter.name,
            letter.reason.value,
            _cut(letter.detail),
            str(letter.attempt),
            str(len(found.copies[letter.source])),
            f"to {mark.to}" if mark else "",
        )
    return table if letters else Text("no such letters")


def letter_view(letter: Letter, found: Folded) -> RenderableType:
    """One letter, with the place of the fault."""
    fault, mark = fault_of(letter.detail), found.marks.get(letter.source)
    facts = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    size = len(letter.value or b"")
    whole = f" of {letter.cut_from_bytes:,}; the rest is not in the topic" if letter.cut_from_bytes else ""
    rows = {
        "reason": letter.reason.value,
        "path": fault.path,
        "got": fault.got,
        "allowed": fault.allowed,
        "place": f"{letter.source.topic} {letter.name}, produced {_time(letter.source.timestamp_ms)}",
        "turned away": f"{letter.time} by {letter.group}, attempt {letter.attempt}",
        "copies": ", ".join(f"{each.partition}:{each.offset}" for each in found.copies[letter.source]),
        "key": "" if letter.key is None else letter.key.decode(errors="backslashreplace"),
        "headers": ", ".join(name for name, _ in letter.headers),
        "value": f"{size:,} bytes{whole}",
        "sent again": f"{mark.time} to {mark.to}, by {mark.replay}, {', '.join(mark.repairs) or 'as it was'}"
        if mark
        else "",
    }
    for name, words in rows.items():
        if words:
            facts.add_row(Text(name, style=CALM), words)
    marked = [
        Text(line, style="bold red" if line.startswith("→") or "^ byte" in line else "") for line in drawn(letter)
    ]
    return Group(facts, Text(), *marked, Text())


def statistics_view(sums: Statistics) -> RenderableType:
    """A line for each reason, and the sums."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=CALM)
    table.add_column("reason")
    for heading in ("letters", "replayed", "open", "valid now", "mendable"):
        table.add_column(heading, justify="right")
    table.add_column("by")
    for reason, each in sums.reasons.items():
        table.add_row(reason, *_counts(each), ", ".join(f"{name} {n:,}" for name, n in each.repairs.most_common()))
    types = ", ".join(f"{name or 'none to be seen'} {count:,}" for name, count in sums.types.most_common())
    partitions = ", ".join(f"{number}: {count:,}" for number, count in sorted(sums.partitions.items()))
    times = [each for reason in sums.reasons.values() for each in (reason.first, reason.last)]
    lines = [
        f"{sums.letters:,} letters, {sums.replayed:,} of them sent again; {sums.repeats:,} further copies in the topic",
        f"types      {types}",
        f"partitions {partitions}",
        f"from {min(times)} to {max(times)}" if times else "",
    ]
    if sums.foreign:
        lines.append(f"{sums.foreign:,} messages in the topic are no letters of ours")
    return Group(table, Text(), *(Text(line) for line in lines if line))


def replay_view(report: Report, *, sent: bool) -> RenderableType:
    """What a replay came to, or would."""
    tally = report.tally
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(justify="right")
    table.add_row(f"{tally.matched:,}", "letters are meant")
    for outcome, words in WORDS.items():
        if tally.outcomes[outcome]:
            table.add_row(f"{tally.outcomes[outcome]:,}", words)
    lines = []
    if tally.repairs:
        lines.append("repairs: " + ", ".join(f"{name} {count:,}" for name, count in tally.repairs.most_common()))
    if tally.faults:
        lines.append("still wrong: " + ", ".join(f"{name} {count:,}" for name, count in tally.faults.most_common()))
    if report.unknown:
        some = ", ".join(report.unknown[:MOST_UNKNOWN])
        lines.append(f"{len(report.unknown):,} letters of the file are not in the topic: {some}")
    if report.unmarked:
        lines.append(report.unmarked)
    if not sent:
        lines.append("Nothing was sent. Add --yes to send." if tally.outcomes[Outcome.SENDABLE] else "Nothing to send.")
    return Group(table, Text(), *map(Text, lines))


def _counts(each: OfReason) -> tuple[str, ...]:
    return tuple(f"{count:,}" for count in (each.letters, each.replayed, each.open, each.valid, each.mendable))


def _cut(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_DETAIL else words[: LONGEST_DETAIL - 1] + "…"


def _time(milliseconds: int) -> str:
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
