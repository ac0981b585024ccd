"""`winepipeline dlq`: look at dead letters, mend them, send them again."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from winepipeline_local.dead_letters.edited import line_of
from winepipeline_local.dead_letters.folded import Folded, folded
from winepipeline_local.dead_letters.kafka import LetterTopic
from winepipeline_local.dead_letters.opened import Letter, opened
from winepipeline_local.dead_letters.selection import Selection
from winepipeline_local.dead_letters.statistics import statistics
from winepipeline_local.dlq_replay import replay
from winepipeline_local.dlq_view import letter_table, letter_view, statistics_view
from winepipeline_local.errors import UsageError
from winepipeline_local.place import Place, named_place
from winepipeline_local.terminal import Terminal
from winepipeline_process.exits import ExitCode


def main(chosen: argparse.Namespace) -> int:
    """Carry out one part of it; the exit status.

    Raises:
        LocalError: there is no such pipeline or letter, or broker or warehouse do not answer.
        SettingsError: the environment is a consumer's and will not do.
    """
    parts: Mapping[str, Callable[[argparse.Namespace, Place, Terminal], int]] = {
        "list": _list,
        "show": _show,
        "stats": _stats,
        "replay": _replay,
    }
    terminal = Terminal.of(json=chosen.output != "text")
    with named_place(chosen.file, chosen.state) as place:
        return parts[chosen.part](chosen, place, terminal)


@dataclass(frozen=True, slots=True)
class Reading:
    """A dead-letter topic that was read through once, to know which messages are the same letter."""

    topic: LetterTopic
    folded: Folded

    @classmethod
    def of(cls, place: Place, terminal: Terminal) -> "Reading":
        """Read it through."""
        topic = LetterTopic(place.client_config, place.dead_letter_topic)
        with terminal.waiting("Reading the dead letters"):
            return cls(topic, folded(topic.messages(), place.topic))

    def letters(self, selection: Selection) -> Iterator[Letter]:
        """Each letter once, as they stand in the topic."""
        for raw in self.topic.messages():
            letter = opened(raw)
            if (
                isinstance(letter, Letter)
                and letter.source in self.folded.copies
                and self.folded.is_first(letter)
                and selection.takes(letter)
            ):
                yield letter

    def line(self, letter: Letter) -> str:
        """A letter as a line of JSON."""
        copies = len(self.folded.copies[letter.source])
        return json.dumps(line_of(letter, copies, self.folded.marks.get(letter.source)), ensure_ascii=False)


def selection_of(chosen: argparse.Namespace) -> Selection:
    """Which letters the flags mean.

    Raises:
        UsageError: offsets without a partition.
    """
    first, last = chosen.offsets
    if chosen.partition is None and (first is not None or last is not None):
        raise UsageError("Offsets mean something in one partition only.", "Add `--partition N`.")
    return Selection(
        reasons=frozenset(chosen.reasons),
        event_type=chosen.type,
        since=chosen.since,
        until=chosen.until,
        partition=chosen.partition,
        from_offset=first,
        to_offset=last,
    )


def _list(chosen: argparse.Namespace, place: Place, terminal: Terminal) -> int:
    selection = selection_of(chosen)
    reading = Reading.of(place, terminal)
    letters = reading.letters(selection)
    if chosen.output == "jsonl":
        for letter in letters:
            sys.stdout.write(reading.line(letter) + "\n")
        return ExitCode.OK
    terminal.print(letter_table(list(islice(letters, chosen.limit)), reading.folded))
    more = sum(1 for _ in letters)
    if more:
        terminal.print(f"… and {more:,} more: `--limit N` shows them, `-o jsonl` writes all of them")
    return ExitCode.OK


def _show(chosen: argparse.Namespace, place: Place, terminal: Terminal) -> int:
    partition, offset = chosen.place
    reading = Reading.of(place, terminal)
    found = list(reading.letters(Selection(partition=partition, from_offset=offset, to_offset=offset + 1)))
    if not found:
        raise UsageError(
            f"There is no dead letter of offset {offset} of partition {partition} of {place.topic}.",
            "`winepipeline dlq list` shows which there are.",
        )
    for letter in found:
        if chosen.output == "jsonl":
            sys.stdout.write(reading.line(letter) + "\n")
        else:
            terminal.print(letter_view(letter, reading.folded))
    return ExitCode.OK


def _stats(chosen: argparse.Namespace, place: Place, terminal: Terminal) -> int:
    selection = selection_of(chosen)
    reading = Reading.of(place, terminal)
    with terminal.waiting("Trying the repairs"):
        found = statistics(reading.letters(selection), reading.folded, place.limits)
    if chosen.output == "json":
        sys.stdout.write(json.dumps(found.as_json()) + "\n")
    else:
        terminal.print(statistics_view(found))
    return ExitCode.OK


def _replay(chosen: argparse.Namespace, place: Place, terminal: Terminal) -> int:
    return replay(chosen, selection_of(chosen), place, terminal, os.environ)
