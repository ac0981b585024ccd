"""The block that is printed when everything is up: addresses, credentials, what to type next. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from winepipeline_local.view import CALM


@dataclass(frozen=True, slots=True)
class Ready:
    """What is said when everything is up.

    Attributes:
        kafka: the bootstrap address.
        topics: their names.
        warehouse: where it is and what to log in with, in words; of an account no credentials.
        table: its full name.
        metrics: (service, address) of each.
        logs: the folder of the logs.
        next_commands: (command, what it does).
        unready: from a service that does not work yet to why.
        checks: the command that looks at what the resource names.
        load: how many events come, where that changes by itself.
    """

    kafka: str
    topics: Sequence[str]
    warehouse: str
    table: str
    metrics: Sequence[tuple[str, str]]
    logs: str
    next_commands: Sequence[tuple[str, str]]
    unready: Mapping[str, str] = field(default_factory=dict)
    checks: str = ""
    load: str = ""


def ready_view(ready: Ready, seconds: float) -> RenderableType:
    """One block of some ten lines."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=CALM)
    grid.add_row("  Kafka", f"{ready.kafka}  topics {', '.join(ready.topics)}")
    grid.add_row("  Warehouse", ready.warehouse)
    grid.add_row("  Table", ready.table)
    if ready.load:
        grid.add_row("  Load", ready.load)
    for service, address in ready.metrics:
        grid.add_row(f"  {service}", address)
    grid.add_row("  Logs", ready.logs)
    commands = Table.grid(padding=(0, 2))
    for command, purpose in ready.next_commands:
        commands.add_row(f"  {command}", Text(purpose, style=CALM))
    return Group(Text(), _head(ready, seconds), grid, Text("Next", style="bold"), commands, Text())


def _head(ready: Ready, seconds: float) -> Text:
    """Ready; or not, with why and what to do."""
    if not ready.unready:
        return Text.assemble(("Ready", "bold green"), f" after {seconds:.1f} s")
    head = Text.assemble(("Not ready", "bold yellow"), f" after {seconds:.1f} s; it goes on trying")
    for service, why in ready.unready.items():
        head.append(f"\n  × {service}  {why}", "yellow")
    head.append(f"\n  → `{ready.checks}` looks at what the resource names and says what to mend.", "yellow")
    return head
