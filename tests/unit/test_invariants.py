"""Each invariant is found where its rule is broken, and never where all is well; and what the process does about it."""

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from acd.engine import Engine
from acd.inputs import CallConnected, Event, LegAnswered, Request, SetStatus
from acd.invariants import OF_DECISIONS, Invariant, Invariants
from acd.model import LUNCH, ONLINE, CallId, ChannelId, DeviceId, MonitorMode
from acd.ordered import DeadlineKind
from acd.outputs import Outcome, Recorded, WrapUpEnd, WrapUpEnded, WrapUpStarted
from acd.records import MonitorRecord, OutboundCall
from acd.runtime.guard import FULL_CHECK_EVERY, RESTART_AT_MOST_EVERY, Guard, GuardFigures, WrongState
from acd.runtime.runner import CoreFault
from acd.state import State
from tests.property.day import Day
from tests.property.drive import moves
from tests.unit.running_centre import ACCOUNT, ALICE, BOB, DESK_OF, SALES, START, RunningCentre, arrival, offer
from tests.unit.test_runner import World, in_virtual_time

TALKING, WAITING = CallId("c1"), CallId("c2")


def centre() -> RunningCentre:
    """Alice talks to the first caller, her phone has no wrap-up yet; the second one rings at Bob."""
    running = RunningCentre()
    running.choose(0, ALICE, ONLINE)
    running.do(1, arrival("c1"))
    running.do(2, LegAnswered(offer=offer("c1"), device=DESK_OF[ALICE]))
    running.do(3, CallConnected(call=TALKING))
    running.choose(4, BOB, ONLINE)
    running.do(5, arrival("c2"))
    assert running.state.records.calls[WAITING].offers
    return running


# --- what is broken on purpose

Break = Callable[[State], None]
BREAKS: dict[Invariant, list[Break]] = {}


def breaks(invariant: Invariant) -> Callable[[Break], Break]:
    """This breaks it."""

    def named(do: Break) -> Break:
        BREAKS.setdefault(invariant, []).append(do)
        return do

    return named


@breaks(Invariant.CALL_HAS_ONE_AGENT)
def his_call_is_not_in_hand(state: State) -> None:
    del state.records.agent_records[ALICE].calls[TALKING]


@breaks(Invariant.CALL_HAS_ONE_AGENT)
def his_call_is_on_another_phone(state: State) -> None:
    state.records.agent_records[ALICE].calls[TALKING] = DeviceId("other")


@breaks(Invariant.CALL_HAS_ONE_AGENT)
def two_have_it(state: State) -> None:
    state.records.agent_records[BOB].calls[TALKING] = DESK_OF[BOB]


@breaks(Invariant.CALL_HAS_ONE_AGENT)
def an_ended_call_is_in_hand(state: State) -> None:
    state.records.agent_records[BOB].calls[CallId("gone")] = DESK_OF[BOB]


@breaks(Invariant.OFFER_BELONGS_TOGETHER)
def the_agent_does_not_know_of_it(state: State) -> None:
    state.records.agent_records[BOB].offer = None


@breaks(Invariant.OFFER_BELONGS_TOGETHER)
def the_call_does_not_know_of_it(state: State) -> None:
    state.records.calls[WAITING].offers.clear()


@breaks(Invariant.OFFER_BELONGS_TOGETHER)
def there_is_none(state: State) -> None:
    del state.records.offers[offer("c2")]


@breaks(Invariant.ENDED_CALL_IS_GONE)
def a_timer_is_left(state: State) -> None:
    state.displace(state.records.calls.pop(WAITING))
    state.deadlines.set(DeadlineKind.MAX_WAIT, WAITING, START + timedelta(hours=1))


@breaks(Invariant.ENDED_CALL_IS_GONE)
def it_is_still_to_be_looked_at(state: State) -> None:
    state.displace(state.records.calls.pop(WAITING))
    state.needy.add(WAITING)


@breaks(Invariant.WAITING_INDEXED)
def he_does_not_wait_in_order(state: State) -> None:
    state.queue_index(SALES).waiting.remove(WAITING)


@breaks(Invariant.WAITING_INDEXED)
def he_talks_and_waits(state: State) -> None:
    state.queue_index(SALES).waiting.place(TALKING, 1.0)


@breaks(Invariant.WAITING_INDEXED)
def he_rings_and_is_unoffered(state: State) -> None:
    state.queue_index(SALES).unoffered.place(WAITING, 1.0)


@breaks(Invariant.ELIGIBLE_INDEXED)
def who_talks_is_eligible(state: State) -> None:
    state.queue_index(SALES).eligible.place(ALICE, 1.0)


@breaks(Invariant.TALKS_INDEXED)
def he_is_not_found(state: State) -> None:
    state.talks.clear()


@breaks(Invariant.MONITORS_INDEXED)
def he_listens_in_on_nobody(state: State) -> None:
    record = MonitorRecord(device=DESK_OF[BOB], channel=ChannelId("monitor-1"), mode=MonitorMode.LISTEN)
    state.records.calls[WAITING].monitors[BOB] = record
    state.monitors[record.channel] = (WAITING, BOB)


@breaks(Invariant.MONITORS_INDEXED)
def his_phone_is_not_known(state: State) -> None:
    record = MonitorRecord(device=DESK_OF[BOB], channel=ChannelId("monitor-1"), mode=MonitorMode.LISTEN)
    state.records.calls[TALKING].monitors[BOB] = record


@breaks(Invariant.TIMER_HAS_OWNER)
def a_wrap_up_that_is_none_lapses(state: State) -> None:
    state.deadlines.set(DeadlineKind.WRAP_UP, ALICE, START + timedelta(hours=1))


@breaks(Invariant.TIMER_HAS_OWNER)
def a_back_off_that_is_none_lapses(state: State) -> None:
    state.deadlines.set(DeadlineKind.BACK_OFF, BOB, START + timedelta(hours=1))


@breaks(Invariant.TIMER_HAS_OWNER)
def a_ring_never_ends(state: State) -> None:
    state.deadlines.set(DeadlineKind.OFFER, offer("c2"), None)


@breaks(Invariant.RINGS_WHO_MAY)
def who_is_at_lunch_is_rung(state: State) -> None:
    state.records.agent_records[BOB].status = LUNCH


@breaks(Invariant.RINGS_WHO_MAY)
def it_rings_on_after_the_answer(state: State) -> None:
    state.records.offers[offer("c2")].call = TALKING
    state.records.calls[TALKING].offers.add(offer("c2"))
    state.records.calls[WAITING].offers.clear()


@breaks(Invariant.NOBODY_WAITS_IN_VAIN)
def bob_is_free_and_nobody_rings_him(state: State) -> None:
    call = state.records.calls[WAITING]
    call.offers.clear()
    call.tried.clear()
    state.records.offers.clear()
    state.records.agent_records[BOB].offer = None
    state.place(call)
    state.reindex(state.records.agent_records[BOB])


ALL = [(invariant, do) for invariant, several in BREAKS.items() for do in several]
NAMES = [do.__name__ for _, do in ALL]


@pytest.mark.parametrize(("invariant", "do"), ALL, ids=NAMES)
def test_what_is_broken_is_found_by_the_full_check(invariant: Invariant, do: Break) -> None:
    running = centre()
    watch = Invariants(running.state)
    assert not [found for found in watch.everything() if found is not None]
    do(running.state)
    assert invariant in {found.invariant for found in watch.everything() if found is not None}


@pytest.mark.parametrize(("invariant", "do"), ALL, ids=NAMES)
def test_what_is_broken_is_found_after_the_next_step_that_touches_it(invariant: Invariant, do: Break) -> None:
    running = centre()
    watch = Invariants(running.state)
    facts = [Recorded(at=START, fact=fact) for fact in touching()]
    assert not watch.after(facts)
    do(running.state)
    assert invariant in {found.invariant for found in watch.after(facts)}


def test_lines_that_are_not_counted_are_found_by_the_full_check() -> None:
    running = centre()
    running.state.records.out[ChannelId("x")] = [OutboundCall(account=ACCOUNT, agent=BOB)]
    found = [found for found in Invariants(running.state).everything() if found is not None]
    assert [(each.invariant, each.of) for each in found] == [
        (Invariant.LINES_COUNTED, BOB),
        (Invariant.LINES_COUNTED, ACCOUNT),
    ]


def touching() -> list[WrapUpStarted]:
    """Facts that name both agents and both calls, and end no wrap-up."""
    until = START + timedelta(seconds=30)
    return [
        WrapUpStarted(agent=agent, queue=SALES, call=call, until=until, mandatory=False)
        for agent, call in ((ALICE, TALKING), (BOB, WAITING))
    ]


@pytest.mark.parametrize(
    ("mandatory", "why", "second", "whole"),
    [
        (False, WrapUpEnd.RAN_OUT, 30, True),
        (False, WrapUpEnd.RAN_OUT, 29, False),
        (False, WrapUpEnd.AGENT, 10, True),
        (True, WrapUpEnd.AGENT, 10, False),
        (True, WrapUpEnd.RAN_OUT, 30, True),
    ],
)
def test_a_wrap_up_that_is_cut_short_is_found(mandatory: bool, why: WrapUpEnd, second: int, whole: bool) -> None:
    watch = Invariants(RunningCentre().state)
    until = START + timedelta(seconds=30)
    began = WrapUpStarted(agent=ALICE, queue=SALES, call=TALKING, until=until, mandatory=mandatory)
    ended = WrapUpEnded(agent=ALICE, why=why)
    facts = [Recorded(at=START, fact=began), Recorded(at=START + timedelta(seconds=second), fact=ended)]
    found = [each.invariant for each in watch.after(facts)]
    assert (Invariant.WRAP_UP_WHOLE not in found) == whole


def test_every_invariant_can_be_broken() -> None:
    assert {*BREAKS, Invariant.WRAP_UP_WHOLE, Invariant.LINES_COUNTED} == set(Invariant)
    assert set(Invariant) > OF_DECISIONS


class WatchedDay(Day):
    """A random day on which nothing must be found, after any step, of anybody."""

    watched: State | None = None

    def _taken(self, outcome: Outcome, what: Event | Request | None) -> Outcome:
        taken = super()._taken(outcome, what)
        if self.watched is not self.engine.state:
            self.watched = self.engine.state
            self.watch = Invariants(self.watched)
        assert not self.watch.after(outcome.facts)
        assert not [found for found in self.watch.everything() if found is not None]
        return taken


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_found_on_a_random_day(seed: int) -> None:
    dice, day = random.Random(seed), WatchedDay()
    for _ in range(250):
        dice.choice(moves(day, dice))()


# --- what the process does about it


class Figures:
    """What a scrape tells of the guard."""

    def __init__(self, guard: Guard) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(GuardFigures(guard))

    def violations(self, invariant: Invariant) -> float | None:
        return self._registry.get_sample_value("acd_invariant_violations_total", {"invariant": invariant})


@in_virtual_time
async def test_every_series_is_there_at_nought() -> None:
    figures = Figures(Guard(State()))
    assert {figures.violations(invariant) for invariant in Invariant} == {0}


async def guarded() -> tuple[World, State, Guard]:
    """A runner with its guard, Alice online."""
    engine = Engine(State())
    guard = Guard(engine.state)
    world = World(engine=engine, guard=guard)
    assert await world.runner.ask(SetStatus(agent=ALICE, status=ONLINE)) is None
    return world, engine.state, guard


@in_virtual_time
async def test_a_young_process_goes_on_and_tells() -> None:
    """Or what is wrong in the journal itself would end every process at once."""
    world, state, guard = await guarded()
    state.deadlines.set(DeadlineKind.BACK_OFF, ALICE, START + timedelta(days=1))
    await world.runner.ask(SetStatus(agent=ALICE, status=LUNCH))
    assert Figures(guard).violations(Invariant.TIMER_HAS_OWNER) == 1
    world.forget()
    await world.runner.ask(SetStatus(agent=ALICE, status=ONLINE))
    assert world.log, "it goes on"


@in_virtual_time
async def test_an_older_process_ends_and_begins_anew() -> None:
    world, state, guard = await guarded()
    await asyncio.sleep(RESTART_AT_MOST_EVERY.total_seconds())
    state.deadlines.set(DeadlineKind.BACK_OFF, ALICE, START + timedelta(days=1))
    await world.runner.ask(SetStatus(agent=ALICE, status=LUNCH))
    assert guard.violations[Invariant.TIMER_HAS_OWNER] == 1
    assert world.facts, "what was decided is in the journal"
    with pytest.raises(CoreFault, match="contradicts itself"):
        await world.runner.fault()


@in_virtual_time
async def test_a_wrong_decision_is_told_and_ends_nothing() -> None:
    world, state, guard = await guarded()
    await asyncio.sleep(RESTART_AT_MOST_EVERY.total_seconds())
    world.runner.tell(arrival("c1"))
    state.records.agent_records[ALICE].status = LUNCH
    state.queue_index(SALES).eligible.remove(ALICE)
    guard.after(world.facts)
    assert {*guard.violations} == {Invariant.RINGS_WHO_MAY}


@in_virtual_time
async def test_everybody_is_looked_at_every_few_seconds() -> None:
    _, state, guard = await guarded()
    watching = asyncio.create_task(guard.watch())
    await asyncio.sleep(RESTART_AT_MOST_EVERY.total_seconds())
    assert abs(guard.full_checks - RESTART_AT_MOST_EVERY / FULL_CHECK_EVERY) <= 1
    assert not guard.violations
    state.out.update([ACCOUNT])
    with pytest.raises(WrongState):
        await watching
    assert guard.violations[Invariant.LINES_COUNTED] == 1


@in_virtual_time
async def test_a_check_that_fails_is_not_what_ends_the_process() -> None:
    world, state, guard = await guarded()
    await asyncio.sleep(RESTART_AT_MOST_EVERY.total_seconds())
    del state.records.calls  # whatever it is that the check stumbles over
    guard.after(world.facts)
    world.runner.report(DESK_OF[ALICE])
    assert not guard.violations
