"""What `winepipeline check` finds, as data. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: its stable name, in kebab-case.
        ok: whether it is as it should be.
        found: what was found, in words.
        hint: what to do about it; empty when there is nothing to do.
    """

    name: str
    ok: bool
    found: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class CheckGroup:
    """Checks that belong together."""

    title: str
    checks: tuple[Check, ...]


def all_hold(groups: Sequence[CheckGroup]) -> bool:
    """Whether everything is as it should be."""
    return all(check.ok for group in groups for check in group.checks)


def checks_view(groups: Sequence[CheckGroup]) -> RenderableType:
    """A heading for each group, √ or × and a hint for each check, and a last line that says it all."""
    text = Text()
    for group in groups:
        text.append(f"{group.title}\n", style="bold")
        for check in group.checks:
            text.append("√ " if check.ok else "× ", style="green" if check.ok else "bold red")
            text.append(f"{check.found}\n")
            if check.hint and not check.ok:
                text.append(f"    → {check.hint}\n", style="yellow")
        text.append("\n")
    failed = [check.name for group in groups for check in group.checks if not check.ok]
    verdict = Text("Everything is ready", style="green")
    if failed:
        verdict = Text(f"Not ready: {', '.join(failed)}", style="bold red")
    return Group(text, verdict)


def checks_json(groups: Sequence[CheckGroup]) -> dict[str, Any]:
    """`{"ok": …, "groups": [{"title": …, "checks": [{"name", "ok", "found", "hint"}]}]}`."""
    return {
        "ok": all_hold(groups),
        "groups": [
            {"title": group.title, "checks": [_check_json(check) for check in group.checks]} for group in groups
        ],
    }


def _check_json(check: Check) -> dict[str, Any]:
    return asdict(check) | ({"hint": ""} if check.ok else {})
