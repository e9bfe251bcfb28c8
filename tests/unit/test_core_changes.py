"""Whatever rule changes at whatever moment, no caller is lost: each of them is talked to in the end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from acd.engine import Engine
from acd.inputs import (
    AgentTold,
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    ConfigurationLoaded,
    Event,
    LegAnswered,
    LegKeyPressed,
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
    QueueType,
    agent_id,
    queue_id,
)
from acd.outputs import CallEnded, CallOutcome
from acd.records import CallRecord
from acd.state import State

ACCOUNT = AccountId("demo.example")
QUEUE = queue_id(ACCOUNT, "7001")
ADA, BEN = agent_id(ACCOUNT, "1001"), agent_id(ACCOUNT, "1002")
PHONES = {DeviceId("1001-desk"): ADA, DeviceId("1001-soft"): ADA, DeviceId("1002-desk"): BEN}
CALLS = [CallId("A"), CallId("B"), CallId("C")]

Change = Callable[[Configuration], Configuration]


class Floor:
    """A queue with two agents and three callers, who all wait until somebody talks to them."""

    def __init__(self, type_: QueueType) -> None:
        self.now = datetime(2024, 3, 4, 9, tzinfo=UTC)
        self.engine = Engine(State())
        self.ended: dict[CallId, CallOutcome] = {}
        self._dialled = 0
        self.centre = Configuration(
            agents={who: Agent(id=who, account=ACCOUNT, extension=who[:4], name=who) for who in (ADA, BEN)},
            devices={phone: Device(id=phone, owner=who) for phone, who in PHONES.items()},
            queues={QUEUE: Queue(id=QUEUE, account=ACCOUNT, number="7001", name="Sales", type=type_)},
            assignments={(who, QUEUE): Assignment(agent=who, queue=QUEUE) for who in (ADA, BEN)},
        )
        self.give(ConfigurationLoaded(configuration=self.centre))
        self.give(AsteriskSeen(registered=frozenset(PHONES)))
        for who in (ADA, BEN):
            self.give(SetStatus(agent=who, status=ONLINE))

    def give(self, what: Event | Request) -> None:
        outcome = self.engine.handle(what, self.now)
        self.ended.update((it.fact.call, it.fact.outcome) for it in outcome.facts if isinstance(it.fact, CallEnded))

    def change(self, change: Change) -> None:
        self.centre = change(self.centre)
        self.give(ConfigurationLoaded(configuration=self.centre))

    def everybody_calls(self) -> None:
        for call in CALLS:
            self.give(CallArrived(call=call, account=ACCOUNT, number="7001", caller=Caller(number="5551234")))

    @property
    def calls(self) -> list[CallRecord]:
        return sorted(self.engine.state.records.calls.values(), key=lambda call: call.id)

    def phones_are_picked_up(self) -> bool:
        rings = [offer for offer in self.engine.state.records.offers.values() if offer.confirming is None]
        for offer in sorted(rings, key=lambda o: o.id)[:1]:
            self.give(LegAnswered(offer=offer.id, device=min(offer.devices)))
        return bool(rings)

    def calls_are_confirmed(self) -> bool:
        asked = [offer for offer in self.engine.state.records.offers.values() if offer.confirming is not None]
        for offer in sorted(asked, key=lambda o: o.id)[:1]:
            assert offer.confirming is not None
            self.give(LegKeyPressed(offer=offer.id, device=offer.confirming, key="1"))
        return bool(asked)

    def agents_have_been_told(self) -> bool:
        told = [call for call in self.calls if call.briefing]
        for call in told:
            assert call.offer is not None
            assert call.device is not None
            self.give(AgentTold(offer=call.offer, device=call.device))
        return bool(told)

    def they_are_joined(self) -> bool:
        joining = [call for call in self.calls if call.agent and not call.briefing and call.talking_since is None]
        for call in joining:
            self.give(CallConnected(call=call.id))
        return bool(joining)

    def callers_hang_up(self) -> bool:
        talking = [call for call in self.calls if call.talking_since is not None]
        for call in talking:
            self.give(CallerHungUp(call=call.id))
        return bool(talking)

    def somebody_dials_the_park(self) -> bool:
        parked = self.centre.queues[QUEUE].type is QueueType.CALL_PARK and any(not c.agent for c in self.calls)
        if parked:
            self._dialled += 1
            channel, phone = CallId(f"R{self._dialled}"), DeviceId("1002-desk")
            caller = Caller(number="1002")
            self.give(CallArrived(call=channel, account=ACCOUNT, number="7001", caller=caller, device=phone))
        return parked

    def work_is_done(self) -> None:
        """Everybody does what he should, for ten minutes at most."""
        for _ in range(600):
            if not self.calls:
                return
            busy = (
                self.callers_hang_up()
                or self.they_are_joined()
                or self.agents_have_been_told()
                or self.calls_are_confirmed()
                or self.phones_are_picked_up()
                or self.somebody_dials_the_park()
            )
            if not busy:
                self.now += timedelta(seconds=1)
                self.ended.update(
                    (it.fact.call, it.fact.outcome)
                    for it in self.engine.advance(self.now).facts
                    if isinstance(it.fact, CallEnded)
                )


def _queue(**rules: Any) -> Change:
    def change(centre: Configuration) -> Configuration:
        return replace(centre, queues={key: replace(of, **rules) for key, of in centre.queues.items()})

    return change


def _assignments(**rules: Any) -> Change:
    def change(centre: Configuration) -> Configuration:
        return replace(centre, assignments={key: replace(of, **rules) for key, of in centre.assignments.items()})

    return change


def _without(*gone: AgentId) -> Change:
    def change(centre: Configuration) -> Configuration:
        return replace(centre, assignments={key: of for key, of in centre.assignments.items() if key[0] not in gone})

    return change


CHANGES: dict[str, Change] = {
    "priority": _queue(priority=3),
    "ring time, longer": _queue(ring_time=timedelta(seconds=60)),
    "ring time, shorter": _queue(ring_time=timedelta(seconds=1)),
    "wrap-up": _queue(wrap_up=timedelta(seconds=15), wrap_up_mandatory=True),
    "groups": _queue(first_round=1, increment=1),
    "announcement to the agent": _queue(agent_announcement="sales"),
    "no announcement to the agent": _queue(agent_announcement=None),
    "confirmation": _assignments(confirm=True),
    "no confirmation": _assignments(confirm=False),
    "most calls": _assignments(max_calls=2),
    "order": _assignments(order=2),
    "phones": _assignments(devices=frozenset({DeviceId("1001-soft"), DeviceId("1002-desk")})),
    "an agent leaves": _without(ADA),
}

MOMENTS: dict[str, Callable[[Floor], object]] = {
    "waiting": lambda floor: None,
    "picked up": lambda floor: floor.phones_are_picked_up(),
    "confirmed": lambda floor: (floor.phones_are_picked_up(), floor.calls_are_confirmed()),
    "talking": lambda floor: (
        floor.phones_are_picked_up(),
        floor.calls_are_confirmed(),
        floor.agents_have_been_told(),
        floor.they_are_joined(),
    ),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("old", "new"), list(product(QueueType, QueueType)), ids=lambda type_: str(type_))
def test_a_change_of_type_loses_nobody(old: QueueType, new: QueueType, moment: str) -> None:
    floor = Floor(old)
    floor.change(_assignments(confirm=True))
    floor.change(_queue(agent_announcement="sales"))
    floor.everybody_calls()
    MOMENTS[moment](floor)
    floor.change(_queue(type=new))
    floor.work_is_done()
    assert floor.ended == dict.fromkeys(CALLS, CallOutcome.COMPLETED)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("type_", [type_ for type_ in QueueType if type_ is not QueueType.CALL_PARK])
def test_a_change_of_a_rule_loses_nobody(type_: QueueType, change: str, moment: str) -> None:
    floor = Floor(type_)
    if change.startswith("no "):
        floor.change(CHANGES[change.removeprefix("no ")])
    floor.everybody_calls()
    MOMENTS[moment](floor)
    floor.now += timedelta(seconds=2)
    floor.change(CHANGES[change])
    floor.work_is_done()
    assert floor.ended == dict.fromkeys(CALLS, CallOutcome.COMPLETED)


def test_agents_stand_in_the_order_of_the_new_type() -> None:
    floor = Floor(QueueType.LINEAR_HUNT)
    eligible = floor.engine.state.queue_index(QUEUE).eligible

    def ben_first(was: Configuration) -> Configuration:
        parts = was.assignments.items()
        return replace(was, assignments={key: replace(part, order=1 if key[0] == BEN else 2) for key, part in parts})

    floor.change(ben_first)
    assert list(eligible) == [BEN, ADA]
    rounds = replace(floor.centre.queues[QUEUE], type=QueueType.ROUND_ROBIN)
    floor.change(lambda was: replace(was, queues={QUEUE: rounds}))
    assert list(eligible) == [ADA, BEN], "both as long idle"
