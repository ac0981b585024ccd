"""What a rewind or a repair does, for a person and for a machine. Pure."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from winepipeline_local.view import CALM
from winepipeline_warehouse.correct import Statement
from winepipeline_warehouse.correction import Correction, Refusal

Verdicts = Sequence[Correction | Refusal]


def corrections_view(verdicts: Verdicts, topic: str) -> RenderableType:
    """A line for each partition: where it stands, where it will, and which rows go."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=CALM)
    table.add_column("partition")
    for heading in ("from", "to", "rows removed", "rejects removed", "surplus removed", "epoch"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in verdicts:
        if isinstance(each, Correction):
            stood = max((row.next_offset for row in each.expected), default=None)
            before = "–" if stood is None else f"{stood:,}"
            counts = (each.removed_loaded, each.removed_rejected, each.surplus)
            numbers = (f"{number:,}" for number in (each.row.next_offset, *counts, each.row.epoch))
            table.add_row(f"{topic}-{each.partition}", before, *numbers)
    return table


def explained(verdicts: Verdicts, topic: str) -> RenderableType:
    """What was found in each partition, and why some cannot be put right."""
    lines: list[Text] = []
    for each in verdicts:
        lines.append(Text(f"{topic}-{each.partition}", style="bold"))
        lines += [Text(f"  - {reason}") for reason in each.reasons]
        if isinstance(each, Refusal):
            lines.append(Text.assemble(("  × ", "bold red"), each.reason))
            lines.append(Text(f"    → {each.hint}"))
    return Group(*lines)


def statements_view(statements: Sequence[Statement]) -> RenderableType:
    """The statements as they would be sent."""
    lines = [Text("What is sent to the warehouse:", style=CALM)]
    begun = False
    for each in statements:
        if not begun and each.step != "put_aside":
            lines.append(Text("  BEGIN;"))
            begun = True
        lines.append(Text(f"  {each.shown};"))
    return Group(*lines, Text("  COMMIT;"))


def verdicts_json(verdicts: Verdicts, statements: Sequence[Statement]) -> dict[str, Any]:
    """For a machine."""
    return {
        "corrections": [asdict(each) for each in verdicts if isinstance(each, Correction)],
        "refusals": [asdict(each) for each in verdicts if isinstance(each, Refusal)],
        "statements": [each.shown for each in statements],
    }
