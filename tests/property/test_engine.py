"""Random days, chosen by Hypothesis, watched by the rules in `ledger` and by what `Day` compares.

The same days every time; `ACD_PROPERTY_DAYS=2000` in the environment lives through as many, chosen anew.
"""

import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from acd.inputs import EndWrapUp, LegAnswered, LegEnd, SetStatus, SetStatusByPhone, SwitchDevice
from acd.model import LUNCH, OFFLINE, ONLINE, SINGLE_CALL, AgentId, QueueType, Status
from tests.property.centres import AGENTS, CHANGES, PHONES, QUEUES, STRANGER, Change
from tests.property.day import MOMENT, Day
from tests.property.directed import DirectedRules
from tests.property.midway import INDEX, nth
from tests.property.situations import SITUATIONS
from tests.property.unheard import UnheardRules
from tests.property.world import REPEATABLE

DAYS: Final = int(os.environ.get("ACD_PROPERTY_DAYS", "0"))
STATUSES: Final = st.sampled_from([ONLINE, ONLINE, SINGLE_CALL, SINGLE_CALL, LUNCH, OFFLINE])
PERHAPS: Final = st.sampled_from([None, ONLINE, SINGLE_CALL, LUNCH])
REFUSALS: Final = st.sampled_from(list(LegEnd))
SECONDS: Final = st.sampled_from([0, 1, 2, 3, 5, 8, 10, 30])


class Days(DirectedRules, UnheardRules):
    """What may happen on a day."""

    reached: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.day = Day()

    def teardown(self) -> None:
        """Read the journal of the day back, and count what it has met."""
        self.day.the_journal_is_complete()
        Days.reached.update(+self.day.ledger.reached)

    # --- callers

    @precondition(lambda self: len(self.day.world.callers) < 7)
    @rule(
        number=st.sampled_from(
            ["7001", "7001", "7002", "7002", "7003", "7004", "7004", "7005", "7005", "7005", "7999"]
        ),
        priority=st.sampled_from([None, None, 1, 2]),
    )
    def a_caller_arrives(self, number: str, priority: int | None) -> None:
        self.day.give(self.day.world.caller_arrives(number, self.day.now, priority))

    @precondition(lambda self: self.day.world.callers)
    @rule(index=INDEX)
    def a_caller_hangs_up(self, index: int) -> None:
        self.day.give(self.day.world.caller_hangs_up(nth(index, sorted(self.day.world.callers))))

    # --- phones of an offer

    @precondition(lambda self: self.day.world.ringing)
    @rule(index=INDEX)
    def a_phone_answers(self, index: int) -> None:
        self.day.give(self.day.world.phone_answers(nth(index, sorted(self.day.world.ringing))))

    @precondition(lambda self: self.day.world.ringing)
    @rule(index=INDEX, how=REFUSALS)
    def a_phone_refuses(self, index: int, how: LegEnd) -> None:
        self.day.give(self.day.world.phone_refuses(nth(index, sorted(self.day.world.ringing)), how))

    @precondition(lambda self: self.day.world.up)
    @rule(index=INDEX)
    def an_agent_hangs_up(self, index: int) -> None:
        self.day.give(self.day.world.agent_hangs_up(nth(index, sorted(self.day.world.up))))

    @precondition(lambda self: self.day.world.joining)
    @rule(index=INDEX)
    def two_are_joined(self, index: int) -> None:
        self.day.give(self.day.world.joined(nth(index, sorted(self.day.world.joining))))

    @precondition(lambda self: self.day.world.joining)
    @rule(index=INDEX)
    def joining_fails(self, index: int) -> None:
        self.day.give(self.day.world.join_fails(nth(index, sorted(self.day.world.joining))))

    @precondition(lambda self: self.day.world.ringing and self.day.world.connected)
    @rule(index=INDEX)
    def a_phone_answers_as_its_caller_has_gone(self, index: int) -> None:
        offer, device = nth(index, sorted(self.day.world.ringing))
        call = self.day.ledger.offers[offer].call
        if call in self.day.world.callers:  # who is to be called back is not on the line
            self.day.give(self.day.world.caller_hangs_up(call))
            self.day.give(self.day.world.tell(LegAnswered(offer=offer, device=device)))

    # --- a whole call at once, so that days get somewhere

    @precondition(lambda self: self.day.world.ringing and self.day.world.connected)
    @rule(index=INDEX)
    def a_phone_answers_and_they_talk(self, index: int) -> None:
        self.day.give(self.day.world.phone_answers(nth(index, sorted(self.day.world.ringing))))
        for call in sorted(self.day.world.joining):
            self.day.give(self.day.world.joined(call))

    @precondition(lambda self: self.day.world.ringing and self.day.world.connected)
    @rule(index=INDEX, status=st.sampled_from([ONLINE, SINGLE_CALL]), meanwhile=PERHAPS, then=PERHAPS)
    def a_whole_call_is_had(self, index: int, status: Status, meanwhile: Status | None, then: Status | None) -> None:
        world, leg = self.day.world, nth(index, sorted(self.day.world.ringing))
        agent = self.day.ledger.offers[leg[0]].agent
        self.day.give(SetStatus(agent=agent, status=status))
        self.day.give(world.phone_answers(leg))
        for call in sorted(world.joining):
            self.day.give(world.joined(call))
        if meanwhile is not None:
            self.day.give(SetStatus(agent=agent, status=meanwhile))
        if leg in world.up:
            self.day.give(world.agent_hangs_up(leg))
        if then is not None:
            self.day.give(SetStatus(agent=agent, status=then))

    # --- agents

    @rule(index=INDEX, status=STATUSES)
    def an_agent_chooses(self, index: int, status: Status) -> None:
        self.day.give(SetStatus(agent=nth(index, AGENTS), status=status))

    @rule(index=INDEX, status=st.sampled_from([ONLINE, SINGLE_CALL, OFFLINE]))
    def a_star_code_is_dialled(self, index: int, status: Status) -> None:
        self.day.give(SetStatusByPhone(device=nth(index, [*PHONES, STRANGER]), status=status))

    @precondition(lambda self: self._wrapping_up())
    @rule(index=INDEX)
    def an_agent_ends_his_wrap_up(self, index: int) -> None:
        self.day.give(EndWrapUp(agent=nth(index, self._wrapping_up())))

    # --- awkward moments

    @precondition(lambda self: self.day.ledger.offers)
    @rule(index=INDEX, status=STATUSES)
    def an_agent_chooses_while_his_phone_rings(self, index: int, status: Status) -> None:
        agents = sorted(ringing.agent for ringing in self.day.ledger.offers.values())
        self.day.give(SetStatus(agent=nth(index, agents), status=status))

    @precondition(lambda self: any(call.talking_since for call in self.day.ledger.calls.values()))
    @rule(index=INDEX, status=STATUSES)
    def an_agent_chooses_while_he_talks(self, index: int, status: Status) -> None:
        agents = sorted({call.agent for call in self.day.ledger.calls.values() if call.agent and call.talking_since})
        self.day.give(SetStatus(agent=nth(index, agents), status=status))

    @precondition(lambda self: self._wrapping_up())
    @rule(index=INDEX, status=STATUSES)
    def an_agent_chooses_during_his_wrap_up(self, index: int, status: Status) -> None:
        self.day.give(SetStatus(agent=nth(index, self._wrapping_up()), status=status))

    @precondition(lambda self: self.day.ledger.offers)
    @rule(index=INDEX)
    def an_agent_takes_another_call_while_his_phone_rings(self, index: int) -> None:
        agents = sorted(ringing.agent for ringing in self.day.ledger.offers.values())
        phones = sorted(device for device, owner in PHONES.items() if owner == nth(index, agents))
        self.day.give(self.day.world.other_call_starts(nth(index // 7, phones)))
        self.day.give(self.day.world.other_call_answered(max(self.day.world.others)))

    def _wrapping_up(self) -> list[AgentId]:
        return sorted(agent for agent, person in self.day.ledger.people.items() if person.wrap_up)

    # --- phones

    @rule(index=INDEX)
    def a_phone_is_switched(self, index: int) -> None:
        device = nth(index, sorted(self.day.centre.devices) or [STRANGER])
        if device in self.day.centre.devices:
            self.day.give(SwitchDevice(device=device, on=device in self.day.ledger.off))

    @rule(index=INDEX)
    def a_phone_comes_or_goes(self, index: int) -> None:
        world, device = self.day.world, nth(index, sorted(PHONES))
        self.day.give(world.drops_off(device) if device in world.registered else world.registers(device))

    @precondition(lambda self: len(self.day.world.others) < 3)
    @rule(index=INDEX)
    def another_call_starts(self, index: int) -> None:
        self.day.give(self.day.world.other_call_starts(nth(index, [*PHONES, STRANGER])))

    @precondition(lambda self: any(not other.answered for other in self.day.world.others.values()))
    @rule(index=INDEX)
    def another_call_is_answered(self, index: int) -> None:
        ringing = sorted(id_ for id_, other in self.day.world.others.items() if not other.answered)
        self.day.give(self.day.world.other_call_answered(nth(index, ringing)))

    @precondition(lambda self: self.day.world.others or self.day.world.sent_on)
    @rule(index=INDEX)
    def another_call_ends(self, index: int) -> None:
        """One of a phone, or of a caller who has been sent on."""
        world = self.day.world
        channel = nth(index, sorted({*world.others, *world.sent_on}))
        self.day.give(world.sent_on_hangs_up(channel) if channel in world.sent_on else world.other_call_ends(channel))

    # --- time

    @rule(seconds=SECONDS, twin_sleeps=st.booleans())
    def time_passes(self, seconds: int, twin_sleeps: bool) -> None:
        self.day.wait(self.day.now + timedelta(seconds=seconds), twin_sleeps=twin_sleeps)

    @precondition(lambda self: self.day.engine.deadline is not None)
    @rule(after=st.sampled_from([-1, 0, 1]), twin_sleeps=st.booleans())
    def a_deadline_comes_near(self, after: int, twin_sleeps: bool) -> None:
        deadline = self.day.engine.deadline
        assert deadline is not None
        self.day.wait(max(self.day.now, deadline + after * MOMENT), twin_sleeps=twin_sleeps)

    # --- the world around

    @rule(change=st.sampled_from(CHANGES), which=INDEX)
    def the_configuration_changes(self, change: Change, which: int) -> None:
        self.day.configure(change(self.day.centre, which))

    @precondition(lambda self: self.day.ledger.offers)
    @rule(index=INDEX)
    def an_agent_leaves_the_queue_that_rings(self, index: int) -> None:
        ringing = self.day.ledger.offers[nth(index, sorted(self.day.ledger.offers))]
        key = (ringing.agent, self.day.ledger.calls[ringing.call].queue)
        parts = {of: part for of, part in self.day.centre.assignments.items() if of != key}
        self.day.configure(replace(self.day.centre, assignments=parts))

    @precondition(lambda self: self.day.ledger.offers)
    @rule(index=INDEX, type_=st.sampled_from(QueueType), seconds=st.sampled_from([0, 10]))
    def a_queue_changes_its_type_while_it_rings(self, index: int, type_: QueueType, seconds: int) -> None:
        ringing = self.day.ledger.offers[nth(index, sorted(self.day.ledger.offers))]
        queue = self.day.centre.queues[self.day.ledger.calls[ringing.call].queue]
        turned = replace(queue, type=type_, first_round=None, increment=None)
        self.day.configure(replace(self.day.centre, queues={**self.day.centre.queues, queue.id: turned}))
        self.day.wait(self.day.now + timedelta(seconds=seconds), twin_sleeps=False)

    @precondition(lambda self: any(call.agent is None for call in self.day.ledger.calls.values()))
    @rule(index=INDEX)
    def a_queue_is_closed_on_those_who_wait(self, index: int) -> None:
        closed = nth(index, sorted({call.queue for call in self.day.ledger.calls.values() if call.agent is None}))
        queues = {of: queue for of, queue in self.day.centre.queues.items() if of != closed}
        parts = {of: part for of, part in self.day.centre.assignments.items() if of[1] != closed}
        self.day.configure(replace(self.day.centre, queues=queues, assignments=parts))

    @precondition(lambda self: self.day.world.connected)
    @rule(trouble=st.sampled_from(["socket", "asterisk", "engine"]), dead_seconds=st.sampled_from([0, 7, 30]))
    def something_breaks(self, trouble: str, dead_seconds: int) -> None:
        if trouble == "engine":
            self.day.restart(timedelta(seconds=dead_seconds))
            return
        lost = self.day.world.lose()
        if trouble == "asterisk":
            self.day.world.goes_down()
        self.day.give(lost)

    @precondition(lambda self: self.day.world.ringing and self.day.world.connected)
    @rule(index=INDEX)
    def a_phone_answers_during_a_short_outage(self, index: int) -> None:
        self.day.give(self.day.world.lose())
        self.day.give(self.day.world.phone_answers(nth(index, sorted(self.day.world.ringing))))
        self.day.give(self.day.world.see())

    @precondition(lambda self: self.day.world.connected)
    @rule(dead_seconds=st.sampled_from([0, 7, 30]))
    def the_engine_restarts(self, dead_seconds: int) -> None:
        self.day.restart(timedelta(seconds=dead_seconds))
        self.day.give(self.day.world.see())

    @precondition(lambda self: not self.day.world.connected)
    @rule()
    def asterisk_is_seen(self) -> None:
        self.day.give(self.day.world.see())

    @precondition(lambda self: self.day.world.connected and self.day.world.last_told())
    @rule(index=INDEX, again=st.booleans())
    def an_event_is_told_twice(self, index: int, again: bool) -> None:
        old = [event for event in self.day.world.told if isinstance(event, REPEATABLE)]
        self.day.give(nth(index, old) if old and not again else self.day.world.last_told())

    @rule()
    def everybody_is_ready(self) -> None:
        self.day.everybody_is_ready()

    @precondition(lambda self: len(self.day.world.callers) < 7)
    @rule(numbers=st.sampled_from([(None, None), (1, 1), (2, 1)]), seconds=st.sampled_from([15, 45]))
    def a_cascade_goes_on(self, numbers: tuple[int | None, int | None], seconds: int) -> None:
        """Nobody answers for so long that the next group rings, or that everybody has been rung."""
        self.day.everybody_is_ready()
        queue = replace(self.day.centre.queues[QUEUES[4]], first_round=numbers[0], increment=numbers[1])
        self.day.configure(replace(self.day.centre, queues={**self.day.centre.queues, queue.id: queue}))
        self.day.give(self.day.world.caller_arrives(queue.number, self.day.now))
        self.day.wait(self.day.now + timedelta(seconds=seconds), twin_sleeps=True)

    @rule()
    def several_callers_arrive(self) -> None:
        for number in ("7001", "7002", "7003", "7004", "7005"):
            if len(self.day.world.callers) < 7:
                self.day.give(self.day.world.caller_arrives(number, self.day.now))


@pytest.mark.timeout(400)
def test_days_keep_every_rule_and_meet_every_situation() -> None:
    """No rule is broken on any of the days, and each named situation has been met on one of them."""
    Days.reached.clear()
    chosen = settings(
        max_examples=DAYS or 320,
        stateful_step_count=40,
        deadline=None,
        derandomize=not DAYS,
        report_multiple_bugs=bool(DAYS),
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large),
    )
    run_state_machine_as_test(Days, settings=chosen)
    missing = sorted(situation for situation in SITUATIONS if not Days.reached[situation])
    assert not missing, f"no day has met: {missing}"
