"""The centres that are measured: so many agents, queues and callers who wait, all of them drawn with the same dice."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from random import Random
from typing import Final

from acd.model import (
    Account,
    AccountId,
    Agent,
    Announcements,
    Assignment,
    Configuration,
    Device,
    DeviceId,
    Queue,
    QueueType,
    agent_id,
    queue_id,
)

ACCOUNT: Final = AccountId("bench.example")
WRAP_UP: Final = timedelta(seconds=10)
RING_TIME: Final = timedelta(seconds=15)

_TYPES: Final = (
    QueueType.ROUND_ROBIN,
    QueueType.TIERED_ROUND_ROBIN,
    QueueType.LINEAR_HUNT,
    QueueType.LINEAR_CASCADE,
)
"""One after the other. A ring all has to ring them all, and is measured apart."""

_NO_MATTER: Final = timedelta(days=1)
"""An expected wait that keeps nobody out, and has everybody's reckoned out."""


@dataclass(frozen=True, slots=True)
class Size:
    """Of one centre."""

    agents: int
    queues: int
    waiting: int
    """0: half of the agents are free."""
    queues_each: int
    """How many queues an agent serves."""

    @property
    def title(self) -> str:
        """For the table."""
        return f"{self.agents:,} agents, {self.queues:,} queues, {self.waiting:,} wait, {self.queues_each} queues each"

    def as_json(self) -> dict[str, int]:
        """Its fields."""
        return asdict(self)


def configuration(size: Size) -> Configuration:
    """Which queues somebody serves is drawn, so that every queue shares agents with as many others as can be.

    One agent in five has two phones, one in ten a priority of his own; half of the queues reckon out the expected wait.
    """
    dice = Random(f"{size}")
    queues = [_queue(number, dice) for number in range(size.queues)]
    agents = [
        Agent(id=agent_id(ACCOUNT, f"{10_000 + n}"), account=ACCOUNT, extension=f"{10_000 + n}", name=f"Agent {n}")
        for n in range(size.agents)
    ]
    devices = [
        Device(id=DeviceId(f"{agent.extension}-{phone}"), owner=agent.id)
        for n, agent in enumerate(agents)
        for phone in (("desk", "soft") if n % 5 == 0 else ("desk",))
    ]
    parts = [
        Assignment(
            agent=agent.id,
            queue=queues[served].id,
            order=dice.randint(1, 3),
            priority=dice.randint(1, 3) if dice.random() < 0.1 else None,
        )
        for n, agent in enumerate(agents)
        for served in _served(n, size, dice)
    ]
    return Configuration(
        accounts={ACCOUNT: Account(id=ACCOUNT)},
        agents={agent.id: agent for agent in agents},
        devices={device.id: device for device in devices},
        queues={queue.id: queue for queue in queues},
        assignments={(part.agent, part.queue): part for part in parts},
    )


def _served(agent: int, size: Size, dice: Random) -> list[int]:
    """The places of his queues: one by turns, so that each has agents, and the others as drawn."""
    drawn = dice.sample(range(size.queues), size.queues_each)
    return list(dict.fromkeys((agent % size.queues, *drawn)))[: size.queues_each]


def _queue(place: int, dice: Random) -> Queue:
    number = f"{70_000 + place}"
    return Queue(
        id=queue_id(ACCOUNT, number),
        account=ACCOUNT,
        number=number,
        name=f"Queue {place}",
        type=_TYPES[place % len(_TYPES)],
        priority=dice.randint(1, 3),
        wrap_up=WRAP_UP,
        ring_time=RING_TIME,
        max_wait=timedelta(hours=12),
        longest_behind=timedelta(hours=6),
        max_expected_wait=_NO_MATTER if place % 8 < 4 else None,
        announcements=Announcements(welcome="welcome", position_every=timedelta(seconds=60)),
    )
