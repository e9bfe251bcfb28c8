"""What all rows share: ids as people know them, texts as they can be sent, lengths of time in seconds."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from acd.model import AgentId, QueueId, QueueType
from acd.records import Records

TYPE_NAMES: Final[Mapping[QueueType, str]] = {
    QueueType.ROUND_ROBIN: "Round robin",
    QueueType.TIERED_ROUND_ROBIN: "Tiered round robin",
    QueueType.RING_ALL: "Ring all",
    QueueType.LINEAR_HUNT: "Linear hunt",
    QueueType.LINEAR_CASCADE: "Linear cascade",
    QueueType.CALL_PARK: "Call park",
}


def number_of(id_: QueueId | AgentId) -> str:
    """The number in its account: `7001` of `7001@demo.example`."""
    return id_.partition("@")[0]


def queue_name(records: Records, queue: QueueId) -> str:
    """Its name; of one that has been closed, its number."""
    known = records.queues.get(queue)
    return known.name if known else number_of(queue)


def text(said: str) -> str:
    """A text from outside as JSON can hold it: half of a surrogate pair has no encoding."""
    return said if said.isascii() else said.encode(errors="replace").decode()


def seconds(length: timedelta) -> float:
    """To the millisecond."""
    return round(length.total_seconds(), 3)


def mean_s(total: timedelta, count: int) -> float | None:
    """None where there is nothing to divide by."""
    return seconds(total / count) if count else None
