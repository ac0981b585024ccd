"""Plots as SVG, with the standard library: a curve's load, waits and replicas, and all laws on one plane."""

import math
from collections.abc import Callable, Iterable
from html import escape

from benchmarks.simulator.contest import Contest, Race
from benchmarks.simulator.curves import Curve
from benchmarks.simulator.machine import Machine
from benchmarks.simulator.run import Moment

COLOURS = ("#8a1538", "#0072b2", "#e69f00", "#009e73")
GREY, LIGHT = "#555555", "#dddddd"
WIDTH, PANEL, LEFT, RIGHT, TOP, GAP = 860, 130, 60, 30, 62, 32
POINTS = 240
"""So many points a line: more would only make the file larger."""

Scale = Callable[[float], float]


def race_plot(race: Race, curve: Curve, machine: Machine) -> str:
    """Three panels over the same minutes: what comes, how long the oldest event waits, how many replicas there are."""
    minutes = curve.seconds / 60
    step = max(1, curve.seconds // POINTS)
    load = [(second / 60, curve.level(second) * machine.events_per_second) for second in range(0, curve.seconds, step)]
    waits = {name: list(_thinned(moments, lambda each: each.oldest_seconds)) for name, moments in race.moments.items()}
    replicas = {name: list(_thinned(moments, lambda each: each.replicas)) for name, moments in race.moments.items()}
    panels = [
        ("events/s that come", {"": load}, None),
        ("seconds the oldest event waits", waits, float(machine.late_after_seconds)),
        ("replicas", replicas, None),
    ]
    parts = [_text(LEFT, 18, f"{race.curve}: {race.story}", size=14), *_legend(list(race.moments))]
    for place, (title, lines, target) in enumerate(panels):
        top = TOP + place * (PANEL + GAP)
        highest = max((value for line in lines.values() for _, value in line), default=1.0) * 1.05 or 1.0
        across, up = _scale(0, minutes, LEFT, WIDTH - RIGHT), _scale(0, highest, top + PANEL, top)
        parts += _frame(title, top, highest, up)
        if target is not None and target < highest:
            parts.append(_line([(LEFT, up(target)), (WIDTH - RIGHT, up(target))], GREY, dash="4 4"))
        for number, line in reversed(list(enumerate(lines.values()))):
            colour = COLOURS[number] if len(lines) > 1 else GREY
            parts.append(_line(_stepped(line, across, up), colour))
    bottom = TOP + len(panels) * (PANEL + GAP)
    parts += _minutes(minutes, bottom - GAP + 16)
    return _document(bottom + 14, parts)


def plane_plot(contest: Contest) -> str:
    """All curves together: late seconds to the right, replica-minutes up; nearer to the corner is better."""
    height, bottom = 420, 370
    points = {"built in": contest.ours} | {f"KEDA {each:,}": outcome for each, outcome in contest.theirs.items()}
    late = [max(1, outcome.late_seconds) for outcome in points.values()]
    most = max(outcome.replica_minutes for outcome in points.values()) * 1.05
    low, high = math.log10(min(late)) - 0.1, math.log10(max(late)) + 0.25
    across, up = _scale(low, high, LEFT, WIDTH - RIGHT), _scale(0, most, bottom, TOP)
    parts = [
        _text(LEFT, 18, "All curves together: nearer to the lower left corner is better", size=14),
        _text(WIDTH / 2, height - 12, "seconds during which an event is late (logarithmic)", anchor="middle"),
        _text(LEFT, TOP - 10, "replica-minutes"),
        _line([(LEFT, TOP), (LEFT, bottom), (WIDTH - RIGHT, bottom)], GREY),
    ]
    ticks = [value for value in (2000, 5000, 10_000, 20_000, 50_000, 100_000) if low <= math.log10(value) <= high]
    parts += [_text(across(math.log10(value)), bottom + 16, f"{value:,}", anchor="middle") for value in ticks]
    parts += [_text(LEFT - 6, up(value) + 4, f"{value:,}", anchor="end") for value in range(0, round(most), 5000)]
    for name, outcome in points.items():
        x, y = across(math.log10(max(1, outcome.late_seconds))), up(outcome.replica_minutes)
        own = name == "built in"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{6 if own else 4}" fill="{COLOURS[0 if own else 1]}"/>')
        parts.append(_text(x + 9, y + 4, name))
    return _document(height, parts)


def _thinned(moments: list[Moment], value: Callable[[Moment], float]) -> Iterable[tuple[float, float]]:
    """The largest value of each stretch of time."""
    step = max(1, len(moments) // POINTS)
    for start in range(0, len(moments), step):
        yield moments[start].second / 60, max(value(each) for each in moments[start : start + step])


def _stepped(line: list[tuple[float, float]], across: Scale, up: Scale) -> list[tuple[float, float]]:
    """Horizontal and vertical strokes; points within a horizontal one are left out."""
    points: list[tuple[float, float]] = []
    for minute, value in line:
        x, y = across(minute), up(value)
        if points and points[-1][1] == y:
            continue
        points += [(x, points[-1][1]), (x, y)] if points else [(x, y)]
    return [*points, (across(line[-1][0]), points[-1][1])] if points else []


def _scale(low: float, high: float, start: float, end: float) -> Scale:
    return lambda value: start + (value - low) / (high - low) * (end - start)


def _frame(title: str, top: float, highest: float, up: Scale) -> list[str]:
    bottom = top + PANEL
    return [
        _line([(LEFT, top), (LEFT, bottom), (WIDTH - RIGHT, bottom)], LIGHT),
        _text(LEFT, top - 5, title),
        _text(LEFT - 6, bottom, "0", anchor="end"),
        _text(LEFT - 6, up(highest / 1.05) + 4, f"{highest / 1.05:,.0f}", anchor="end"),
    ]


def _legend(names: list[str]) -> list[str]:
    parts, x = [], float(LEFT)
    for number, name in enumerate(names):
        parts += [_line([(x, 31), (x + 18, 31)], COLOURS[number], 3), _text(x + 24, 35, name)]
        x += 40 + 8 * len(name)
    return parts


def _minutes(minutes: float, y: float) -> list[str]:
    across = _scale(0, minutes, LEFT, WIDTH - RIGHT)
    return [_text(across(minute), y, f"{minute} min", anchor="middle") for minute in range(0, round(minutes) + 1, 20)]


def _line(points: list[tuple[float, float]], colour: str, width: float = 1.5, dash: str = "none") -> str:
    path = "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dash}"/>'


def _text(x: float, y: float, words: str, *, size: int = 11, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="#222">{escape(words)}</text>'


def _document(height: float, parts: list[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" font-family="sans-serif">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>\n"])
