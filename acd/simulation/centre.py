"""A centre of one queue, driven by its engine: agents who answer at once and need no wrap-up, phones that never fail.

Time is exact here. The engine's instants have microseconds, so they follow the exact times as closely as they can
while they keep their order: what is later here is later there, what is simultaneous here is simultaneous there.
"""

from collections import deque
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from acd.engine import Engine
from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ConfigurationLoaded,
    EngineStarted,
    Event,
    LegAnswered,
    Request,
    SetStatus,
)
from acd.model import (
    ONLINE,
    AccountId,
    Agent,
    AgentId,
    Assignment,
    Caller,
    CallId,
    Configuration,
    Device,
    DeviceId,
    Queue,
    agent_id,
    queue_id,
)
from acd.outputs import CallAnswered, Connect, Outcome, Ring
from acd.state import State

_ACCOUNT: Final = AccountId("simulation.example")
_NUMBER: Final = "7001"
_QUEUE: Final = Queue(id=queue_id(_ACCOUNT, _NUMBER), account=_ACCOUNT, number=_NUMBER, name="Simulation")
"""Round-robin, without wrap-up: the core's defaults."""
_CALLER: Final = Caller(number="")
_DIGITS: Final = 9
"""The core tells equals apart by their ids, as text: with leading zeros that is the order of their numbers."""
_FOUNDED: Final = datetime(2000, 1, 1, tzinfo=UTC)
_OPENED: Final = datetime(2000, 1, 2, tzinfo=UTC)
"""When the centre's time is 0."""
_MOMENT: Final = timedelta.resolution


class Centre:
    """Callers and agents are numbers here: callers as they are given, agents from 1."""

    def __init__(self, agents: int) -> None:
        """Everybody is available since long before time 0; of equals, agent 1 comes first."""
        self._engine = Engine(State())
        self._time_s = Decimal(0)
        self._now = _FOUNDED
        self._at_once(EngineStarted())
        configuration = _configuration(agents)
        self._at_once(ConfigurationLoaded(configuration=configuration))
        self._at_once(AsteriskSeen(registered=frozenset(configuration.devices)))
        for agent in configuration.agents:
            self._at_once(SetStatus(agent=agent, status=ONLINE))
        self._now = _OPENED

    def call_arrives(self, at_s: Decimal, call: int, priority: int | None) -> list[tuple[int, int]]:
        """A caller comes. Returns who is answered in this instant: each call and its agent."""
        event = CallArrived(call=_call(call), account=_ACCOUNT, number=_NUMBER, caller=_CALLER, priority=priority)
        return self._tell(at_s, event)

    def call_ends(self, at_s: Decimal, call: int) -> list[tuple[int, int]]:
        """A caller goes, from a talk or while he waits. Returns likewise."""
        return self._tell(at_s, CallerHungUp(call=_call(call)))

    def _tell(self, at_s: Decimal, event: Event) -> list[tuple[int, int]]:
        self._advance(at_s)
        return self._at_once(event)

    def _advance(self, at_s: Decimal) -> None:
        if at_s == self._time_s:
            return
        assert at_s > self._time_s, "time goes one way"
        self._time_s = at_s
        self._now = max(_OPENED + timedelta(seconds=float(at_s)), self._now + _MOMENT)

    def _at_once(self, first: Event | Request) -> list[tuple[int, int]]:
        """Tell it, and whatever follows in the same instant: a phone that rings is answered, who is joined talks."""
        answered: list[tuple[int, int]] = []
        happens: deque[Event | Request] = deque([first])
        while happens:
            outcome = self._engine.handle(happens.popleft(), self._now)
            assert not outcome.stale, "nothing is late on a virtual clock"
            assert outcome.refusal is None, "nothing is asked for that could be refused"
            happens.extend(_consequences(outcome))
            answered += [
                (int(recorded.fact.call), _number(recorded.fact.agent))
                for recorded in outcome.facts
                if isinstance(recorded.fact, CallAnswered)
            ]
        return answered


def _consequences(outcome: Outcome) -> list[Event]:
    events: list[Event] = []
    for command in outcome.commands:
        if isinstance(command, Ring):
            events.append(LegAnswered(offer=command.offer, device=command.devices[0]))
        elif isinstance(command, Connect):
            events.append(CallConnected(call=command.call))
    return events


def _configuration(agents: int) -> Configuration:
    """Agents with one phone each, all of them in the one queue."""
    extensions = [f"{number:0{_DIGITS}}" for number in range(1, agents + 1)]
    people = [Agent(id=agent_id(_ACCOUNT, ext), account=_ACCOUNT, extension=ext, name=ext) for ext in extensions]
    phones = [Device(id=DeviceId(f"{agent.extension}-phone"), owner=agent.id) for agent in people]
    parts = [Assignment(agent=agent.id, queue=_QUEUE.id) for agent in people]
    return Configuration(
        agents={agent.id: agent for agent in people},
        devices={phone.id: phone for phone in phones},
        queues={_QUEUE.id: _QUEUE},
        assignments={(part.agent, part.queue): part for part in parts},
    )


def _call(number: int) -> CallId:
    return CallId(f"{number:0{_DIGITS}}")


def _number(agent: AgentId) -> int:
    return int(agent.partition("@")[0])
