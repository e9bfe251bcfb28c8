"""What a simulation has come to, in words and as JSON; the formulas stand beside the figures."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from acd.figures import AgentMeasures, Doing, QueueMeasures, percentile, ratio
from acd.measures import Measures
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
            | queue_figures(measures.queues.get(queue.id, QueueMeasures()))
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
            for figures in [measures.agents.get(agent.id, AgentMeasures())]
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
    return _tables({"": measures}, configuration)


def side_by_side(happened: Measures, would: Measures, configuration: Configuration) -> str:
    """The same of what happened and of what would have, one below the other."""
    return _tables({"happened": happened, "would have": would}, configuration)


def _tables(of: Mapping[str, Measures], configuration: Configuration) -> str:
    return "\n\n".join([_queue_table(of, configuration), _agent_table(of, configuration), "\n".join(FORMULAS)])


_QUEUE_HEAD: Final = (
    *("queue", "offered", "answered", "abandoned", "short", "overflow", "waiting", "T", "SL1", "SL2", "SL3", "ASA"),
    *(f"p{part}" for part in PERCENTILES),
    *("longest", "talk"),
)


def _queue_table(of: Mapping[str, Measures], configuration: Configuration) -> str:
    table: list[Sequence[str]] = [_QUEUE_HEAD]
    for queue in configuration.queues.values():
        for name, measures in of.items():
            figures = measures.queues.get(queue.id, QueueMeasures())
            within = _seconds(queue.service_level.total_seconds())
            table.append(_queue_row(f"{queue.number} {queue.name} {name}".strip(), within, figures))
    if len(configuration.queues) > 1:
        for name, measures in of.items():
            table.append(_queue_row(f"{TOGETHER} {name}".strip(), "-", measures.together()))
    return aligned(table)


def _queue_row(name: str, within: str, queue: QueueMeasures) -> Sequence[str]:
    waits = sorted(queue.waits_s)
    counts = (queue.offered, queue.answered, queue.abandoned, queue.short_abandons, queue.overflowed, queue.waiting)
    levels = (queue.answered_of_offered, queue.service_level, queue.answered_without_short)
    return (
        name,
        *map(str, counts),
        within,
        *map(_percent, levels),
        _seconds(queue.speed_of_answer_s),
        *(_seconds(percentile(waits, part / 100)) for part in PERCENTILES),
        _seconds(waits[-1] if waits else None),
        _seconds(ratio(queue.talked.total_seconds(), queue.talks)),
    )


def _agent_table(of: Mapping[str, Measures], configuration: Configuration) -> str:
    shown = (Doing.TALKING, Doing.WRAP_UP, Doing.RINGING, Doing.IDLE)
    table: list[Sequence[str]] = [
        ("agent", "answered", "missed", "refused", "on", "occupancy", *(doing.replace("_", "-") for doing in shown))
    ]
    for agent in configuration.agents.values():
        for name, measures in of.items():
            figures = measures.agents.get(agent.id, AgentMeasures())
            if figures.on or figures.answered:
                table.append(
                    (
                        f"{agent.extension} {agent.name} {name}".strip(),
                        *map(str, (figures.answered, figures.missed, figures.refused)),
                        hours(figures.on),
                        _percent(figures.occupancy),
                        *(hours(figures.time[doing]) for doing in shown),
                    )
                )
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
