"""The strategy and the penalties of a queue of app_queue as a type of ours and the order of its agents.

A lower penalty is asked first, a higher one only when nobody below can be rung: that is a tier.
"""

from dataclasses import dataclass
from typing import Final

from acd.app_queue.agents import Line, ranks
from acd.app_queue.conf import Section
from acd.app_queue.remarks import Kind, Remarks
from acd.model import QueueType

_DEFAULT: Final = "ringall"
_LAST_RANK: Final = 1000

_ROUND: Final = {
    "leastrecent": "",
    "rrmemory": "the agent idle longest is asked, not the next one of a fixed circle; a miss puts nobody back",
    "rrordered": "the agent idle longest is asked, not the next one of a fixed circle; a miss puts nobody back",
    "roundrobin": "the agent idle longest is asked, not the next one of a fixed circle; a miss puts nobody back",
    "fewestcalls": "there is none by the number of calls: the agent idle longest is asked, which evens calls out too",
    "random": "there is no chance: the agent idle longest is asked",
    "wrandom": "there is no chance and there are no weights: the agent idle longest is asked, penalties were left out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing:
    """How a queue rings."""

    type: QueueType
    orders: tuple[int, ...]
    """The order number of each line, in the order of the lines."""


def ringing(section: Section, lines: list[Line], remarks: Remarks) -> Ringing:
    """The type, and everybody's place in it."""
    entry = section.last("strategy")
    strategy = entry.value.lower() if entry else _DEFAULT
    tiers = ranks(line.penalty for line in lines)
    tiered = len(tiers) > 1
    plain = (1,) * len(lines)
    by_tier = tuple(min(tiers[line.penalty], _LAST_RANK) for line in lines)
    if strategy == "linear":
        return Ringing(type=QueueType.LINEAR_HUNT, orders=_in_line(lines))
    if strategy in _ROUND:
        if _ROUND[strategy]:
            remarks.add(Kind.DIFFERS, f"strategy = {strategy}", _ROUND[strategy], section.name)
        if tiered and strategy != "wrandom":
            return Ringing(type=QueueType.TIERED_ROUND_ROBIN, orders=by_tier)
        return Ringing(type=QueueType.ROUND_ROBIN, orders=plain)
    if strategy != _DEFAULT:
        remarks.add(
            Kind.TO_DO, f"strategy = {strategy}", "is none that Asterisk knows; ring_all was taken", section.name
        )
    if tiered:
        what = "those of the next penalty ring as well after each ring time, not only when nobody below can be rung"
        remarks.add(Kind.DIFFERS, "strategy = ringall with penalties", what, section.name)
        return Ringing(type=QueueType.LINEAR_CASCADE, orders=by_tier)
    return Ringing(type=QueueType.RING_ALL, orders=plain)


def _in_line(lines: list[Line]) -> tuple[int, ...]:
    """One behind the other: by penalty, and among equals as in the file."""
    turn = sorted(range(len(lines)), key=lambda index: (lines[index].penalty, index))
    place = {index: min(rank, _LAST_RANK) for rank, index in enumerate(turn, start=1)}
    return tuple(place[index] for index in range(len(lines)))
