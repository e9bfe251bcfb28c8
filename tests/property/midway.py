"""What may happen to callers on the way: what they hear and press, how they are held, passed on, fetched, called back.

Rules of the random days in `test_engine`, as that file has those of calls, agents and outages.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from acd.inputs import LegEnd, SetAwayByPhone
from acd.model import (
    Announcements,
    Callback,
    CallId,
    OutboundCaps,
    Queue,
    QueueType,
    Recording,
    SingleCallUse,
    Target,
    TargetKind,
)
from tests.property.centres import PHONES, QUEUES, STRANGER
from tests.property.day import Day
from tests.property.switch import ACCOUNT, Leg

T = TypeVar("T")

INDEX: Final = st.integers(min_value=0, max_value=59)
SPANS: Final = st.sampled_from([0, 3590, 86395])
KEYS: Final = st.sampled_from(["9", "2", "5"])


def nth(index: int, of: Sequence[T]) -> T:
    """One of several, whichever the index falls on."""
    return of[index % len(of)]


class MidwayRules(RuleBasedStateMachine):
    """On one day."""

    day: Day

    # --- waiting

    @precondition(lambda self: self.day.world.saying)
    @rule(index=INDEX)
    def an_announcement_is_over(self, index: int) -> None:
        self.day.give(self.day.world.caller_has_heard(nth(index, sorted(self.day.world.saying))))

    @precondition(lambda self: self.day.world.callers)
    @rule(index=INDEX, key=KEYS)
    def a_caller_presses_a_key(self, index: int, key: str) -> None:
        call = nth(index, sorted(self.day.world.callers))
        if self.day.world.connected:
            self.day.give(self.day.world.caller_presses(call, key))

    @precondition(lambda self: self.day.world.connected and len(self.day.world.callers) < 5)
    @rule(index=INDEX, key=KEYS, again=st.booleans(), seconds=st.sampled_from([0, 5, 16]))
    def a_caller_waits_and_presses(self, index: int, key: str, again: bool, seconds: int) -> None:
        """In a queue that has a menu; perhaps he hangs up and calls again."""
        if not self.day.centre.queues:
            return
        queue = self._all_rules(self.day.centre.queues[nth(index, sorted(self.day.centre.queues))], index)
        world, caller = self.day.world, ("5551234", "5559999", "12", "")[index % 4]
        before = set(world.callers)
        self.day.give(world.caller_arrives(queue.number, self.day.now, caller=caller))
        self.day.wait(self.day.now + timedelta(seconds=seconds), twin_sleeps=True)
        for call in sorted(world.callers.keys() - before):
            self.day.give(world.caller_hangs_up(call) if again else world.caller_presses(call, key))
        if again:
            self.day.wait(self.day.now + timedelta(seconds=index % 30), twin_sleeps=False)
            self.day.give(world.caller_arrives(queue.number, self.day.now, caller=caller))

    def _all_rules(self, queue: Queue, how: int) -> Queue:
        other = QUEUES[(QUEUES.index(queue.id) + 1) % len(QUEUES)].partition("@")[0]
        targets = (
            Target(kind=TargetKind.QUEUE, name=other),
            Target(kind=TargetKind.EXTENSION, name="1001"),
            Target(kind=TargetKind.MESSAGE, name="custom/sorry"),
            None,
        )
        turned = replace(
            queue,
            overflow=targets[how % 4],
            leave_key="9",
            max_wait=timedelta(seconds=15),
            callback=Callback(key="2", attempts=2, retry=timedelta(seconds=6)),
            place_back=timedelta(seconds=20),
            longest_behind=timedelta(seconds=9),
            announcements=Announcements(
                welcome="welcome" if how % 2 else None,
                position_every=timedelta(seconds=4),
                expected_wait_every=timedelta(seconds=4),
                comfort=("calm", "calmer"),
                comfort_every=timedelta(seconds=3),
            ),
        )
        self.day.configure(replace(self.day.centre, queues={**self.day.centre.queues, queue.id: turned}))
        return turned

    @precondition(lambda self: self.day.world.connected and self.day.centre.queues)
    @rule(index=INDEX, how=st.sampled_from(["full", "nobody there", "too long"]))
    def somebody_is_not_let_in(self, index: int, how: str) -> None:
        """The second caller of a queue that keeps one, or none, or none for long."""
        queue = self.day.centre.queues[nth(index, sorted(self.day.centre.queues))]
        turned = replace(
            queue,
            max_callers=1 if how == "full" else None,
            agents_required=4 if how == "nobody there" else 0,
            max_expected_wait=timedelta(seconds=1) if how == "too long" else None,
        )
        self.day.configure(replace(self.day.centre, queues={**self.day.centre.queues, queue.id: turned}))
        for _ in range(3):
            self.day.give(self.day.world.caller_arrives(queue.number, self.day.now))

    @precondition(lambda self: self.day.ledger.offers)
    @rule(seconds=st.sampled_from([1, 15, 40]))
    def ring_times_change_while_phones_ring(self, seconds: int) -> None:
        queues = {
            of: replace(queue, ring_time=timedelta(seconds=seconds)) for of, queue in self.day.centre.queues.items()
        }
        self.day.configure(replace(self.day.centre, queues=queues))

    # --- call-back

    @precondition(lambda self: self.day.world.called_back)
    @rule(index=INDEX, how=st.sampled_from([None, None, *LegEnd]))
    def who_is_called_back_answers_or_not(self, index: int, how: LegEnd | None) -> None:
        world = self.day.world
        call = nth(index, sorted(world.called_back))
        self.day.give(world.called_back_answers(call) if how is None else world.called_back_refuses(call, how))

    @precondition(lambda self: self.day.world.connected and self.day.centre.queues and len(self.day.world.callers) < 5)
    @rule(index=INDEX, ends=st.lists(st.sampled_from([None, *LegEnd]), min_size=1, max_size=3), calls=st.booleans())
    def somebody_is_called_back(self, index: int, ends: Sequence[LegEnd | None], calls: bool) -> None:
        """He asks for it, an agent is found each time, at last he picks up (None), or he has called again himself."""
        self.day.everybody_is_ready()
        queue = self._all_rules(self.day.centre.queues[nth(index, sorted(self.day.centre.queues))], index)
        world = self.day.world
        self.day.give(world.caller_arrives(queue.number, self.day.now))
        call = max(world.callers)
        self.day.give(world.caller_presses(call, "2"))
        for how in ends:
            self.day.wait(self.day.now + timedelta(seconds=11), twin_sleeps=True)
            legs = [leg for leg in sorted(world.ringing) if self.day.ledger.offers[leg[0]].call == call]
            if legs:
                self.day.give(world.phone_answers(nth(index, legs)))
            if call in world.called_back:
                self.day.give(world.called_back_answers(call) if how is None else world.called_back_refuses(call, how))
        if calls:
            self.day.give(world.caller_arrives(queue.number, self.day.now))

    @precondition(lambda self: self.day.world.connected and self.day.centre.queues and len(self.day.world.callers) < 5)
    @rule(
        index=INDEX,
        caps=st.sampled_from([(1, 9, 9), (2, 9, 9), (9, 2, 9), (9, 9, 1)]),
        numbers=st.lists(INDEX),
        night=SPANS,
    )
    def few_may_be_called_back(
        self, index: int, caps: tuple[int, int, int], numbers: Sequence[int], night: int
    ) -> None:
        """Three ask for it, agents answer, callers pick up or do not; and all go home for so many seconds."""
        self.day.everybody_is_ready()
        queue = self._all_rules(self.day.centre.queues[nth(index, sorted(self.day.centre.queues))], index)
        account = replace(
            self.day.centre.accounts[ACCOUNT],
            outbound_caps=OutboundCaps(at_once=caps[0], per_hour=caps[1], per_day=caps[2]),
        )
        self.day.configure(replace(self.day.centre, accounts={ACCOUNT: account}))
        world = self.day.world
        for number in (1, 2, 3):
            self.day.give(world.caller_arrives(queue.number, self.day.now, caller=f"555000{number}"))
            if world.callers:
                self.day.give(world.caller_presses(max(world.callers), "2"))
        self.day.wait(self.day.now + timedelta(seconds=11), twin_sleeps=True)
        for number in numbers:
            if world.ringing:
                self.day.give(world.phone_answers(nth(number, sorted(world.ringing))))
            if world.called_back and number % 2:
                self.day.give(world.called_back_refuses(nth(number, sorted(world.called_back)), LegEnd.BUSY))

    @precondition(lambda self: self.day.world.connected and len(self.day.world.callers) < 5)
    @rule(caps=st.sampled_from([(9, 1, 9, 9), (9, 9, 1, 9), (9, 9, 9, 1), (1, 9, 9, 9)]), hangs_up=st.booleans())
    def callers_are_passed_on_outside(self, caps: tuple[int, int, int, int], hangs_up: bool) -> None:
        """One after the other, as long as no cap forbids it."""
        self.day.everybody_is_ready()
        account = replace(
            self.day.centre.accounts[ACCOUNT],
            outbound_caps=OutboundCaps(at_once=caps[0], per_hour=90, per_day=90),
            outbound_caps_of_agent=OutboundCaps(at_once=caps[1], per_hour=caps[2], per_day=caps[3]),
        )
        self.day.configure(replace(self.day.centre, accounts={ACCOUNT: account}))
        world = self.day.world
        for _ in range(3):
            self.day.give(world.caller_arrives("7001", self.day.now))
            if world.ringing:
                self.day.give(world.phone_answers(min(world.ringing)))
            for call in sorted(world.joining):
                self.day.give(world.joined(call))
            if self._talking():
                self.day.give(world.agent_transfers(self._talking()[0], "5551111", None))
        if hangs_up and world.sent_on:
            self.day.give(world.sent_on_hangs_up(min(world.sent_on)))

    # --- from the answer on

    @precondition(lambda self: self.day.world.up)
    @rule(index=INDEX, key=st.sampled_from(["1", "1", "7", "*1"]))
    def an_agent_presses_a_key(self, index: int, key: str) -> None:
        if self.day.world.connected:
            self.day.give(self.day.world.agent_presses(nth(index, sorted(self.day.world.up)), key))

    @precondition(lambda self: self.day.world.ringing and self.day.world.connected)
    @rule(index=INDEX, key=st.sampled_from(["1", "1", "7", None]), seconds=st.sampled_from([0, 12]))
    def picking_up_is_not_enough(self, index: int, key: str | None, seconds: int) -> None:
        """Agents must confirm; one picks up, and perhaps presses a key."""
        parts = {of: replace(part, confirm=True) for of, part in self.day.centre.assignments.items()}
        self.day.configure(replace(self.day.centre, assignments=parts))
        leg = nth(index, sorted(self.day.world.ringing))
        self.day.give(self.day.world.phone_answers(leg))
        if key is not None and leg in self.day.world.up:
            self.day.give(self.day.world.agent_presses(leg, key))
        self.day.wait(self.day.now + timedelta(seconds=seconds), twin_sleeps=False)

    @precondition(lambda self: self.day.world.ringing and self.day.world.connected)
    @rule(index=INDEX, after_missed=st.sampled_from([1, 2]), by=st.sampled_from(SingleCallUse))
    def nobody_picks_up(self, index: int, after_missed: int, by: SingleCallUse) -> None:
        """Where a miss has consequences."""
        queues = {
            of: replace(queue, after_missed=after_missed, single_call_used_by=by)
            for of, queue in self.day.centre.queues.items()
        }
        self.day.configure(replace(self.day.centre, queues=queues))
        if self.day.world.ringing:
            self.day.give(self.day.world.phone_refuses(nth(index, sorted(self.day.world.ringing)), LegEnd.NO_ANSWER))

    @precondition(lambda self: self.day.world.telling)
    @rule(index=INDEX)
    def an_agent_has_heard_who_comes(self, index: int) -> None:
        self.day.give(self.day.world.agent_has_heard(nth(index, sorted(self.day.world.telling))))

    @precondition(lambda self: self._talking())
    @rule(index=INDEX, holds=st.booleans())
    def an_agent_holds_or_resumes(self, index: int, holds: bool) -> None:
        self.day.give(self.day.world.agent_holds(nth(index, self._talking()), holds=holds))

    @precondition(lambda self: self._talking() and self.day.world.connected)
    @rule(
        index=INDEX,
        number=st.sampled_from(["7001", "7002", "7005", "1003", "5551111", "", "4711"]),
        consulted=st.sampled_from([None, "PJSIP/1003-desk-00000001"]),
    )
    def an_agent_transfers(self, index: int, number: str, consulted: str | None) -> None:
        self.day.give(self.day.world.agent_transfers(nth(index, self._talking()), number, consulted))

    @precondition(lambda self: self.day.world.ringing and self.day.world.connected)
    @rule(index=INDEX)
    def a_talk_is_recorded_from_its_beginning(self, index: int) -> None:
        queues = {of: replace(queue, recording=Recording.ON) for of, queue in self.day.centre.queues.items()}
        self.day.configure(replace(self.day.centre, queues=queues))
        if self.day.world.ringing:
            self.day.give(self.day.world.phone_answers(nth(index, sorted(self.day.world.ringing))))
        for call in sorted(self.day.world.joining):
            self.day.give(self.day.world.joined(call))

    @precondition(lambda self: self._talking() and self.day.world.connected)
    @rule(index=INDEX, recording=st.sampled_from(Recording), twice=st.booleans())
    def a_talk_is_recorded(self, index: int, recording: Recording, twice: bool) -> None:
        leg = nth(index, self._talking())
        queue = self.day.ledger.queues.get(self.day.ledger.calls[self._call(leg)].queue)
        if queue is None:
            return
        turned = replace(queue, recording=recording)
        self.day.configure(replace(self.day.centre, queues={**self.day.centre.queues, queue.id: turned}))
        for _ in range(1 + twice):
            self.day.give(self.day.world.agent_presses(leg, "*1"))

    def _talking(self) -> list[Leg]:
        talking = [call.leg for call in self.day.ledger.calls.values() if call.leg and call.talking_since]
        return sorted(leg for leg in talking if leg in self.day.world.up)

    def _call(self, leg: Leg) -> CallId:
        return next(id_ for id_, call in self.day.ledger.calls.items() if call.leg == leg)

    # --- call park

    @precondition(lambda self: self.day.world.connected and self.day.centre.queues)
    @rule(index=INDEX, caller_first=st.booleans())
    def somebody_fetches_a_caller(self, index: int, caller_first: bool) -> None:
        queue = self.day.centre.queues[nth(index, sorted(self.day.centre.queues))]
        park = replace(queue, type=QueueType.CALL_PARK, first_round=None, increment=None)
        self.day.configure(replace(self.day.centre, queues={**self.day.centre.queues, queue.id: park}))
        world = self.day.world
        if caller_first and len(world.callers) < 7:
            self.day.give(world.caller_arrives(queue.number, self.day.now))
        for event in world.phone_fetches(nth(index // 3, sorted(PHONES)), queue.number, self.day.now):
            self.day.give(event)

    @precondition(lambda self: self.day.world.fetching)
    @rule(index=INDEX)
    def who_fetched_hangs_up(self, index: int) -> None:
        for event in self.day.world.fetcher_hangs_up(nth(index, sorted(self.day.world.fetching))):
            self.day.give(event)

    # --- agents

    @rule(index=INDEX, number=st.sampled_from([1, 5, 6, 9]))
    def an_away_status_is_dialled(self, index: int, number: int) -> None:
        self.day.give(SetAwayByPhone(device=nth(index, [*PHONES, STRANGER]), number=number))
