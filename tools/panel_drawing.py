"""Panels of a dashboard as SVG, with the standard library: tiles with a figure, and lines over time. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from winepipeline_operator.monitoring.limits import Limit
from winepipeline_operator.monitoring.panel import Panel

WIDTH: Final = 1080
MARGIN: Final = 12
TILE_HEIGHT: Final = 92
CURVE_HEIGHT: Final = 190
COLOURS: Final = ("#73bf69", "#5794f2", "#f2cc0c", "#ff9830", "#f2495c", "#b877d9", "#8ab8ff", "#c0d8ff", "#96d98d")
BACKGROUND, PANEL, INK, FAINT = "#111217", "#181b1f", "#d8d9da", "#5a5f69"
FINE, NEUTRAL, WARNING, CRITICAL = "#3d8b40", "#2f5f9e", "#c4701b", "#b3293a"
TENTH, MINUTE = 0.1, 60.0
UNIT_STEPS: Final = ((1e6, "M"), (1e3, "k"))

Shown = Sequence[tuple[Panel, Sequence["Curve"]]]
Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Curve:
    """One line: (seconds, value)."""

    name: str
    points: list[tuple[float, float]]

    @property
    def finite(self) -> list[tuple[float, float]]:
        """The points that can be drawn."""
        return [(x, y) for x, y in self.points if math.isfinite(y)]

    @property
    def last(self) -> float:
        """The newest value; not a number without any."""
        return self.points[-1][1] if self.points else math.nan


def board(tiles: Shown, charts: Shown, seconds: float) -> str:
    """Tiles in one row, below them the charts, three in a row."""
    parts: list[str] = []
    width = (WIDTH - MARGIN) / len(tiles) - MARGIN
    for place, (panel, curves) in enumerate(tiles):
        parts += _tile(panel, curves, MARGIN + place * (width + MARGIN), MARGIN, width)
    across = 3
    width = (WIDTH - MARGIN) / across - MARGIN
    for place, (panel, curves) in enumerate(charts):
        x = MARGIN + place % across * (width + MARGIN)
        y = TILE_HEIGHT + 2 * MARGIN + place // across * (CURVE_HEIGHT + MARGIN)
        parts += _chart(panel, curves, (x, y, width), seconds)
    height = TILE_HEIGHT + 2 * MARGIN + -(-len(charts) // across) * (CURVE_HEIGHT + MARGIN)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">'
    ground = f'<rect width="100%" height="100%" fill="{BACKGROUND}"/>'
    return "\n".join([head, ground, *parts, "</svg>\n"])


def worded(value: float, unit: str) -> str:
    """A value with its unit, as a person reads it.

    >>> [worded(0.0213, "percentunit"), worded(0.75, "s"), worded(90, "s"), worded(1234, "suffix: rows/s")]
    ['2.1 %', '750 ms', '1.5 min', '1.23 k rows/s']
    """
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞"
    if unit == "percentunit":
        return f"{value * 100:.2g} %" if value < TENTH else f"{value * 100:.3g} %"
    if unit == "s":
        return _duration(value)
    for size, letter in UNIT_STEPS:
        if abs(value) >= size:
            return f"{value / size:.3g} {letter}{_suffix(unit)}"
    return f"{value:.3g}{_suffix(unit)}"


def _duration(seconds: float) -> str:
    if 0 < seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.3g} s" if seconds < MINUTE else f"{seconds / MINUTE:.3g} min"


def _suffix(unit: str) -> str:
    return f" {unit.removeprefix('suffix: ')}" if unit.startswith("suffix: ") else ""


def _tile(panel: Panel, curves: Sequence[Curve], x: float, y: float, width: float) -> list[str]:
    value = curves[0].last if curves else math.nan
    fill = _fill(value, panel.limit)
    parts = [
        f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{TILE_HEIGHT}" rx="3" fill="{fill}"/>',
        _text(x + 8, y + 18, panel.title, size=11),
        _text(x + width / 2, y + 60, worded(value, panel.unit), size=24, anchor="middle", ink="#ffffff"),
    ]
    points = curves[0].finite if curves else []
    if len(points) > 1:
        highest = max(value for _, value in points) or 1.0
        across = _scale(points[0][0], points[-1][0], x, x + width)
        up = _scale(0, highest, y + TILE_HEIGHT - 2, y + TILE_HEIGHT - 22)
        parts.append(_line([(across(moment), up(value)) for moment, value in points], "#ffffff66", 1.2))
    return parts


def _fill(value: float, limit: Limit | None) -> str:
    if limit is None:
        return NEUTRAL

    def beyond(bound: float | None) -> bool:
        return bound is not None and (value < bound if limit.below else value >= bound)

    return CRITICAL if beyond(limit.critical) else WARNING if beyond(limit.warning) else FINE


def _chart(panel: Panel, curves: Sequence[Curve], place: tuple[float, float, float], seconds: float) -> list[str]:
    x, y, width = place
    left, right, top, bottom = x + 80, x + width - 14, y + 30, y + CURVE_HEIGHT - 38
    drawn = _stacked(curves) if panel.stacked else list(curves)
    highest = max((value for curve in drawn for _, value in curve.finite), default=1.0) * 1.08 or 1.0
    across, up = _scale(0, seconds, left, right), _scale(0, highest, bottom, top)
    parts = [
        f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{CURVE_HEIGHT}" rx="3" fill="{PANEL}"/>',
        _text(x + 8, y + 18, panel.title, size=12),
    ]
    for share in (0.0, 0.5, 1.0):
        level = highest / 1.08 * share
        parts.append(_line([(left, up(level)), (right, up(level))], "#2a2e35", 1))
        parts.append(_text(left - 5, up(level) + 4, worded(level, panel.unit), size=10, anchor="end", ink=FAINT))
    parts += [
        _text(across(minute * 60), bottom + 14, f"{minute} min", size=10, anchor="middle", ink=FAINT)
        for minute in range(1, int(seconds / 60) + 1)
    ]
    for bound in panel.limit.values if panel.limit else ():
        if bound < highest:
            parts.append(_line([(left, up(bound)), (right, up(bound))], CRITICAL, 1, dash="5 4"))
    for number, curve in enumerate(drawn):
        points = [(across(moment), up(value)) for moment, value in curve.finite]
        if points:
            parts.append(_line(points, COLOURS[number % len(COLOURS)], 1.5))
    return [*parts, *_legend([curve.name for curve in curves], x + 10, y + CURVE_HEIGHT - 9, width)]


def _stacked(curves: Sequence[Curve]) -> list[Curve]:
    """Each curve on top of those before it."""
    below: dict[float, float] = {}
    found = []
    for curve in curves:
        points = []
        for moment, value in curve.finite:
            below[moment] = below.get(moment, 0.0) + value
            points.append((moment, below[moment]))
        found.append(Curve(curve.name, points))
    return found


def _legend(names: Sequence[str], x: float, y: float, width: float) -> list[str]:
    parts, place = [], x
    for number, name in enumerate(names):
        if place + 60 + 6 * len(name) > x + width - 20:
            parts.append(_text(place, y, f"… {len(names) - number} more", size=10, ink=FAINT))
            break
        parts.append(_line([(place, y - 3), (place + 10, y - 3)], COLOURS[number % len(COLOURS)], 3))
        parts.append(_text(place + 14, y, name, size=10))
        place += 26 + 6 * len(name)
    return parts


def _scale(low: float, high: float, start: float, end: float) -> Scale:
    return lambda value: start + (value - low) / ((high - low) or 1.0) * (end - start)


def _line(points: Sequence[tuple[float, float]], colour: str, width: float, dash: str = "none") -> str:
    path = "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dash}"/>'


def _text(x: float, y: float, words: str, *, size: int = 11, anchor: str = "start", ink: str = INK) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{ink}"'
    return f"<text {place}>{escape(words)}</text>"
