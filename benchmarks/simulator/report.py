"""A contest as tables for people and as one object for machines."""

from typing import Any

from benchmarks.simulator.contest import Contest
from benchmarks.simulator.run import Outcome


def table(contest: Contest) -> str:
    """Markdown: a row for each curve and one for all; each cell late seconds, replica-minutes and scalings."""
    thresholds = contest.variant.thresholds
    head = ["curve", "built in", *(f"{threshold:,}" for threshold in thresholds)]
    rows = [
        [race.curve, _cell(race.ours), *(_cell(race.theirs[each]) for each in thresholds)] for race in contest.races
    ]
    together = contest.theirs
    rows.append(["**all**", f"**{_cell(contest.ours)}**", *(_cell(together[each]) for each in thresholds)])
    return _markdown(head, rows)


def totals(contest: Contest) -> str:
    """Markdown: all curves together, a row for each law, with what it comes to beside ours."""
    rows = [_total_row("built in", contest.ours, "")]
    rows += [
        _total_row(f"KEDA {threshold:,}", outcome, verdict(contest.ours, outcome))
        for threshold, outcome in contest.theirs.items()
    ]
    head = [
        "law",
        "late s",
        "replica-minutes",
        "scalings",
        "largest lag",
        "oldest event s",
        "the built-in law beside it",
    ]
    return _markdown(head, rows)


def summary(contests: list[Contest]) -> str:
    """Markdown: a row for each variant."""
    rows = []
    for contest in contests:
        ours, theirs = contest.ours, contest.theirs
        better = [f"{threshold:,}" for threshold, outcome in theirs.items() if ours.no_worse(outcome)]
        lost = [f"{race.curve} {threshold:,}" for race in contest.races for threshold in race.losses()]
        rows.append(
            [
                contest.variant.name,
                _cell(ours),
                " · ".join(f"{_cell(outcome)}" for outcome in theirs.values()),
                ", ".join(better) or "none",
                ", ".join(lost) or "none",
            ]
        )
    named = ", ".join(f"{threshold:,}" for threshold in contests[0].variant.thresholds)
    return _markdown(
        ["variant", "built in", f"KEDA {named}", "better than, on all curves together", "curves lost, with threshold"],
        rows,
    )


def verdict(ours: Outcome, theirs: Outcome) -> str:
    """What our law is beside another one, on both measures."""
    return f"{_words(ours.late_seconds, theirs.late_seconds, 'late')}, " + _words(
        ours.replica_minutes, theirs.replica_minutes, "replica-minutes"
    )


def _words(own: float, other: float, measure: str) -> str:
    if abs(own - other) <= 0.005 * other:
        return f"as much {measure}"
    return f"{own / other - 1:+.0%} {measure}" if other else f"{own - other:+.0f} {measure}"


def as_dict(contest: Contest) -> dict[str, Any]:
    """The JSON object: `pareto_losses` counts curve and threshold where KEDA is better on both measures."""
    ours, theirs = contest.ours, contest.theirs
    lost = [{"curve": race.curve, "threshold": each} for race in contest.races for each in race.losses()]
    weakly = [{"curve": race.curve, "threshold": each} for race in contest.races for each in race.ties_or_losses()]
    scalings = [outcome.scalings for outcome in theirs.values()]
    return {
        "benchmark": "scaling",
        "late_after_seconds": contest.variant.machine.late_after_seconds,
        "curves": [
            {
                "curve": race.curve,
                "built_in": race.ours.as_dict(),
                "keda": {str(threshold): outcome.as_dict() for threshold, outcome in race.theirs.items()},
            }
            for race in contest.races
        ],
        "built_in": ours.as_dict(),
        "opponents": [
            {"law": "keda", "threshold": each, **outcome.as_dict(), "verdict": verdict(ours, outcome)}
            for each, outcome in theirs.items()
        ],
        "pareto_losses": len(lost),
        "pareto_losses_at": lost,
        "no_better_at": weakly,
        "scalings_ratio": round(ours.scalings / (sum(scalings) / len(scalings)), 3),
        "scalings_ratio_to_fewest": round(ours.scalings / min(scalings), 3),
    }


def _cell(outcome: Outcome) -> str:
    return f"{outcome.late_seconds} / {outcome.replica_minutes:.0f} / {outcome.scalings}"


def _total_row(name: str, outcome: Outcome, words: str) -> list[str]:
    numbers = (outcome.late_seconds, round(outcome.replica_minutes), outcome.scalings, outcome.largest_lag)
    return [name, *(f"{number:,}" for number in numbers), str(outcome.oldest_seconds), words]


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )
