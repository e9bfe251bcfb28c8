"""A picture of what was measured: for each quantity a row, on a scale of powers of ten, a mark for each who was."""

from collections.abc import Iterable, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Final

from bench.contenders import APP_QUEUE, FLOOR, OURS
from bench.figures import Cell, short

WIDTH: Final = 960
LEFT: Final = 330
RIGHT: Final = 40
ROW: Final = 26
TOP: Final = 64
FONT: Final = 'font-family="sans-serif" font-size="12"'
COLOURS: Final = {OURS: "#1f6feb", APP_QUEUE: "#d1242f", FLOOR: "#8c959f"}


def picture(cells: Iterable[Cell], title: str) -> str:
    """SVG of those cells that are in milliseconds: p50 as a dot, from there to p99 a line."""
    shown = [cell for cell in cells if cell.unit == "ms" and OURS in cell.rounds and set(cell.rounds) <= set(COLOURS)]
    if not shown:
        return ""
    least, most = _bounds(shown)
    height = TOP + ROW * len(shown) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {FONT}>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="12" y="24" font-size="15" font-weight="600">{escape(title)}</text>',
        *_legend(),
        *_scale(least, most, height),
    ]
    for number, cell in enumerate(shown):
        parts += _row(cell, TOP + ROW * number, least, most)
    return "\n".join([*parts, "</svg>", ""])


def _bounds(cells: Sequence[Cell]) -> tuple[int, int]:
    middles = [cell.middle(who) or 1.0 for cell in cells for who in cell.rounds]
    highest = [cell.percentile(who, 0.99) for cell in cells for who in cell.rounds]
    return floor(log10(min(middles))), ceil(log10(max(highest)))


def _x(value: float, least: int, most: int) -> float:
    share = (log10(max(value, 10**least)) - least) / max(most - least, 1)
    return LEFT + (WIDTH - LEFT - RIGHT) * min(share, 1.0)


def _legend() -> Iterable[str]:
    for place, (who, colour) in enumerate(COLOURS.items()):
        x = LEFT + place * 150
        yield f'<circle cx="{x}" cy="42" r="5" fill="{colour}"/>'
        yield f'<text x="{x + 10}" y="46">{escape(who)}</text>'
    yield f'<text x="{LEFT + 450}" y="46" fill="#57606a">dot: p50, line: to p99</text>'


def _scale(least: int, most: int, height: int) -> Iterable[str]:
    for power in range(least, most + 1):
        x = _x(10.0**power, least, most)
        yield f'<path d="M{x:.1f} {TOP - 8}V{height - 24}" stroke="#d0d7de"/>'
        yield f'<text x="{x:.1f}" y="{height - 8}" text-anchor="middle" fill="#57606a">{10.0**power:g} ms</text>'


def _row(cell: Cell, y: int, least: int, most: int) -> Iterable[str]:
    yield f'<text x="{LEFT - 12}" y="{y + 14}" text-anchor="end">{escape(f"{cell.item}, {cell.situation}")}</text>'
    for place, who in enumerate(who for who in COLOURS if who in cell.rounds):
        middle, high = cell.middle(who) or 0.0, cell.percentile(who, 0.99)
        at, colour = y + 4 + place * 7, COLOURS[who]
        begin, end = _x(middle, least, most), _x(high, least, most)
        told = escape(f"{who}: {short(middle)} ms, p99 {short(high)} ms")
        yield f'<path d="M{begin:.1f} {at}H{end:.1f}" stroke="{colour}" stroke-width="2"/>'
        yield f'<circle cx="{begin:.1f}" cy="{at}" r="3.5" fill="{colour}"><title>{told}</title></circle>'
