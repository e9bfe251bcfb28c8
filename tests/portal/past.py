"""A past for the history: simulated days as facts, in the journal of a database, and taken into its tables."""

import asyncio
import random
import re
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import cycle
from typing import Final

from msgspec.structs import replace

from acd.engine import Engine
from acd.inputs import AsteriskSeen, ConfigurationLoaded, EngineStarted
from acd.journal import decode, encode
from acd.model import Caller
from acd.outputs import CallQueued, Recorded
from acd.runtime.database import close, connect
from acd.runtime.spool_format import entry
from acd.runtime.to_database import store
from acd.simulation.chance import Chance
from acd.simulation.day import configuration_of, read_day
from acd.simulation.run import Run
from acd.state import State
from portal.history import keeping
from portal.history.keeping import Keeper
from tests.integration.postgres import ALLOW_FACTS
from tests.portal.live import OUR_CENTRE, THEIR_CENTRE, LivePortal

TRAFFIC: Final = """
[[traffic]]
queue = "7001"
calls_per_hour = 14
patience = { type = "exponential", mean = "1m" }

[[traffic]]
queue = "7002"
calls_per_hour = 9
talk = { type = "log_normal", mean = "5m", deviation = "4m" }

[[shifts]]
agents = ["1001"]
from = "06:00"
to = "03:00"
misses = 0.1

[[shifts]]
agents = ["1004"]
misses = 0.1
"""


_CALL: Final = re.compile(rb'"([0-9]{6,}(?:~[0-9]+)?)"')

OUR_DAYS: Final = (
    OUR_CENTRE.replace('name = "Sales"', 'name = "Sales"\nwrap_up = "40s"\nservice_level = "20s"').replace(
        'name = "Support"', 'name = "Support"\nmax_wait = "3m"'
    )
    + TRAFFIC
)
THEIR_DAYS: Final = THEIR_CENTRE + '[[traffic]]\nqueue = "7009"\ncalls_per_hour = 8\n'


def simulated(begins: datetime, length: timedelta, seed: int, days: str = OUR_DAYS) -> list[Recorded]:
    """All facts of an account in so much time from then on; the same seed gives the same."""
    day = read_day(days, "past.toml")
    engine, facts = Engine(State()), list[Recorded]()
    configuration = configuration_of(day.centre)
    for what in (
        EngineStarted(),
        ConfigurationLoaded(configuration=configuration),
        AsteriskSeen(registered=frozenset(configuration.devices)),
    ):
        facts += engine.handle(what, begins).facts
    chance = Chance(day.traffic, begins, lambda name: random.Random(f"{seed} {name}"))
    Run(engine, chance, facts.append).play(chance.inputs(begins + length), begins + length)
    return facts


def both(ours: Sequence[Recorded], theirs: Sequence[Recorded]) -> list[Recorded]:
    """One journal of both accounts; their calls get names of their own."""
    renamed = []
    for recorded in theirs:
        kind, body = encode(recorded.fact)
        renamed.append(Recorded(at=recorded.at, fact=decode(kind, _CALL.sub(rb'"theirs-\1"', body))))
    return sorted([*ours, *renamed], key=lambda recorded: recorded.at)


def called_by(facts: Sequence[Recorded], callers: Sequence[Caller]) -> list[Recorded]:
    """The same, from these callers in turn."""
    turn = cycle(callers)
    return [
        Recorded(at=recorded.at, fact=replace(recorded.fact, caller=next(turn)))
        if isinstance(recorded.fact, CallQueued)
        else recorded
        for recorded in facts
    ]


async def write_facts(url: str, facts: Sequence[Recorded], first: int = 1) -> None:
    """Into the journal, as the engine does."""
    connection = await connect(url)
    try:
        await connection.execute(ALLOW_FACTS)
        await store(connection, [entry(seq, recorded) for seq, recorded in enumerate(facts, start=first)])
    finally:
        await close(connection)


async def keep_up(url: str) -> None:
    """The history has all that the journal has, taken in by a keeper that has just been started."""
    connection = await keeping.connect(url)
    try:
        keeper = Keeper(url)
        await keeper.recall(connection)
        await keeper.catch_up(connection)
    finally:
        await connection.close(timeout=1)


async def kept_up(live: LivePortal, seq: int) -> None:
    """Wait until the keeper of a running portal has come to this fact."""
    deadline = time.monotonic() + 60
    while live.portal.keeper.seq < seq:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
