"""What a simulation has come to, in words and as JSON; the formulas stand beside the figures."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from acd.measures import Doing, Measures, QueueMeasures, percentile, ratio
from acd.model import Configuration

TOGETHER: Final = "together"
PERCENTILES: Final = (50, 80, 95, 99)
FORMULAS: Final = (
    "SL1 = answered within T / offered",
    "SL2 = answered within T / (answered + abandoned after T), the one of reports",
    "SL3 = answered within T / (offered - abandoned within 10 s)",
    "T is the queue's service_level. ASA is the mean wait of those answered, and so are the percentiles of that wait.",
    "Occupancy = (talk + wrap-up) / (talk + wrap-up + ringing + idle).",
)


def as_json(measures: Measures, configuration: Configuration) -> dict[str, Any]:
    """All figures, times in seconds; null where there is nothing to divide by."""
    return {
        "queues": [
            {"queue": queue.number, "name": queue.name, "within_s": queue.service_level.total_seconds()}
            | queue_figures(measures.queues[queue.id])
            for queue in configuration.queues.values()
        ],
        "together": queue_figures(measures.together()),
        "agents": [
            {
                "agent": agent.extension,
                "name": agent.name,
                "answered": figures.answered,
                "missed": figures.missed,
                "refused": figures.refused,
                "occupancy": _rounded(figures.occupancy),
                "time_s": {doing.value: _rounded(time.total_seconds()) for doing, time in figures.time.items()},
            }
            for agent in configuration.agents.values()
            for figures in [measures.agents[agent.id]]
        ],
        "formulas": list(FORMULAS),
    }


def queue_figures(queue: QueueMeasures) -> dict[str, Any]:
    """Those of one queue, or of all."""
    waits = sorted(queue.waits_s)
    return {
        "offered": queue.offered,
        "answered": queue.answered,
        "answered_in_time": queue.answered_in_time,
        "abandoned": queue.abandoned,
        "abandoned_late": queue.abandoned_late,
        "short_abandons": queue.short_abandons,
        "overflowed": queue.overflowed,
        "refused": queue.refused,
        "lost": queue.lost,
        "still_waiting": queue.waiting,
        "service_level": {
            "SL1": _rounded(queue.answered_of_offered),
            "SL2": _rounded(queue.service_level),
            "SL3": _rounded(queue.answered_without_short),
        },
        "asa_s": _rounded(queue.speed_of_answer_s),
        "wait_s": {f"p{part}": _rounded(percentile(waits, part / 100)) for part in PERCENTILES}
        | {"longest": _rounded(waits[-1] if waits else None)},
        "talk_s": _rounded(ratio(queue.talked.total_seconds(), queue.talks)),
    }


def as_text(measures: Measures, configuration: Configuration) -> str:
    """Tables of queues and agents, and the formulas."""
    queues = [(f"{q.number} {q.name}", measures.queues[q.id], q.service_level) for q in configuration.queues.values()]
    rows: list[tuple[str, QueueMeasures, timedelta | None]] = [*queues]
    if len(queues) > 1:
        rows.append((TOGETHER, measures.together(), None))
    return "\n\n".join([_queue_table(rows), _agent_table(measures, configuration), "\n".join(FORMULAS)])


_COUNTS: Final = ("offered", "answered", "abandoned", "short", "overflow", "waiting")
_WAITS: Final = ("ASA", *(f"p{part}" for part in PERCENTILES), "longest", "talk")
_QUEUE_HEAD: Final = ("queue", *_COUNTS, "T", "SL1", "SL2", "SL3", *_WAITS)


def _queue_table(rows: Iterable[tuple[str, QueueMeasures, timedelta | None]]) -> str:
    table: list[Sequence[str]] = [_QUEUE_HEAD]
    for name, queue, within in rows:
        waits = sorted(queue.waits_s)
        counts = (queue.offered, queue.answered, queue.abandoned, queue.short_abandons, queue.overflowed, queue.waiting)
        levels = (queue.answered_of_offered, queue.service_level, queue.answered_without_short)
        table.append(
            (
                name,
                *map(str, counts),
                _seconds(within.total_seconds() if within is not None else None),
                *map(_percent, levels),
                _seconds(queue.speed_of_answer_s),
                *(_seconds(percentile(waits, part / 100)) for part in PERCENTILES),
                _seconds(waits[-1] if waits else None),
                _seconds(ratio(queue.talked.total_seconds(), queue.talks)),
            )
        )
    return aligned(table)


def _agent_table(measures: Measures, configuration: Configuration) -> str:
    shown = (Doing.TALKING, Doing.WRAP_UP, Doing.RINGING, Doing.IDLE)
    table: list[Sequence[str]] = [
        ("agent", "answered", "missed", "refused", "on", "occupancy", *(doing.replace("_", "-") for doing in shown))
    ]
    for agent in configuration.agents.values():
        figures = measures.agents[agent.id]
        if figures.on or figures.answered:
            counts = (figures.answered, figures.missed, figures.refused)
            times = (hours(figures.time[doing]) for doing in shown)
            name = f"{agent.extension} {agent.name}"
            table.append((name, *map(str, counts), hours(figures.on), _percent(figures.occupancy), *times))
    return aligned(table)


def aligned(table: Sequence[Sequence[str]]) -> str:
    """Columns side by side, the first to the left and all others to the right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = (
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in table
    )
    return "\n".join(line.rstrip() for line in lines)


def hours(time: timedelta) -> str:
    """As `7:05:09`."""
    seconds = round(time.total_seconds())
    return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


def _percent(part: float | None) -> str:
    return "-" if part is None else f"{part * 100:.1f}%"


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.1f}s" if seconds < 100 else f"{seconds:.0f}s"


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 6)
