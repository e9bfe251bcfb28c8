"""The runner: order of a step, the one timer, durable answers, and the end after a fault of the core.

Time is virtual: the event loop's clock jumps to whatever is due next, and the runner's clock follows it.
"""

import asyncio
import io
import json
import selectors
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import pytest

from acd.engine import Engine
from acd.inputs import (
    AsteriskSeen,
    CallConnected,
    CallerHungUp,
    ConfigurationLoaded,
    Event,
    LegAnswered,
    Refusal,
    Request,
    SetStatus,
    SetStatusByPhone,
)
from acd.model import OFFLINE, ONLINE, CallId, DeviceId
from acd.outputs import Command, HoldCaller, OfferMade, Outcome, Recorded, Ring, StatusChanged, WrapUpEnded
from acd.runtime import logs
from acd.runtime.clock import Clock
from acd.runtime.runner import OBSERVED_AFTER_S, CoreFault, GuardPort, Observer, Runner
from acd.runtime.settings import read_settings
from acd.state import State
from tests.unit.running_centre import ALICE, DESK_OF, START, arrival, configuration, offer


class _JumpingSelector(selectors.SelectSelector):
    """Never waits: the time it was to wait for has passed."""

    seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.seconds += max(timeout or 0.0, 0.0)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next thing that is due."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds since the start."""
        return self._jumping.seconds


class World:
    """Everything around the runner, writing down in which order it was called."""

    def __init__(
        self, engine: Engine | None = None, observers: Sequence[Observer] = (), guard: GuardPort | None = None
    ) -> None:
        self.log: list[str] = []
        self.commands: list[Command] = []
        self.facts: list[Recorded] = []
        self.durable_after: asyncio.Event | None = None
        self.awaited: list[int] = []
        self.observed: list[tuple[Event | Request | None, Outcome]] = []
        loop = asyncio.get_running_loop()
        self.clock = Clock(wall=START, monotonic_seconds=loop.time)
        self.runner = Runner(
            engine=engine or Engine(State()),
            clock=self.clock,
            journal=self,
            observers=[*observers, self],
            guard=guard,
        )
        self.runner.attach(self)
        self.runner.tell(ConfigurationLoaded(configuration=configuration()))
        self.runner.tell(AsteriskSeen(registered=frozenset(DESK_OF.values())))

    def forget(self) -> None:
        self.log.clear()
        self.commands.clear()
        self.facts.clear()

    def carry_out(self, commands: Sequence[Command]) -> None:
        self.log.append("switch")
        self.commands.extend(commands)

    def record(self, facts: Sequence[Recorded]) -> int:
        self.log.append("journal")
        self.facts.extend(facts)
        return len(self.facts)

    async def durable(self, sequence: int) -> None:
        self.awaited.append(sequence)
        if self.durable_after is not None:
            await self.durable_after.wait()

    def observe(self, what: Event | Request | None, outcome: Outcome, ordered: datetime) -> None:
        self.log.append("observer")
        self.observed.append((what, outcome))

    def seconds(self, kind: type) -> list[float]:
        """When facts of this kind became true, in seconds since the start."""
        return [(r.at - START).total_seconds() for r in self.facts if isinstance(r.fact, kind)]


class BrokenObserver:
    """An observer with a bug."""

    def observe(self, what: Event | Request | None, outcome: Outcome, ordered: datetime) -> None:
        raise ZeroDivisionError


class FailingEngine(Engine):
    """The core with a bug that one call brings to light."""

    def handle(self, what: Event | Request, now: datetime) -> Outcome:
        assert what != arrival("fatal"), "no rule for this"
        return super().handle(what, now)


def in_virtual_time(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Run a test on a loop whose time jumps."""

    def run() -> None:
        async def bounded() -> None:
            await test()

        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(bounded())

    run.__name__ = test.__name__
    return run


@in_virtual_time
async def test_commands_go_out_before_facts_are_recorded_and_observed() -> None:
    world = World()
    await asyncio.sleep(OBSERVED_AFTER_S)
    world.forget()
    world.runner.tell(arrival("c1"))
    assert world.log == ["switch", "journal"]
    await asyncio.sleep(OBSERVED_AFTER_S)
    assert world.log == ["switch", "journal", "observer"], "after what the commands have begun"
    assert [type(command) for command in world.commands] == [HoldCaller]
    world.forget()
    world.runner.tell(CallerHungUp(call=CallId("nobody")))
    await asyncio.sleep(OBSERVED_AFTER_S)
    assert world.log == ["observer"], "nothing to order and nothing to record"


@in_virtual_time
async def test_a_broken_observer_costs_no_call() -> None:
    world = World(observers=[BrokenObserver()])
    world.runner.tell(arrival("c1"))
    await asyncio.sleep(OBSERVED_AFTER_S)
    assert world.observed[-1][0] == arrival("c1"), "the one after the broken one was told"


@in_virtual_time
async def test_it_wakes_at_every_deadline_of_the_engine() -> None:
    world = World()
    assert await world.runner.ask(SetStatus(agent=ALICE, status=ONLINE)) is None
    world.runner.tell(arrival("c1"))
    world.runner.tell(LegAnswered(offer=offer("c1"), device=DESK_OF[ALICE]))
    world.runner.tell(CallConnected(call=CallId("c1")))
    await asyncio.sleep(60)
    world.runner.tell(CallerHungUp(call=CallId("c1")))
    world.runner.tell(arrival("c2"))
    assert world.seconds(OfferMade) == [0]
    await asyncio.sleep(120)
    # Wrap-up of 30 s, then the second caller rings for 20 s, again and again, at exactly those instants.
    assert world.seconds(WrapUpEnded) == [90]
    assert world.seconds(OfferMade) == [0, 90, 110, 130, 150, 170]
    rings = [command for command in world.commands if isinstance(command, Ring)]
    assert [ring.offer for ring in rings] == [offer("c1"), *(offer("c2", n) for n in range(1, 6))]


@in_virtual_time
async def test_one_timer_is_armed_at_most() -> None:
    world = World()
    await world.runner.ask(SetStatus(agent=ALICE, status=ONLINE))
    for n in range(50):
        world.runner.tell(arrival(f"c{n}"))
    await asyncio.sleep(OBSERVED_AFTER_S)
    assert len(_timers()) == 1
    world.runner.tell(CallerHungUp(call=CallId("c0")))
    await asyncio.sleep(OBSERVED_AFTER_S)
    assert len(_timers()) == 1, "the next caller rings"
    await world.runner.ask(SetStatus(agent=ALICE, status=OFFLINE))
    await asyncio.sleep(OBSERVED_AFTER_S)
    assert _timers() == []


def _timers() -> list[asyncio.TimerHandle]:
    loop: Any = asyncio.get_running_loop()
    return [handle for handle in loop._scheduled if not handle.cancelled()]


@in_virtual_time
async def test_a_request_is_answered_once_its_facts_are_durable() -> None:
    world = World()
    world.durable_after = asyncio.Event()
    asking = asyncio.create_task(world.runner.ask(SetStatusByPhone(device=DESK_OF[ALICE], status=ONLINE)))
    await asyncio.sleep(1)
    assert world.seconds(StatusChanged) == [0], "decided at once"
    assert not asking.done(), "and not confirmed yet"
    world.durable_after.set()
    assert await asking is None
    assert world.awaited == [len(world.facts)]


@in_virtual_time
async def test_a_repeated_request_waits_for_the_first_one_to_be_durable() -> None:
    world = World()
    await world.runner.ask(SetStatus(agent=ALICE, status=ONLINE))
    facts = len(world.facts)
    assert await world.runner.ask(SetStatus(agent=ALICE, status=ONLINE)) is None
    assert len(world.facts) == facts, "it changed nothing"
    assert world.awaited == [facts, facts]


@in_virtual_time
async def test_what_cannot_be_stored_in_time_is_told() -> None:
    world = World()
    world.durable_after = asyncio.Event()
    before = asyncio.get_running_loop().time()
    refusal = await world.runner.ask(SetStatus(agent=ALICE, status=ONLINE))
    assert refusal is Refusal.NOT_STORED
    assert asyncio.get_running_loop().time() - before == pytest.approx(3)


@in_virtual_time
async def test_a_journal_that_is_closing_is_told_as_well() -> None:
    class Closed(World):
        async def durable(self, sequence: int) -> None:
            raise ConnectionError("the journal is closed")

    assert await Closed().runner.ask(SetStatus(agent=ALICE, status=ONLINE)) is Refusal.NOT_STORED


@in_virtual_time
async def test_a_refusal_of_the_engine_comes_back_at_once() -> None:
    world = World()
    world.durable_after = asyncio.Event()
    request = SetStatusByPhone(device=DeviceId("lobby"), status=ONLINE)
    assert await world.runner.ask(request) is Refusal.NOT_AN_AGENT


def test_a_fault_of_the_core_is_told_with_its_input_and_the_last_facts_and_ends_everything() -> None:
    stream = io.StringIO()
    environment = {"ACD__DATABASE__URL": "postgresql:///acd", "ACD__ARI__PASSWORD": "x", "ACD__LOG__FORMAT": "json"}
    logs.configure(read_settings(None, environment), stream)

    async def fail() -> None:
        world = World(FailingEngine(State()))
        await world.runner.ask(SetStatus(agent=ALICE, status=ONLINE))
        world.runner.tell(arrival("c1"))
        await asyncio.sleep(OBSERVED_AFTER_S)
        world.forget()
        world.runner.tell(arrival("fatal"))
        assert world.log == [], "nothing of a failed step gets out"
        with pytest.raises(CoreFault, match="no rule for this"):
            await world.runner.fault()
        world.runner.tell(arrival("c2"))
        assert await world.runner.ask(SetStatus(agent=ALICE, status=OFFLINE)) is Refusal.NOT_STORED
        await asyncio.sleep(3600)
        assert world.log == [], "it takes nothing more, and its timer is off"

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(fail())
    told = [line for line in map(json.loads, stream.getvalue().splitlines()) if line["event"] == "engine_failed"]
    assert len(told) == 1
    assert "fatal" in told[0]["input"]
    assert "OfferMade" in str(told[0]["last_facts"])
    assert "no rule for this" in str(told[0]["exception"])


@in_virtual_time
async def test_an_event_from_inside_a_step_is_a_fault() -> None:
    class Eager(World):
        def carry_out(self, commands: Sequence[Command]) -> None:
            self.runner.tell(CallerHungUp(call=CallId("c1")))

    world = Eager()
    world.runner.tell(arrival("c1"))
    with pytest.raises(CoreFault, match="inside a step"):
        await world.runner.fault()


@in_virtual_time
async def test_a_stopped_runner_takes_nothing_and_never_wakes() -> None:
    world = World()
    await world.runner.ask(SetStatus(agent=ALICE, status=ONLINE))
    world.runner.tell(arrival("c1"))
    world.runner.stop()
    await asyncio.sleep(OBSERVED_AFTER_S)
    world.forget()
    world.runner.tell(arrival("c2"))
    await asyncio.sleep(100)
    assert world.log == []
