"""The real engine behind a bridge, without a process around it: nothing is stored, every step is kept to be seen."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from acd.differences import in_pieces
from acd.engine import Engine
from acd.inputs import AsteriskSeen, ConfigurationLoaded, Difference, EngineStarted, Event, Refusal, Request, SetStatus
from acd.model import (
    ONLINE,
    AccountId,
    Agent,
    Assignment,
    Configuration,
    Device,
    DeviceId,
    Queue,
    agent_id,
    queue_id,
)
from acd.outputs import Command, Fact
from acd.ports import AgentReport, SwitchPort
from acd.reports import agent_report
from acd.state import State

ACCOUNT = AccountId("demo.example")
QUEUE = queue_id(ACCOUNT, "7002")
WITHIN_S = 5.0


def configuration() -> Configuration:
    """One queue, and one agent with one phone who answers it."""
    agent, device = agent_id(ACCOUNT, "1001"), DeviceId("1001-desk")
    return Configuration(
        agents={agent: Agent(id=agent, account=ACCOUNT, extension="1001", name="Ada")},
        devices={device: Device(id=device, owner=agent)},
        queues={QUEUE: Queue(id=QUEUE, account=ACCOUNT, number="7002", name="Sales", wrap_up=timedelta(seconds=30))},
        assignments={(agent, QUEUE): Assignment(agent=agent, queue=QUEUE)},
    )


class LiveEngine:
    """An `acd.ports.EnginePort`."""

    def __init__(self) -> None:
        self.engine = Engine(State())
        self.told: list[Event] = []
        self.facts: list[Fact] = []
        self.ordered: list[Command] = []
        self.asked: list[Request] = []
        self.decision: asyncio.Event | None = None
        """Where set: requests are answered only once it is."""
        self.switch: SwitchPort | None = None
        self.tell(EngineStarted())
        self.tell(ConfigurationLoaded(configuration=configuration()))
        self._step(SetStatus(agent=agent_id(ACCOUNT, "1001"), status=ONLINE))

    def tell(self, event: Event) -> None:
        self.told.append(event)
        self._step(event)

    async def ask(self, request: Request) -> Refusal | None:
        self.asked.append(request)
        if self.decision is not None:
            await self.decision.wait()
        return self._step(request)

    def compare(self, seen: AsteriskSeen) -> Iterator[Difference | None]:
        return in_pieces(self.engine.state, seen)

    def report(self, device: DeviceId) -> AgentReport | None:
        return agent_report(self.engine.state, device, datetime.now(UTC))

    def _step(self, what: Event | Request) -> Refusal | None:
        outcome = self.engine.handle(what, datetime.now(UTC))
        self.facts += [each.fact for each in outcome.facts]
        self.ordered += outcome.commands
        if self.switch is not None:
            self.switch.carry_out(outcome.commands)
        return outcome.refusal

    def told_of(self, *types: type[Event]) -> list[Event]:
        """The events of these types, in order."""
        return [each for each in self.told if isinstance(each, types)]


async def until(condition: Callable[[], object]) -> None:
    """Wait until this is so; fails after some seconds."""
    async with asyncio.timeout(WITHIN_S):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in other processes as well
            await asyncio.sleep(0.005)
