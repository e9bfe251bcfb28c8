"""The figures as a picture: for each kind of step its median and its 99th percentile, small centres beside large ones.

Plain SVG on a logarithmic scale; the aims are drawn as lines.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import log10
from typing import Final

from bench.core.centre import Size
from bench.core.figures import Kind

MEDIAN_AIM_US: Final = 40
P99_AIM_US: Final = 200

_WIDTH: Final = 1000
_LEFT: Final = 220
_RIGHT: Final = 40
_TOP: Final = 96
_ROW: Final = 30
_LEAST_US: Final = 2.0
_MOST_US: Final = 2000.0
_INK: Final = "#3b4252"
_FAINT: Final = "#e5e9f0"
_QUIET: Final = "#7b8494"
_AIM: Final = "#d08770"
_COLOURS: Final = ("#9ecae9", "#5a9e8f", "#3b6ea5", "#c3b1e1")


def drawn(figures: Mapping[Size, Mapping[str, Kind]], title: str) -> str:
    """A row for each kind that all of these centres know."""
    rows = [kind for kind in next(iter(figures.values())) if all(kind in kinds for kinds in figures.values())]
    height = _TOP + _ROW * len(rows) + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
        f' font-family="Helvetica, Arial, sans-serif" font-size="12" fill="{_INK}">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="24" y="34" font-size="19" font-weight="bold">{escape(title)}</text>',
        *_key(list(figures)),
        *_scale(height - 40),
    ]
    for number, row in enumerate(rows):
        parts += _row(row, _TOP + _ROW * number, [kinds[row] for kinds in figures.values()])
    return "\n".join([*parts, "</svg>\n"])


def _x(microseconds: float) -> float:
    part = log10(min(max(microseconds, _LEAST_US), _MOST_US) / _LEAST_US) / log10(_MOST_US / _LEAST_US)
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * part


def _key(sizes: Sequence[Size]) -> Iterator[str]:
    for number, size in enumerate(sizes):
        x = 24 + 320 * number
        yield f'<rect x="{x}" y="50" width="12" height="12" rx="2" fill="{_COLOURS[number]}"/>'
        yield f'<text x="{x + 18}" y="60">{escape(size.title)}</text>'
    meaning = "dot: median; end of the line: 99 in 100; upright lines: the aims for both"
    yield f'<text x="24" y="82" fill="{_QUIET}">{meaning}</text>'


def _scale(bottom: float) -> Iterator[str]:
    for tick in (2, 5, 10, 20, 50, 100, 500, 1000, 2000):
        yield _line(_x(tick), _TOP - 4, _x(tick), bottom, _FAINT, 1)
        yield f'<text x="{_x(tick):.1f}" y="{bottom + 16}" text-anchor="middle" fill="{_QUIET}">{tick}</text>'
    for aim in (MEDIAN_AIM_US, P99_AIM_US):
        yield _line(_x(aim), _TOP - 4, _x(aim), bottom, _AIM, 1.5)
        yield f'<text x="{_x(aim):.1f}" y="{bottom + 16}" text-anchor="middle" fill="{_AIM}">{aim}</text>'
    yield f'<text x="{_WIDTH - _RIGHT}" y="{bottom + 32}" text-anchor="end" fill="{_QUIET}">microseconds a step</text>'


def _row(name: str, top: float, kinds: Sequence[Kind]) -> Iterator[str]:
    yield f'<text x="{_LEFT - 12}" y="{top + 17}" text-anchor="end">{escape(name)}</text>'
    for number, kind in enumerate(kinds):
        y = top + 6 + number * (_ROW - 10) / max(len(kinds) - 1, 1)
        yield _line(_x(kind.p50.median), y, _x(kind.p99.median), y, _COLOURS[number], 2)
        yield f'<circle cx="{_x(kind.p50.median):.1f}" cy="{y:.1f}" r="4" fill="{_COLOURS[number]}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'
