"""Rare situations, each brought about on purpose: rules of the random days in `test_engine`.

On many days most rules are switched off; so each of these does the whole by itself, whatever the day was like before.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import rule

from acd.inputs import EndWrapUp, LegEnd, SetStatus, SwitchDevice
from acd.model import LUNCH, SINGLE_CALL, QueueType, Recording, Status
from tests.property.centres import PHONES, QUEUES
from tests.property.midway import INDEX, MidwayRules, nth
from tests.property.switch import Leg

RINGS: Final = [type_ for type_ in QueueType if type_ not in (QueueType.LINEAR_CASCADE, QueueType.CALL_PARK)]


class DirectedRules(MidwayRules):
    """On one day."""

    # --- the queue

    @rule(priorities=st.sampled_from([(1, 2), (2, 1)]), seconds=st.sampled_from([1, 8]))
    def callers_with_priorities_wait(self, priorities: Sequence[int], seconds: int) -> None:
        """One after the other, until the agents are back from lunch."""
        self._everybody_is_free()
        for agent in sorted(self.day.centre.agents):
            self.day.give(SetStatus(agent=agent, status=LUNCH))
        for priority in priorities:
            self.day.give(self.day.world.caller_arrives("7001", self.day.now, priority))
            self.day.wait(self.day.now + timedelta(seconds=seconds), twin_sleeps=True)
        self.day.everybody_is_ready()

    @rule(index=INDEX, key=st.sampled_from([None, "2"]))
    def a_caller_listens(self, index: int, key: str | None) -> None:
        """To all that is announced in a queue that nobody serves; perhaps he asks to be called back."""
        self._everybody_is_free()
        queue = self._all_rules(self.day.centre.queues[QUEUES[0]], index)
        parts = {of: part for of, part in self.day.centre.assignments.items() if of[1] != queue.id}
        self.day.configure(replace(self.day.centre, assignments=parts))
        world, caller = self.day.world, nth(index, ["5551234", "12", ""])
        self.day.give(world.caller_arrives(queue.number, self.day.now, caller=caller))
        call = max(world.callers)
        for _ in range(4):
            while call in world.saying:
                self.day.give(world.caller_has_heard(call))
            self.day.wait(self.day.now + timedelta(seconds=3), twin_sleeps=True)
        if key is not None:
            self.day.give(world.caller_presses(call, key))

    # --- the ring

    @rule(other=st.sampled_from(RINGS), begins_as_cascade=st.booleans(), seconds=st.sampled_from([0, 4]))
    def a_ring_becomes_a_cascade_or_ends_as_none(
        self, other: QueueType, seconds: int, *, begins_as_cascade: bool
    ) -> None:
        """The queue changes its type in mid-ring, and nobody answers."""
        self._everybody_is_free()
        self._turn(QueueType.LINEAR_CASCADE if begins_as_cascade else other)
        self.day.give(self.day.world.caller_arrives("7005", self.day.now))
        self.day.wait(self.day.now + timedelta(seconds=seconds), twin_sleeps=False)
        self._turn(other if begins_as_cascade else QueueType.LINEAR_CASCADE)
        self.day.wait(self.day.now + timedelta(seconds=15), twin_sleeps=True)

    def _turn(self, type_: QueueType) -> None:
        queue = replace(self.day.centre.queues[QUEUES[4]], type=type_, first_round=None, increment=None)
        self.day.configure(replace(self.day.centre, queues={**self.day.centre.queues, queue.id: queue}))

    @rule(how=st.sampled_from([LegEnd.NO_ANSWER, LegEnd.BUSY, LegEnd.DECLINED, LegEnd.UNREACHABLE]))
    def every_phone_of_an_offer_refuses(self, how: LegEnd) -> None:
        self._everybody_is_free()
        for leg in self._rung("7001"):
            if leg in self.day.world.ringing:
                self.day.give(self.day.world.phone_refuses(leg, how))

    @rule(key=st.sampled_from(["1", "7", None]))
    def picking_up_has_to_be_confirmed(self, key: str | None) -> None:
        """He presses the key, or a wrong one, or none until it is too late."""
        self._everybody_is_free()
        parts = {of: replace(part, confirm=True) for of, part in self.day.centre.assignments.items()}
        self.day.configure(replace(self.day.centre, assignments=parts))
        for leg in self._rung("7001")[:1]:
            self.day.give(self.day.world.phone_answers(leg))
            if key is not None:
                self.day.give(self.day.world.agent_presses(leg, key))
        self.day.wait(self.day.now + timedelta(seconds=12), twin_sleeps=False)

    @rule(switched_off=st.booleans())
    def every_phone_of_an_offer_is_lost(self, *, switched_off: bool) -> None:
        self._everybody_is_free()
        for offer, device in self._rung("7001"):
            if (offer, device) in self.day.world.ringing:
                lost = SwitchDevice(device=device, on=False) if switched_off else self.day.world.drops_off(device)
                self.day.give(lost)

    # --- from the answer on

    @rule(
        heard=st.booleans(),
        resumes=st.booleans(),
        passes_on=st.booleans(),
        recording=st.sampled_from(Recording),
        mandatory=st.booleans(),
    )
    def a_talk_with_all_that_belongs_to_it(
        self, *, heard: bool, resumes: bool, passes_on: bool, recording: Recording, mandatory: bool
    ) -> None:
        """Joined, perhaps unheard, recorded, held, passed on; at last the agent wants no wrap-up."""
        self._everybody_is_free()
        queue = replace(
            self.day.centre.queues[QUEUES[0]],
            recording=recording,
            wrap_up=timedelta(seconds=8),
            wrap_up_mandatory=mandatory,
        )
        self.day.configure(replace(self.day.centre, queues={**self.day.centre.queues, queue.id: queue}))
        world = self.day.world
        for leg in self._rung(queue.number)[:1]:
            agent = self.day.ledger.offers[leg[0]].agent
            self.day.give(world.phone_answers(leg))
            for call in sorted(world.joining):
                news = world.joined(call)
                self.day.give(news if heard else None)
            self.day.look()
            self.day.give(world.agent_presses(leg, "*1"))
            self.day.give(world.agent_holds(leg, holds=True))
            self.day.wait(self.day.now + timedelta(seconds=2), twin_sleeps=False)
            if resumes:
                self.day.give(world.agent_holds(leg, holds=False))
            if passes_on:
                self.day.give(world.agent_transfers(leg, "1003", "PJSIP/1003-desk-00000001"))
            if leg in world.up:
                self.day.give(world.agent_hangs_up(leg))
            self.day.give(EndWrapUp(agent=agent))

    @rule(
        chosen=st.sampled_from(["before", "while it rings", "in the talk"]),
        meanwhile=st.sampled_from([SINGLE_CALL, LUNCH]),
        then=st.sampled_from([None, SINGLE_CALL, LUNCH]),
    )
    def a_single_call_is_had(self, chosen: str, meanwhile: Status, then: Status | None) -> None:
        """By whichever agent is rung, who may choose lunch in the talk instead, and again afterwards. Another comes."""
        self._everybody_is_free()
        world = self.day.world
        if chosen == "before":
            for agent in sorted(self.day.centre.agents):
                self.day.give(SetStatus(agent=agent, status=SINGLE_CALL))
        for leg in self._rung("7001")[:1]:
            agent = self.day.ledger.offers[leg[0]].agent
            if chosen == "while it rings":
                self.day.give(SetStatus(agent=agent, status=SINGLE_CALL))
            self.day.give(world.phone_answers(leg))
            for call in sorted(world.joining):
                self.day.give(world.joined(call))
            if chosen == "in the talk":
                self.day.give(SetStatus(agent=agent, status=meanwhile))
            self.day.give(world.agent_hangs_up(leg))
            if then is not None:
                self.day.give(SetStatus(agent=agent, status=then))
        self.day.give(world.caller_arrives("7001", self.day.now))

    def _rung(self, number: str) -> list[Leg]:
        """What rings for one more caller of this queue: all phones of one agent."""
        world = self.day.world
        self.day.give(world.caller_arrives(number, self.day.now))
        call = max(world.callers)
        return sorted(leg for leg in world.ringing if self.day.ledger.offers[leg[0]].call == call)

    # --- what nobody tells

    @rule(answers=st.booleans(), how=st.sampled_from([LegEnd.BUSY, LegEnd.UNREACHABLE]), goes=st.booleans())
    def a_ring_ends_unheard(self, *, answers: bool, how: LegEnd, goes: bool) -> None:
        """An agent picks up and hangs up, or does not pick up; perhaps the caller has gone as well."""
        self._everybody_is_free()
        world = self.day.world
        for leg in self._rung("7001")[:1]:
            if answers:
                world.phone_answers(leg)
                self.day.look()
                if leg in world.up:
                    world.agent_hangs_up(leg)
            else:
                world.phone_refuses(leg, how)
            if goes:
                world.caller_hangs_up(max(world.callers))
            self.day.look()

    @rule(index=INDEX)
    def another_call_comes_and_goes_unheard(self, index: int) -> None:
        self._everybody_is_free()
        world = self.day.world
        world.other_call_starts(nth(index, sorted(PHONES)))
        self.day.look()
        world.other_call_ends(max(world.others))
        self.day.look()

    @rule(index=INDEX)
    def a_phone_goes_and_comes_unheard(self, index: int) -> None:
        self._everybody_is_free()
        world, phone = self.day.world, nth(index, sorted(PHONES))
        world.drops_off(phone)
        self.day.look()
        world.registers(phone)
        self.day.look()

    def _everybody_is_free(self) -> None:
        """No caller is on the line, no agent has any other call, and no wrap-up or back-off is left."""
        self.day.everybody_is_ready()
        world = self.day.world
        for channel in sorted(world.fetching):
            for event in world.fetcher_hangs_up(channel):
                self.day.give(event)
        for call in sorted(world.callers):
            self.day.give(world.caller_hangs_up(call))
        for channel in sorted(world.others):
            self.day.give(world.other_call_ends(channel))
        self.day.wait(self.day.now + timedelta(seconds=10), twin_sleeps=True)
