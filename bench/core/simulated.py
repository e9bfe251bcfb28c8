"""How many simulated calls a second: the whole of `acd simulate`, core, dice and figures, on one processor.

As there, nobody looks for circles of objects meanwhile.
"""

import gc
from datetime import timedelta
from random import Random
from time import process_time
from typing import Final

from acd.centre.values import Centre, Phone, Role, User
from acd.model import Account, Assignment, DeviceId, Queue, agent_id, queue_id
from acd.simulation.day import Day
from acd.simulation.simulate import simulate
from acd.simulation.traffic import HOURS_OF_DAY, Constant, LogNormal, Shift, Stream, Traffic
from bench.core.centre import ACCOUNT

AGENTS: Final = 50
CALLS: Final = 10_000
TALK: Final = timedelta(seconds=170)
OCCUPANCY: Final = 0.9
WRAP_UP: Final = timedelta(seconds=10)
_HANDLED: Final = TALK + WRAP_UP + timedelta(seconds=5)
"""With the ring before it."""


def calls_a_second(seed: int) -> float:
    """Of one day."""
    day = _day()
    length = timedelta(seconds=CALLS * _HANDLED.total_seconds() / (AGENTS * OCCUPANCY))
    gc.disable()
    began = process_time()
    simulated = simulate(day, length, lambda name: Random(f"{seed} {name}"), lambda _: None)
    took_seconds = process_time() - began
    gc.enable()
    return simulated.measures.together().offered / took_seconds


def _day() -> Day:
    """Like a day's file: one queue, served by everybody the whole day."""
    extensions = [f"{1000 + number}" for number in range(AGENTS)]
    queue = Queue(id=queue_id(ACCOUNT, "7001"), account=ACCOUNT, number="7001", name="All", wrap_up=WRAP_UP)
    agents = tuple(agent_id(ACCOUNT, extension) for extension in extensions)
    per_hour = AGENTS * OCCUPANCY * 3600 / _HANDLED.total_seconds()
    return Day(
        centre=Centre(
            source="bench",
            account=Account(id=ACCOUNT),
            users=tuple(User(extension=e, name=e, role=Role.AGENT) for e in extensions),
            devices=tuple(Phone(name=DeviceId(e), owner=e, secret=None) for e in extensions),
            queues=(queue,),
            assignments=tuple(Assignment(agent=agent, queue=queue.id) for agent in agents),
        ),
        traffic=Traffic(
            streams=(
                Stream(queue=queue.id, per_hour=(per_hour,) * HOURS_OF_DAY, talk=LogNormal(TALK, TALK), patience=None),
            ),
            shifts=(
                Shift(
                    agents=agents,
                    begins=timedelta(0),
                    ends=timedelta(days=1),
                    answers_after=Constant(timedelta(seconds=5)),
                    misses=0.02,
                    back_after=Constant(timedelta(minutes=5)),
                ),
            ),
            opens=timedelta(hours=8),
        ),
    )
