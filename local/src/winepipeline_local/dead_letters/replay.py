"""Sends letters to their topic again: each at most once, however often a replay is killed and begun again.

An event and the mark that its letter was sent are written in one Kafka transaction, so that there is never the one
without the other (docs/adr/0008-a-replay-is-a-kafka-transaction.md). Steps of a transaction: "begin", "events",
"marks", "commit".
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from winepipeline_events.repair_fields import Source
from winepipeline_local.dead_letters.decision import Correction, Decision, Outcome, Tally, decide
from winepipeline_local.dead_letters.edited import identity
from winepipeline_local.dead_letters.folded import Folded, folded
from winepipeline_local.dead_letters.kafka import LetterTopic, Outgoing, Sender
from winepipeline_local.dead_letters.opened import (
    Letter,
    Mark,
    event_headers,
    mark_headers,
    mark_value,
    opened,
)
from winepipeline_local.dead_letters.rejects import Rejects
from winepipeline_local.dead_letters.selection import Selection
from winepipeline_local.errors import WarehouseError

MOST_AT_ONCE = 500
MOST_BYTES_AT_ONCE = 4 * 1024 * 1024
"""A transaction is small and short: consumers wait for its end."""

Step = Callable[[str], AbstractContextManager[None]]
"""Wraps each step: in a test, to kill the process in the middle of it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be sent again.

    Attributes:
        topic: of the events.
        dead_letter_topic: of the letters.
        selection: which letters.
        correction: how they are mended.
        events_per_second: at most so many are sent.
        name: what this replay is called in the marks.
    """

    topic: str
    dead_letter_topic: str
    selection: Selection = field(default_factory=Selection)
    correction: Correction = field(default_factory=Correction)
    events_per_second: float = 100.0
    name: str = ""


@dataclass(slots=True)
class Report:
    """What a replay came to.

    Attributes:
        tally: the letters that were meant, by what became of them.
        folded: all that stands in the dead-letter topic.
        unknown: letters of the file that are not in the dead-letter topic.
        unmarked: why the table of rejects does not tell yet what was sent; empty when it does.
    """

    tally: Tally = field(default_factory=Tally)
    folded: Folded = field(default_factory=Folded)
    unknown: list[str] = field(default_factory=list)
    unmarked: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """A letter on its way."""

    letter: Letter
    decision: Decision


class Replay:
    """One run; `dry_run` looks, `send` sends."""

    def __init__(self, order: Order, letters: LetterTopic, rejects: Rejects, tell: Callable[[Tally], None]) -> None:
        """`tell` is called after each transaction."""
        self._order = order
        self._letters = letters
        self._rejects = rejects
        self._tell = tell
        self.report = Report()

    def dry_run(self) -> Report:
        """Count what would be sent."""
        for _ in self._decided():
            pass
        return self.report

    def send(self, sender: Sender, step: Step = lambda _: nullcontext()) -> Report:
        """Send; `sender` was made before, so that no other replay sends meanwhile.

        Raises:
            BrokerError: nothing was sent twice; run it again.
            WarehouseError: the table of rejects cannot be read; nothing was sent.
        """
        begun, sent = time.monotonic(), 0
        marks: list[Mark] = []
        for portion in self._portions():
            time.sleep(max(0.0, begun + sent / self._order.events_per_second - time.monotonic()))
            marks += self._send(sender, portion, step)
            sent += len(portion)
            self.report.tally.sent(len(portion))
            self._tell(self.report.tally)
        self._note([*self.report.folded.marks.values(), *marks])
        return self.report

    def _send(self, sender: Sender, portion: list[Pending], step: Step) -> list[Mark]:
        """One transaction: the events, and a mark beside every copy of their letters."""
        with step("begin"):
            sender.begin()
        try:
            with step("events"):
                places = sender.send([self._event(each) for each in portion])
            marks = [self._mark(each, f"{at.partition}:{at.offset}") for each, at in zip(portion, places, strict=True)]
            with step("marks"):
                sender.send([outgoing for mark in marks for outgoing in self._marks_of(mark)])
            with step("commit"):
                sender.commit()
        except BaseException:
            sender.abort()
            raise
        return marks

    def _portions(self) -> Iterator[list[Pending]]:
        """The letters to send, so many at a time as make a short transaction."""
        most = max(1, min(MOST_AT_ONCE, int(self._order.events_per_second)))
        portion: list[Pending] = []
        size_bytes = 0
        for each in self._decided():
            if each.decision.outcome is not Outcome.SENDABLE:
                continue
            portion.append(each)
            size_bytes += len(each.decision.value or b"")
            if len(portion) >= most or size_bytes >= MOST_BYTES_AT_ONCE:
                yield portion
                portion, size_bytes = [], 0
        if portion:
            yield portion

    def _decided(self) -> Iterator[Pending]:
        """Every letter that is meant, with what is to become of it. Reads the topic twice: it may exceed the memory."""
        order, report = self._order, self.report
        report.folded = folded(self._letters.messages(), order.topic)
        settled = self._rejects.settled()
        report.unknown = sorted(set(order.correction.edits or {}) - set(map(identity, report.folded.copies)))
        for raw in self._letters.messages():
            letter = opened(raw)
            if isinstance(letter, Letter) and self._is_meant(letter):
                decision = self._decision(letter, settled)
                report.tally.count(decision)
                yield Pending(letter, decision)

    def _decision(self, letter: Letter, settled: dict[Source, bool]) -> Decision:
        """A replay that is begun again by its own name counts as sent what it had sent before it was killed."""
        mark = self.report.folded.marks.get(letter.source)
        if mark is not None and mark.replay == self._order.name:
            return Decision(Outcome.SENT, repairs=mark.repairs)
        noted = settled.get(letter.source)
        replayed = mark is not None or bool(noted)
        return decide(letter, self._order.correction, replayed=replayed, settled=noted is not None)

    def _is_meant(self, letter: Letter) -> bool:
        """What came after the first reading is left to the next replay."""
        known = self.report.folded.copies.get(letter.source)
        return (
            known is not None
            and known[0] == letter.place
            and self._order.selection.takes(letter)
            and self._order.correction.concerns(letter)
        )

    def _event(self, pending: Pending) -> Outgoing:
        headers = event_headers(pending.letter, pending.decision.repairs, self._order.name)
        return Outgoing(self._order.topic, pending.letter.key, pending.decision.value, headers)

    def _mark(self, pending: Pending, place: str) -> Mark:
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        letter = pending.letter
        return Mark(letter.source, letter.attempt + 1, place, pending.decision.repairs, self._order.name, now)

    def _marks_of(self, mark: Mark) -> Iterator[Outgoing]:
        """In each partition that holds a copy: retention then takes no mark before the copies that it speaks of."""
        key = identity(mark.source).encode()
        for partition in sorted({place.partition for place in self.report.folded.copies[mark.source]}):
            yield Outgoing(self._order.dead_letter_topic, key, mark_value(mark), mark_headers(mark), partition)

    def _note(self, marks: list[Mark]) -> None:
        """Tell the table of rejects too; all marks, since an earlier replay may have been killed before it could."""
        newest: dict[Source, Mark] = {mark.source: mark for mark in marks}
        try:
            self._rejects.mark(newest.values())
        except WarehouseError as failure:
            self.report.unmarked = str(failure)
