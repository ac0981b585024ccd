"""Whatever stands in ledger and tables, a correction makes them agree with each other and with the topic."""

from dataclasses import dataclass

from hypothesis import example, given
from hypothesis import strategies as st

from winepipeline_warehouse.correction import Correction, Log, Refusal, mended, rewound
from winepipeline_warehouse.runs import Runs, RunsBuilder
from winepipeline_warehouse.standing import Island, LedgerRow, Standing

MOST = 24
offsets = st.integers(0, MOST)


@dataclass(frozen=True)
class World:
    """A topic, the rows of it, and what the ledger says."""

    start: int
    end: int
    messages: frozenset[int]
    loaded: frozenset[int]
    rejected: frozenset[int]
    surplus: int
    ledger: tuple[LedgerRow, ...]

    @property
    def rows(self) -> frozenset[int]:
        """All offsets that are in a table."""
        return self.loaded | self.rejected

    @property
    def log(self) -> Log:
        """The topic as a correction sees it."""
        return Log(self.start, self.end, runs_of(self.messages))

    def standing(self, cut: int = 0) -> Standing:
        """The warehouse as a correction sees it."""
        islands: list[Island] = []
        for offset in sorted(self.rows):
            one = (int(offset in self.loaded), int(offset not in self.loaded))
            if islands and islands[-1].stop == offset != cut:
                last = islands.pop()
                islands.append(
                    Island(last.start, offset + 1, last.loaded + one[0], last.rejected + one[1], last.surplus)
                )
            else:
                islands.append(Island(offset, offset + 1, *one, self.surplus if not islands else 0))
        return Standing(self.ledger, tuple(islands))

    def after(self, done: Correction) -> "World":
        """The world once the correction was made."""
        stay = {each for each in self.rows if done.keep_below is None or each < done.keep_below}
        return World(self.start, self.end, self.messages, self.loaded & stay, self.rejected & stay, 0, (done.row,))


def runs_of(found: frozenset[int]) -> Runs:
    """A set as runs."""
    builder = RunsBuilder()
    builder.add(sorted(found))
    return builder.built()


ledger_rows = st.builds(
    lambda first, length, epoch, counts: LedgerRow(first, first + length, epoch, "someone", *counts),
    offsets,
    offsets,
    st.integers(1, 5),
    st.tuples(*[st.integers(0, MOST)] * 4),
)


@st.composite
def worlds(draw: st.DrawFn, most_ledgers: int = 2) -> World:
    """Anything at all."""
    start = draw(offsets)
    end = start + draw(offsets)
    messages = draw(st.frozensets(st.integers(start, end - 1))) if end > start else frozenset()
    loaded = draw(st.frozensets(offsets))
    rejected = draw(st.frozensets(offsets)) - loaded
    ledgers = tuple(draw(st.lists(ledger_rows, min_size=0 if loaded | rejected else 1, max_size=most_ledgers)))
    return World(start, end, messages, loaded, rejected, draw(st.integers(0, 3)) if loaded else 0, ledgers)


def holds(world: World) -> bool:
    """What the audit asks, and that no message was passed over."""
    (row,) = world.ledger
    counted = row.loaded + row.rejected + row.skipped + row.expired
    covered = all(row.first_offset <= each < row.next_offset for each in world.rows)
    passed_over = {each for each in world.messages if row.first_offset <= each < row.next_offset} - world.rows
    return (
        row.next_offset - row.first_offset == counted
        and (row.loaded, row.rejected) == (len(world.loaded), len(world.rejected))
        and min(row.skipped, row.expired) >= 0
        and covered
        and not passed_over
        and row.next_offset <= world.end
    )


@given(worlds())
def test_a_repair_makes_everything_agree(world: World) -> None:
    """After a repair the audit holds, no message is passed over, and nothing is gone that the topic does not hold."""
    done = mended(0, world.standing(), world.log)
    if isinstance(done, Refusal):
        assert done.reason
        return
    if done is None:
        assert holds(world)
        return
    after = world.after(done)
    assert done.reasons
    assert holds(after)
    assert world.rows - after.rows <= world.messages
    assert (done.removed_loaded, done.removed_rejected) == (
        len(world.loaded - after.loaded),
        len(world.rejected - after.rejected),
    )
    assert all(done.row.epoch > row.epoch for row in world.ledger)
    assert mended(0, after.standing(), after.log) is None


BEFORE_ITS_LEDGER = World(0, 0, frozenset(), frozenset(), frozenset({0, 1}), 0, (LedgerRow(1, 2, 1, "", 0, 0, 0, 0),))


@example(world=BEFORE_ITS_LEDGER, to=0, allow_gap=False)
@given(worlds(most_ledgers=1), offsets, st.booleans())
def test_a_rewind_takes_only_what_comes_again(world: World, to: int, allow_gap: bool) -> None:
    """From the offset on nothing is left, everything before it stays, and what was taken is in the topic."""
    cut = max(to, world.start) if allow_gap else to
    done = rewound(0, world.standing(cut), world.log, to, allow_gap=allow_gap)
    if not isinstance(done, Correction):
        return
    after = world.after(done)
    row = done.row
    assert row.next_offset >= to or row.next_offset == row.first_offset
    assert row.next_offset < world.ledger[0].next_offset
    assert world.rows - after.rows <= world.messages
    assert max(after.rows, default=-1) < row.next_offset
    assert (row.loaded, row.rejected) == (len(after.loaded), len(after.rejected))


sets = st.frozensets(st.integers(0, 30))


@given(sets, sets, st.integers(0, 30), st.integers(0, 30))
def test_runs_are_sets_of_offsets(one: frozenset[int], other: frozenset[int], start: int, stop: int) -> None:
    """Holes and rows are counted right, however many runs they are."""
    runs = runs_of(one)
    assert runs.count == len(one)
    assert runs.within(start, stop) == runs_of(frozenset(each for each in one if start <= each < stop))
    assert runs.without(runs_of(other)) == runs_of(one - other)
    assert Runs.of([(each, each + 1) for each in one]) == runs
