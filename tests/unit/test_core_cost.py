"""A step of the engine must not grow with the centre.

Counted in byte codes, not in seconds, so that the answer is the same on every machine.
"""

import sys
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any, Final

import pytest

from acd.engine import Engine
from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ConfigurationLoaded,
    Event,
    LegAnswered,
    OtherCallStarted,
    SetStatus,
)
from acd.model import (
    ONLINE,
    AccountId,
    Agent,
    Assignment,
    Caller,
    CallId,
    ChannelId,
    Configuration,
    Device,
    DeviceId,
    OfferId,
    Queue,
    QueueType,
    agent_id,
    queue_id,
)
from acd.outputs import CallQueued, Ring
from acd.state import State

ACCOUNT: Final = AccountId("demo.example")
NOON: Final = datetime(2024, 3, 4, 12, tzinfo=UTC)
ALLOWED_GROWTH: Final = 1.5
"""Searching a sorted list of a hundred times the length takes a few steps more, and those are not in Python."""


NO_MATTER: Final = timedelta(days=1)
"""An expected wait that keeps nobody out, and has everybody's reckoned out."""


def centre(queues: int, agents_each: int, type_: QueueType) -> Configuration:
    """So many queues, each with agents of its own who have one phone each, and each a group of his own."""
    numbers = [f"7{number:04}" for number in range(queues)]
    extensions = {f"{number}{place:03}": number for number in numbers for place in range(agents_each)}
    ids = {extension: agent_id(ACCOUNT, extension) for extension in extensions}
    phones = {extension: DeviceId(f"{extension}-desk") for extension in extensions}
    parts = [
        Assignment(agent=ids[e], queue=queue_id(ACCOUNT, number), order=int(e[-3:])) for e, number in extensions.items()
    ]
    return Configuration(
        agents={ids[e]: Agent(id=ids[e], account=ACCOUNT, extension=e, name=e) for e in extensions},
        devices={phones[e]: Device(id=phones[e], owner=ids[e]) for e in extensions},
        queues={
            queue_id(ACCOUNT, n): Queue(
                id=queue_id(ACCOUNT, n),
                account=ACCOUNT,
                number=n,
                name=n,
                type=type_,
                wrap_up=timedelta(seconds=5),
                max_expected_wait=NO_MATTER,
            )
            for n in numbers
        },
        assignments={(part.agent, part.queue): part for part in parts},
    )


def busy_engine(queues: int, agents_each: int, waiting: int, type_: QueueType) -> Engine:
    """All agents online but those of the last queue, where so many callers wait."""
    engine, configuration = Engine(State()), centre(queues, agents_each, type_)
    engine.handle(ConfigurationLoaded(configuration=configuration), NOON)
    engine.handle(AsteriskSeen(registered=frozenset(configuration.devices)), NOON)
    last = list(configuration.queues)[-1]
    for agent, queue in configuration.assignments:
        if queue != last:
            engine.handle(SetStatus(agent=agent, status=ONLINE), NOON)
    for number in range(waiting):
        engine.handle(arrival(f"W{number}", configuration.queues[last].number), NOON)
    return engine


def arrival(call: str, number: str) -> CallArrived:
    """A caller comes."""
    return CallArrived(call=CallId(call), account=ACCOUNT, number=number, caller=Caller(number="5551234"))


class ByteCodes:
    """Counts those of Python that run within."""

    def __init__(self) -> None:
        self.counted = 0

    def _count(self, frame: FrameType, event: str, argument: Any) -> Any:
        frame.f_trace_opcodes = True
        self.counted += event == "opcode"
        return self._count

    def __enter__(self) -> "ByteCodes":
        self._before = sys.gettrace()
        sys.settrace(self._count)
        return self

    def __exit__(self, *raised: object) -> None:
        sys.settrace(self._before)


def cost_of_a_call(engine: Engine) -> int:
    """Byte codes from a caller's arrival at the first queue to the end of the agent's wrap-up."""
    call, offer, at = CallId("C"), OfferId("C~1"), NOON + timedelta(minutes=1)
    with ByteCodes() as codes:
        rung = engine.handle(arrival(call, "70000"), at)
        device = next(command.devices[0] for command in rung.commands if isinstance(command, Ring))
        rest: tuple[Event, ...] = (
            LegAnswered(offer=offer, device=device),
            CallConnected(call=call),
            CallerHungUp(call=call),
        )
        for event in rest:
            engine.handle(event, at)
        engine.advance(at + timedelta(seconds=5))
    assert engine.deadline is None, "the wrap-up is over"
    return codes.counted


def cost_of_waiting(agents: int, waiting: int) -> int:
    """Byte codes of an arrival at a queue whose agents are all on the phone, and of hanging up again."""
    engine, at = busy_engine(queues=2, agents_each=agents, waiting=waiting, type_=QueueType.ROUND_ROBIN), NOON
    for agent, queue in engine.state.configuration.assignments:
        if queue == queue_id(ACCOUNT, "70001"):
            phone = next(iter(engine.state.devices_of[agent]))
            engine.handle(OtherCallStarted(channel=ChannelId(f"x{phone}"), device=phone), at)
            engine.handle(SetStatus(agent=agent, status=ONLINE), at)
    with ByteCodes() as codes:
        outcome = engine.handle(arrival("C", "70001"), at)
        engine.handle(CallerHungUp(call=CallId("C")), at)
    waits = next(recorded.fact for recorded in outcome.facts if isinstance(recorded.fact, CallQueued))
    assert waits.expected_wait is not None
    assert waits.expected_wait > timedelta(0)
    return codes.counted


@pytest.mark.parametrize("type_", [kind for kind in QueueType if kind not in (QueueType.RING_ALL, QueueType.CALL_PARK)])
def test_cost_does_not_grow_with_the_centre(type_: QueueType) -> None:
    """Not with queues, agents of one queue, or callers who wait. Ring all has to ring them all, a call park nobody."""
    small = cost_of_a_call(busy_engine(queues=2, agents_each=3, waiting=3, type_=type_))
    assert small > 100, "something was counted"
    more_queues = cost_of_a_call(busy_engine(queues=100, agents_each=3, waiting=3, type_=type_))
    more_agents = cost_of_a_call(busy_engine(queues=2, agents_each=300, waiting=3, type_=type_))
    more_callers = cost_of_a_call(busy_engine(queues=2, agents_each=3, waiting=300, type_=type_))
    assert max(more_queues, more_agents, more_callers) < small * ALLOWED_GROWTH, (
        more_queues,
        more_agents,
        more_callers,
    )


def test_cost_of_waiting_does_not_grow_with_the_queue() -> None:
    """How long he will wait is estimated from a few figures, whoever else waits and however many agents serve."""
    small = cost_of_waiting(agents=3, waiting=3)
    assert small > 100, "something was counted"
    more_agents, more_callers = cost_of_waiting(agents=300, waiting=3), cost_of_waiting(agents=3, waiting=300)
    assert max(more_agents, more_callers) < small * ALLOWED_GROWTH, (small, more_agents, more_callers)
