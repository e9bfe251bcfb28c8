"""The dashboard as a page: its panels where the file puts them, filled by a Prometheus, for when no Grafana is at hand.

It knows of panels what ours use: numbers and lines over time, units, thresholds, words for values, stacking.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from math import floor, isfinite, log10
from typing import Any, Final

from tests.integration.dashboard import dashboard, filled_in
from tests.integration.prometheus import Prometheus

WIDTH: Final = 1600
CELL: Final = WIDTH / 24
ROW: Final = 32
GAP: Final = 8
COLOURS: Final = (
    *("#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#f2495c", "#b877d9"),
    *("#8ab8ff", "#ffa6b0", "#96d98d", "#ffcb7d", "#ca95e5", "#c0d8ff"),
)
NAMED: Final = {"green": "#73bf69", "yellow": "#f2cc0c", "red": "#f2495c"}
STYLE: Final = f"""
body {{ margin: 0; background: #111217; color: #ccccdc; font: 13px "DejaVu Sans", sans-serif; width: {WIDTH}px }}
h1 {{ font-size: 18px; font-weight: 500; margin: 12px {GAP}px 4px }}
h1 small {{ color: #8e8e9e; font-size: 12px }}
main {{ position: relative }}
section, h2 {{ position: absolute; box-sizing: border-box; margin: 0 }}
h2 {{ font-size: 14px; font-weight: 500; padding: 8px }}
section {{ background: #181b1f; border: 1px solid #25272d; border-radius: 3px; overflow: hidden }}
h3 {{ font-size: 13px; font-weight: 500; margin: 7px 10px 0 }}
p {{ margin: 0; text-align: center; font-size: 38px; line-height: 84px; height: 100% }}
svg {{ display: block }}
text {{ fill: #8e8e9e; font-size: 11px }}
ul {{ margin: 2px 10px; padding: 0; list-style: none; font-size: 11px; max-height: 30px; overflow: hidden }}
li {{ display: inline-block; margin-right: 12px }}
i {{ display: inline-block; width: 12px; height: 3px; margin-right: 5px; vertical-align: middle }}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The time that is shown, in seconds since 1970."""

    begin: float
    end: float
    step: float
    rate_interval: str


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    points: Mapping[float, float]


async def drawn(watching: Prometheus, span: Span) -> str:
    """The whole page."""
    board = dashboard()
    told = []
    for panel in board["panels"]:
        at = panel["gridPos"]
        place = f"left:{at['x'] * CELL + GAP / 2:.0f}px;top:{at['y'] * ROW}px;width:{at['w'] * CELL - GAP:.0f}px"
        if panel["type"] == "row":
            told.append(f'<h2 style="{place}">{escape(panel["title"])}</h2>')
            continue
        inside = await (_number if panel["type"] == "stat" else _graph)(watching, panel, span)
        height = at["h"] * ROW - GAP
        told.append(f'<section style="{place};height:{height}px"><h3>{escape(panel["title"])}</h3>{inside}</section>')
    rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in board["panels"])
    times = " to ".join(_clock(moment) for moment in (span.begin, span.end))
    return (
        f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><h1>{escape(board["title"])} '
        f'<small>{times}</small></h1><main style="height:{rows * ROW}px">{"".join(told)}</main>'
    )


# --- a number


async def _number(watching: Prometheus, panel: dict[str, Any], span: Span) -> str:
    expression = filled_in(panel["targets"][0]["expr"], span.rate_interval)
    found = (await watching.api("query", query=expression, time=span.end))["result"]
    if not found:
        return "<p>-</p>"
    value = float(found[0]["value"][1])
    defaults = panel["fieldConfig"]["defaults"]
    passed = [step for step in defaults["thresholds"]["steps"] if step["value"] is None or value >= step["value"]]
    colour, words = NAMED[passed[-1]["color"]], _in_unit(value, defaults["unit"])
    for mapping in defaults.get("mappings", ()):
        words = mapping["options"].get(found[0]["value"][1], {"text": words})["text"]
    style = f"background:{colour};color:#111" if panel["options"]["colorMode"] == "background" else f"color:{colour}"
    return f'<p style="{style}">{escape(words)}</p>'


# --- lines


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where a graph stands in its panel, and how values become points."""

    span: Span
    most: float
    width: float
    height: float
    left: float = 62

    @property
    def bottom(self) -> float:
        return self.height - 20

    def x(self, moment: float) -> float:
        share = (moment - self.span.begin) / (self.span.end - self.span.begin)
        return self.left + (self.width - 12 - self.left) * share

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - 8) * min(value / self.most, 1)


async def _graph(watching: Prometheus, panel: dict[str, Any], span: Span) -> str:
    lines = [line for target in panel["targets"] for line in await _lines(watching, target, span)]
    defaults, at = panel["fieldConfig"]["defaults"], panel["gridPos"]
    is_stacked = defaults["custom"]["stacking"]["mode"] == "normal"
    if is_stacked:
        lines = _stacked(lines)
    most = defaults.get("max") or _round_up(max((max(line.points.values()) for line in lines), default=0))
    frame = _Frame(span=span, most=most, width=at["w"] * CELL - GAP, height=at["h"] * ROW - GAP - 58)
    coloured = [(line, COLOURS[number % len(COLOURS)]) for number, line in enumerate(lines)]
    opacity = 1 if is_stacked else defaults["custom"]["fillOpacity"] / 100
    parts = list(_scales(frame, defaults["unit"]))
    for line, colour in reversed(coloured):
        parts += [_way(frame, piece, colour, opacity) for piece in _pieces(line.points, span.step)]
    keys = [f'<li><i style="background:{colour}"></i>{escape(line.name)}</li>' for line, colour in coloured]
    return f'<svg width="{frame.width:.0f}" height="{frame.height}">{"".join(parts)}</svg><ul>{"".join(keys)}</ul>'


def _scales(frame: _Frame, unit: str) -> Iterable[str]:
    for number in range(5):
        value = frame.most * number / 4
        y = frame.y(value)
        yield f'<path d="M{frame.left} {y:.1f}H{frame.width - 12:.1f}" stroke="#25272d"/>'
        yield f'<text x="{frame.left - 6}" y="{y + 4:.1f}" text-anchor="end">{_in_unit(value, unit)}</text>'
    for number in range(1, 4):
        at = frame.span.begin + (frame.span.end - frame.span.begin) * number / 4
        yield f'<text x="{frame.x(at):.1f}" y="{frame.height - 4:.1f}" text-anchor="middle">{_clock(at)}</text>'


def _way(frame: _Frame, piece: Sequence[tuple[float, float]], colour: str, opacity: float) -> str:
    way = "L".join(f"{frame.x(at):.1f} {frame.y(value):.1f}" for at, value in piece)
    first, last = (f"{frame.x(at):.1f} {frame.bottom}" for at in (piece[0][0], piece[-1][0]))
    return (
        f'<path d="M{first}L{way}L{last}Z" fill="{colour}" fill-opacity="{opacity}"/>'
        f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="1.4"/>'
    )


async def _lines(watching: Prometheus, target: dict[str, Any], span: Span) -> list[_Line]:
    expression = filled_in(target["expr"], span.rate_interval)
    found = await watching.api("query_range", query=expression, start=span.begin, end=span.end, step=span.step)
    lines = []
    for series in found["result"]:
        name = target["legendFormat"]
        for label in re.findall(r"{{(\w+)}}", name):
            name = name.replace(f"{{{{{label}}}}}", series["metric"].get(label, ""))
        points = {float(at): float(value) for at, value in series["values"] if isfinite(float(value))}
        if points:
            lines.append(_Line(name, points))
    return sorted(lines, key=lambda line: line.name) if "{{" in target["legendFormat"] else lines


def _stacked(lines: Sequence[_Line]) -> list[_Line]:
    """Each on top of those before it."""
    below: dict[float, float] = {}
    higher = []
    for line in lines:
        points = {at: below.get(at, 0.0) + value for at, value in line.points.items()}
        below |= points
        higher.append(_Line(line.name, points))
    return higher


def _pieces(points: Mapping[float, float], step: float) -> Iterable[list[tuple[float, float]]]:
    """A line broken where there was nothing for a while."""
    piece: list[tuple[float, float]] = []
    for at, value in sorted(points.items()):
        if piece and at - piece[-1][0] > 2 * step:
            yield piece
            piece = []
        piece.append((at, value))
    if piece:
        yield piece


# --- words


def _round_up(value: float) -> float:
    """To the next round number that divides by four."""
    if value <= 0:
        return 1.0
    size = 10.0 ** floor(log10(value))
    return next(size * step for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if size * step >= value * 0.999)


def _in_unit(value: float, unit: str) -> str:
    match unit:
        case "s":
            if value >= 60:
                return f"{value / 60:.3g} min"
            return f"{value:.3g} s" if value >= 1 or value == 0 else f"{value * 1000:.3g} ms"
        case "percentunit":
            return f"{value * 100:.3g} %"
        case "bytes":
            return f"{value / 2**20:.3g} MiB"
        case "reqps":
            return f"{value:.3g}/s"
        case _:
            return f"{value:.3g}"


def _clock(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%H:%M}"
