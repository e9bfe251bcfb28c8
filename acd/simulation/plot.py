"""A simulated day as a picture: arrivals, callers waiting, service level, and what the agents did, one above the other.

Plain SVG, written here: it needs no more than lines, areas and words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from math import ceil, floor, log10
from typing import Final

from acd.figures import Doing
from acd.simulation.timeline import Timeline

_WIDTH: Final = 1000
_LEFT: Final = 70
_RIGHT: Final = 170
_TOP: Final = 64
_PANEL: Final = 170
_GAP: Final = 54
_INNER: Final = _WIDTH - _LEFT - _RIGHT

_INK: Final = "#3b4252"
_FAINT: Final = "#e5e9f0"
_QUIET: Final = "#7b8494"
_ARRIVED: Final = "#9ecae9"
_ABANDONED: Final = "#f4a3a0"
_WAITING: Final = "#f6c886"
_LEVEL: Final = "#5a9e8f"
_AGENTS: Final = {
    Doing.TALKING: ("talking", "#8cc7a1"),
    Doing.WRAP_UP: ("wrap-up", "#f3d58a"),
    Doing.RINGING: ("ringing", "#c3b1e1"),
    Doing.IDLE: ("idle", "#cfe3f5"),
    Doing.OTHER_CALL: ("other call", "#d8c3b0"),
    Doing.AWAY: ("away", "#dcdfe5"),
}
"""From the bottom up; who is offline is not drawn."""

Key = tuple[str, str]
"""What a colour means."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a panel stands, and how its values become points."""

    top: float
    begins: datetime
    length: timedelta
    most: float

    def x(self, at: datetime) -> float:
        return _LEFT + _INNER * ((at - self.begins) / self.length)

    def y(self, value: float) -> float:
        return self.top + _PANEL * (1 - value / self.most)


def plotted(timeline: Timeline, title: str) -> str:
    """The picture as SVG, 1000 wide."""
    slices = timeline.slices
    begins, length = slices[0].begins, timeline.step * (len(slices) - 1) + (timeline.ends - slices[-1].begins)
    edges = [*(each.begins for each in slices), begins + length]
    tops = [_TOP + n * (_PANEL + _GAP) + 20 for n in range(4)]
    height = tops[-1] + _PANEL + 56

    def frame(number: int, most: float) -> _Frame:
        return _Frame(tops[number], begins, length, most)

    arrived = frame(0, _roof(max(each.arrived for each in slices)))
    waiting = frame(1, _roof(max(each.waiting for each in slices)))
    level = frame(2, 100)
    stacks = _stacked([each.agents for each in slices])
    agents = frame(3, _roof(max(stacks[-1][2])))
    levels = [None if each.service_level is None else each.service_level * 100 for each in slices]
    step = _in_words(timeline.step)
    parts = [
        *_panel(arrived, f"Calls in {step}", [("arrived", _ARRIVED), ("abandoned", _ABANDONED)]),
        *_bars(arrived, edges, [each.arrived for each in slices], _ARRIVED),
        *_bars(arrived, edges, [each.abandoned for each in slices], _ABANDONED),
        *_panel(waiting, "Callers waiting", [(f"mean of {step}", _WAITING)]),
        _area(waiting, edges, [0.0] * len(slices), [each.waiting for each in slices], _WAITING),
        *_panel(level, "Service level (%)", [("answered in time (SL2)", _LEVEL)]),
        *_line(level, edges, levels),
        *_panel(agents, "Agents", [_AGENTS[doing] for doing, low, high in reversed(stacks) if low != high]),
        *(_area(agents, edges, low, high, _AGENTS[doing][1]) for doing, low, high in stacks),
        *_hours(agents),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"'
            f' viewBox="0 0 {_WIDTH} {height}" font-family="Helvetica, Arial, sans-serif" font-size="12"',
            f' fill="{_INK}">',
            f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
            f'<text x="{_LEFT}" y="34" font-size="19" font-weight="bold">{escape(title)}</text>',
            *parts,
            "</svg>\n",
        ]
    )


def _panel(frame: _Frame, name: str, keys: Sequence[Key]) -> Iterable[str]:
    """Its name, its grid with the values, and what the colours mean."""
    yield f'<text x="{_LEFT}" y="{frame.top - 12}" font-size="13" font-weight="bold">{name}</text>'
    for tick in _ticks(frame.most):
        y = frame.y(tick)
        yield _straight(_LEFT, y, _LEFT + _INNER, y, _INK if tick == 0 else _FAINT)
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="{_QUIET}">{tick:g}</text>'
    for at in _whole_hours(frame):
        yield _straight(frame.x(at), frame.top, frame.x(at), frame.top + _PANEL, _FAINT)
    for number, (meaning, colour) in enumerate(keys):
        x, y = _LEFT + _INNER + 16, frame.top + 6 + 20 * number
        yield f'<rect x="{x}" y="{y}" width="12" height="12" rx="2" fill="{colour}"/>'
        yield f'<text x="{x + 18}" y="{y + 10}">{meaning}</text>'


def _hours(frame: _Frame) -> Iterable[str]:
    for at in _whole_hours(frame):
        yield f'<text x="{frame.x(at):.1f}" y="{frame.top + _PANEL + 18}" text-anchor="middle">{at:%H:%M}</text>'
    middle = _LEFT + _INNER / 2
    yield f'<text x="{middle}" y="{frame.top + _PANEL + 38}" text-anchor="middle" fill="{_QUIET}">time of day</text>'


def _whole_hours(frame: _Frame) -> list[datetime]:
    """Every hour, or every few hours, or minutes: about ten."""
    steps = [timedelta(minutes=m) for m in (5, 15, 30, 60, 120, 240, 360, 720, 1440)]
    step = next((step for step in steps if frame.length / step <= 14), steps[-1] * ceil(frame.length / steps[-1] / 14))
    midnight = frame.begins.replace(hour=0, minute=0)
    first = ceil((frame.begins - midnight) / step)
    last = floor((frame.begins + frame.length - midnight) / step)
    return [midnight + number * step for number in range(first, last + 1)]


# --- shapes


def _bars(frame: _Frame, edges: Sequence[datetime], values: Sequence[int], colour: str) -> Iterable[str]:
    for value, begins, ends in zip(values, edges, edges[1:], strict=False):
        if value:
            x, y = frame.x(begins) + 0.5, frame.y(value)
            width, height = max(frame.x(ends) - x - 0.5, 0.5), frame.y(0) - y
            yield f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _area(frame: _Frame, edges: Sequence[datetime], low: Sequence[float], high: Sequence[float], colour: str) -> str:
    """Between two curves of steps."""
    upper = _stairs(frame, edges, high)
    lower = reversed(_stairs(frame, edges, low))
    return f'<polygon points="{" ".join([*upper, *lower])}" fill="{colour}"/>'


def _stairs(frame: _Frame, edges: Sequence[datetime], values: Sequence[float]) -> list[str]:
    return [
        f"{frame.x(at):.1f},{frame.y(value):.1f}"
        for value, begins, ends in zip(values, edges, edges[1:], strict=False)
        for at in (begins, ends)
    ]


def _line(frame: _Frame, edges: Sequence[datetime], values: Sequence[float | None]) -> Iterable[str]:
    """Through the middles of the steps; it breaks where there is no value."""
    runs: list[list[str]] = [[]]
    for value, begins, ends in zip(values, edges, edges[1:], strict=False):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{frame.x(begins + (ends - begins) / 2):.1f},{frame.y(value):.1f}")
    for run in filter(None, runs):
        points = " ".join(run if len(run) > 1 else run * 2)
        yield (
            f'<polyline points="{points}" fill="none" stroke="{_LEVEL}" stroke-width="2.2"'
            ' stroke-linejoin="round" stroke-linecap="round"/>'
        )


def _straight(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


# --- numbers


def _stacked(agents: Sequence[dict[Doing, float]]) -> list[tuple[Doing, list[float], list[float]]]:
    """Each kind's lower and upper curve, the one on the other."""
    low = [0.0] * len(agents)
    found: list[tuple[Doing, list[float], list[float]]] = []
    for doing in _AGENTS:
        high = [below + each[doing] for below, each in zip(low, agents, strict=True)]
        found.append((doing, low, high))
        low = high
    return found


def _roof(value: float) -> float:
    """The next round number above."""
    ticks = _step(max(value, 1))
    return ticks * ceil(max(value, 1) / ticks)


def _ticks(most: float) -> list[float]:
    step = _step(most)
    return [number * step for number in range(round(most / step) + 1)]


def _step(most: float) -> float:
    """1, 2 or 5 times a power of ten, about five of which make it up."""
    ten = 10.0 ** floor(log10(most / 5))
    return next(step for step in (ten, 2 * ten, 5 * ten, 10 * ten) if most / step <= 5.5)


def _in_words(step: timedelta) -> str:
    minutes = step / timedelta(minutes=1)
    return f"{minutes:g} minutes" if minutes < 60 else "an hour" if minutes == 60 else f"{minutes / 60:g} hours"
