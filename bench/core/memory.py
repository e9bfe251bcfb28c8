"""What a waiting caller and an agent cost in memory: how much a process grows by so many of them."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from os import sysconf
from pathlib import Path
from typing import Final

from acd.engine import Engine
from acd.inputs import AsteriskSeen, CallArrived, ConfigurationLoaded, EngineStarted, SetStatus
from acd.model import ONLINE, Caller, CallId
from acd.state import State
from bench.core.centre import ACCOUNT, Size, configuration
from bench.core.measured import BEGINS

AGENTS: Final = 10_000
WAITING: Final = 50_000
QUEUES: Final = 1_000


def bytes_of_agent(queues_each: int) -> float:
    """Of an agent with a phone and so many queues: his configuration and what he does."""
    return _in_a_new_process(_of_agent, queues_each)


def bytes_of_waiting_caller() -> float:
    """With what lapses for him and what is to be said to him."""
    return _in_a_new_process(_of_waiting)


def _in_a_new_process(measure: Callable[..., float], *of: int) -> float:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        return processes.submit(measure, *of).result()


def _of_agent(queues_each: int) -> float:
    engine = Engine(State())
    engine.handle(EngineStarted(), BEGINS)
    before = _resident_bytes()
    wanted = configuration(Size(AGENTS, QUEUES, WAITING, queues_each))
    engine.handle(ConfigurationLoaded(configuration=wanted), BEGINS)
    engine.handle(AsteriskSeen(registered=frozenset(wanted.devices)), BEGINS)
    for agent in sorted(wanted.agents):
        engine.handle(SetStatus(agent=agent, status=ONLINE), BEGINS)
    return (_resident_bytes() - before) / AGENTS


def _of_waiting() -> float:
    engine = Engine(State())
    wanted = configuration(Size(0, QUEUES, WAITING, 1))
    for what in (EngineStarted(), ConfigurationLoaded(configuration=wanted), AsteriskSeen()):
        engine.handle(what, BEGINS)
    before = _resident_bytes()
    for number in range(WAITING):
        arrival = CallArrived(
            call=CallId(f"1700000000.{number}"),
            account=ACCOUNT,
            number=f"{70_000 + number % QUEUES}",
            caller=Caller(number=f"+4430{number:07}", name="Somebody"),
        )
        engine.handle(arrival, BEGINS + timedelta(milliseconds=number))
    return (_resident_bytes() - before) / WAITING


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * sysconf("SC_PAGE_SIZE")
