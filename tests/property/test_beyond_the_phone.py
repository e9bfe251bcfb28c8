"""Random days on which people use the portal as well, watched by the same rules, and by those of `beyond`."""

import random
from collections import Counter
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from acd.inputs import (
    ChangeMonitor,
    DialFor,
    EndMonitor,
    HangUp,
    Hold,
    LegEnd,
    Monitor,
    MoveCall,
    PickCall,
    Resume,
    SetPriority,
    SetStatus,
)
from acd.model import LUNCH, ONLINE, AgentId, CallId, ChannelId, DeviceId, MonitorMode, QueueId, QueueType, Status
from tests.property.centres import AGENTS, PHONES, QUEUES, STRANGER
from tests.property.drive import moves
from tests.property.midway import INDEX, nth
from tests.property.test_engine import DAYS, Days

STEPS_AFTER: Final = ("hold", "resume", "change", "say so", "put down", "end")
STEPS: Final = st.sampled_from(STEPS_AFTER)
ENDS: Final = ("answered", "declined", "another", "moved", "time")
SEEDED, STEPS_A_DAY = 20, 50
MODES: Final = st.sampled_from(MonitorMode)
NOBODY: Final = CallId("C0000")

MET: Final = (
    "another priority",
    "dialled by a click: inside",
    "dialled by a click: outside",
    "given in wrap-up",
    "given to somebody of another queue",
    "given to somebody who is away",
    "given, and ended: answered",
    "given, and ended: declined",
    "given, and ended: no_answer",
    "given, and ended: reassigned",
    "given: call_park",
    "given: linear_cascade",
    "given: ring_all",
    "given: round_robin",
    "held apart: and resumed",
    "held apart: until the end",
    "listens in",
    "listens in: unheard",
    "listens no more: he hung up",
    "listens no more: he said so",
    "listens no more: the talk is over",
    "listens otherwise",
    "moved by a supervisor",
    "offer ended: reassigned",
)


class PortalDays(Days):
    """And what may be asked by another way than a phone."""

    def _in_talk(self) -> list[CallId]:
        return sorted(id_ for id_, call in self.day.ledger.calls.items() if call.talking_since)

    def _waiting(self) -> list[CallId]:
        return sorted(id_ for id_, call in self.day.ledger.calls.items() if call.agent is None)

    def _listeners(self) -> list[tuple[CallId, AgentId]]:
        return sorted((id_, who) for id_, call in self.day.ledger.calls.items() for who in call.listeners)

    # --- so that days get somewhere

    @rule(index=INDEX, mode=MODES, heard=st.booleans(), then=st.lists(STEPS, min_size=1, max_size=3))
    def two_talk_and_somebody_listens(self, index: int, mode: MonitorMode, heard: bool, then: list[str]) -> None:
        """And what they do afterwards."""
        world = self.day.world
        if not self._talk_begins(nth(index, ["7001", "7003", "7004"])):
            return
        self.somebody_listens_in(0, index, own=True, mode=mode)
        if self._rings_to_listen():
            self.who_is_to_listen_picks_up(0, unheard=not heard)
        for step in then:
            listeners = self._listeners()
            if not self._in_talk() or not world.connected:
                return
            if step in ("hold", "resume"):
                self.somebody_is_held_or_resumed(0, step == "hold")
            elif step in ("change", "say so") and listeners:
                self.who_listens_changes_his_mind(0, nth(index, list(MonitorMode)), ends=step == "say so")
            elif step == "put down" and listeners:
                call, who = listeners[0]
                channel = self.day.ledger.calls[call].listeners[who].channel
                if channel in world.others:
                    self.day.give(world.other_call_ends(channel))
            elif step == "end":
                self.somebody_hangs_up_by_request(0, nth(index, AGENTS), own=bool(index % 2))

    def _talk_begins(self, number: str) -> bool:
        world = self.day.world
        if len(world.callers) > 6:
            return False
        self.day.everybody_is_ready()
        self.day.give(world.caller_arrives(number, self.day.now))
        for leg in sorted(world.ringing)[:1]:
            self.day.give(world.phone_answers(leg))
        for call in sorted(world.joining):
            self.day.give(world.joined(call))
        return bool(self._in_talk())

    @rule(
        queue=st.sampled_from(QUEUES),
        type_=st.sampled_from(QueueType),
        status=st.sampled_from([ONLINE, LUNCH]),
        index=INDEX,
        then=st.sampled_from(ENDS),
    )
    def a_caller_is_given(self, queue: QueueId, type_: QueueType, status: Status, index: int, then: str) -> None:
        """To an agent, of the queue or not, away or not; and what comes of it."""
        world, agent = self.day.world, nth(index, AGENTS)
        if len(world.callers) > 6:
            return
        self.day.everybody_is_ready()
        turned = replace(self.day.centre.queues[queue], type=type_, first_round=None, increment=None)
        self.day.configure(replace(self.day.centre, queues={**self.day.centre.queues, queue: turned}))
        for each in AGENTS:
            self.day.give(SetStatus(agent=each, status=status))
        if index % 2 and self._talk_begins("7001"):
            call = self._in_talk()[0]
            agent = self.day.ledger.calls[call].agent or agent  # who wraps up then, where he is given it
            self.day.give(HangUp(call=call, by=agent))
        before = set(self.day.ledger.calls)
        self.day.give(world.caller_arrives(turned.number, self.day.now))
        for call in sorted(self.day.ledger.calls.keys() - before):
            self.day.give(PickCall(call=call, agent=agent, by=AGENTS[index // 7 % len(AGENTS)]))
            if then == "another":
                self.day.give(PickCall(call=call, agent=nth(index + 1, AGENTS), by=agent))
            elif then == "moved":
                self.day.give(MoveCall(call=call, queue=nth(index, QUEUES), by=agent))
        legs = sorted(world.ringing)
        if then == "time":
            self.day.wait(self.day.now + turned.ring_time, twin_sleeps=bool(index % 2))
        elif legs and then in ("answered", "declined"):
            leg = nth(index, legs)
            self.day.give(world.phone_answers(leg) if then == "answered" else world.phone_refuses(leg, LegEnd.DECLINED))

    @rule(phone=st.sampled_from(sorted(PHONES)))
    def two_clicks_go_out(self, phone: DeviceId) -> None:
        """Of one phone, one after the other."""
        self.day.everybody_is_ready()
        for number in ("1001", "1002", "5551234"):
            self.day.give(DialFor(device=phone, number=number))
            for channel in sorted(id_ for id_ in self.day.world.others if "dial-" in id_):
                self.day.give(self.day.world.other_call_ends(channel))

    # --- a talk

    @precondition(lambda self: self.day.ledger.calls)
    @rule(index=INDEX, who=st.sampled_from(AGENTS), own=st.booleans())
    def somebody_hangs_up_by_request(self, index: int, who: AgentId, own: bool) -> None:
        call = nth(index, self._in_talk() or sorted(self.day.ledger.calls))
        agent = self.day.ledger.calls[call].agent
        self.day.give(HangUp(call=call, by=agent if own and agent is not None else who))

    @precondition(lambda self: self._in_talk())
    @rule(index=INDEX, held=st.booleans())
    def somebody_is_held_or_resumed(self, index: int, held: bool) -> None:
        call = nth(index, self._in_talk())
        self.day.give(Hold(call=call) if held else Resume(call=call))
        for joined in sorted(self.day.world.joining.keys() & set(self._in_talk())):
            self.day.give(self.day.world.joined(joined))

    # --- a click

    @rule(index=INDEX, number=st.sampled_from(["1001", "1002", "7001", "5551234", "5550000", "5551", "*52"]))
    def somebody_clicks_on_a_number(self, index: int, number: str) -> None:
        self.day.give(DialFor(device=nth(index, [*sorted(PHONES), STRANGER]), number=number))

    # --- supervisors

    @precondition(lambda self: self.day.ledger.calls)
    @rule(index=INDEX, priority=st.sampled_from([None, 1, 2, 9]))
    def a_priority_is_changed(self, index: int, priority: int | None) -> None:
        call = nth(index, [*(self._waiting() or sorted(self.day.ledger.calls)), NOBODY])
        self.day.give(SetPriority(call=call, priority=priority, by=AGENTS[0]))

    @precondition(lambda self: self.day.ledger.calls)
    @rule(index=INDEX, queue=st.sampled_from(QUEUES))
    def somebody_is_moved(self, index: int, queue: str) -> None:
        call = nth(index, [*(self._waiting() or sorted(self.day.ledger.calls)), NOBODY])
        self.day.give(MoveCall(call=call, queue=nth(QUEUES.index(queue), QUEUES), by=AGENTS[0]))

    @precondition(lambda self: self.day.ledger.calls)
    @rule(index=INDEX, agent=st.sampled_from(AGENTS), own=st.booleans())
    def somebody_is_given_to_an_agent(self, index: int, agent: AgentId, own: bool) -> None:
        call = nth(index, [*(self._waiting() or sorted(self.day.ledger.calls)), NOBODY])
        self.day.give(PickCall(call=call, agent=agent, by=agent if own else AGENTS[0]))

    # --- listening in

    @precondition(lambda self: self._in_talk())
    @rule(index=INDEX, phone=INDEX, own=st.booleans(), mode=MODES)
    def somebody_listens_in(self, index: int, phone: int, own: bool, mode: MonitorMode) -> None:
        people = self.day.ledger.people
        free = [each for each, of in sorted(PHONES.items()) if not people[of].calls and people[of].offer is None]
        device = nth(phone, free if own and free else sorted(PHONES))
        by = PHONES[device] if own else AGENTS[0]
        self.day.give(Monitor(call=nth(index, self._in_talk()), by=by, device=device, mode=mode))

    @precondition(lambda self: self._rings_to_listen())
    @rule(index=INDEX, unheard=st.booleans())
    def who_is_to_listen_picks_up(self, index: int, unheard: bool) -> None:
        world = self.day.world
        channel = nth(index, self._rings_to_listen())
        if unheard and world.connected:
            self.day.give(world.lose())
            self.day.give(world.other_call_answered(channel))
            self.day.give(world.see())
        else:
            self.day.give(world.other_call_answered(channel))

    def _rings_to_listen(self) -> list[ChannelId]:
        others = self.day.world.others
        return sorted(id_ for id_, other in others.items() if "monitor-" in id_ and not other.answered)

    @precondition(lambda self: self._listeners())
    @rule(index=INDEX, mode=MODES, ends=st.booleans())
    def who_listens_changes_his_mind(self, index: int, mode: MonitorMode, ends: bool) -> None:
        call, who = nth(index, self._listeners())
        self.day.give(EndMonitor(call=call, by=who) if ends else ChangeMonitor(call=call, by=who, mode=mode))

    @precondition(lambda self: self.day.world.listening and self.day.world.connected)
    @rule(index=INDEX)
    def what_hears_a_talk_is_lost(self, index: int) -> None:
        del self.day.world.listening[nth(index, sorted(self.day.world.listening))]
        self.day.look()


@pytest.mark.timeout(400)
def test_days_with_a_portal_keep_every_rule() -> None:
    """No rule is broken on any of the days."""
    chosen = settings(
        max_examples=DAYS or 30,
        stateful_step_count=40,
        deadline=None,
        derandomize=not DAYS,
        report_multiple_bugs=False,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large),
    )
    run_state_machine_as_test(PortalDays, settings=chosen)


@pytest.mark.timeout(400)
def test_days_with_dice_meet_every_situation() -> None:
    """Each named situation has been met on one of these days, which seeds have chosen, and no rule is broken."""
    reached = Counter[str]()
    for seed in range(SEEDED):
        days, dice = PortalDays(), random.Random(seed)
        for _ in range(STEPS_A_DAY):
            if dice.random() < 0.3:
                _something_in_the_portal(days, dice)
            else:
                dice.choice(moves(days.day, dice))()
        days.teardown()
        reached.update(+days.day.ledger.reached)
    missing = sorted(situation for situation in MET if not reached[situation])
    assert not missing, f"no day has met: {missing}"


def _something_in_the_portal(days: PortalDays, dice: random.Random) -> None:
    index, mode, then = dice.randrange(60), dice.choice(list(MonitorMode)), dice.sample(STEPS_AFTER, 3)
    match dice.choice(["listen", "give", "click", "priority", "move", "hang up"]):
        case "listen":
            days.two_talk_and_somebody_listens(index, mode, heard=dice.random() < 0.7, then=then)
        case "give":
            days.a_caller_is_given(
                queue=dice.choice(QUEUES),
                type_=dice.choice(list(QueueType)),
                status=dice.choice([ONLINE, LUNCH]),
                index=index,
                then=dice.choice(ENDS),
            )
        case "click":
            days.two_clicks_go_out(dice.choice(sorted(PHONES)))
        case what if days.day.ledger.calls:
            match what:
                case "priority":
                    days.a_priority_is_changed(index, dice.choice([None, 1, 2, 9]))
                case "move":
                    days.somebody_is_moved(index, dice.choice(QUEUES))
                case _:
                    days.somebody_hangs_up_by_request(index, dice.choice(AGENTS), own=dice.random() < 0.5)
        case _:
            pass
