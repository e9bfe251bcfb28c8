"""The dispatcher: one door, `handle(what, now)`, and one question, `deadline`.

It decides; it never waits, never looks at a clock, and holds nothing but the state. Each input has one rule (in
`calls`, `agents` and others) that records facts, which change the state, and orders commands; afterwards free agents
and waiting callers are matched. Three kinds of wrong are kept apart: a request may be refused, an event may be stale
(it fits nothing any more and is passed over), and everything else is a bug and asserts.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from acd import (
    agents,
    announcing,
    callback,
    calls,
    configure,
    dialling,
    entry,
    monitoring,
    offers,
    overflow,
    reconcile,
    supervising,
    talk,
    waiting,
)
from acd.indexes import place_of
from acd.inputs import (
    AgentTold,
    AnnouncementOver,
    AsteriskLost,
    AsteriskSeen,
    CallArrived,
    CallConnected,
    CallerHungUp,
    CallerNotReached,
    CallerReached,
    ChangeMonitor,
    ConfigurationLoaded,
    ConnectFailed,
    DeviceRegistered,
    DeviceUnregistered,
    DialFor,
    DriftFound,
    EndMonitor,
    EndWrapUp,
    EndWrapUpByPhone,
    EngineStarted,
    Event,
    HangUp,
    Hold,
    KeyPressed,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegKeyPressed,
    LegResumed,
    Monitor,
    MonitorAnswered,
    MoveCall,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    PhoneNamedItself,
    PickCall,
    Refusal,
    Request,
    Resume,
    SetAwayByPhone,
    SetPriority,
    SetStatus,
    SetStatusByPhone,
    SwitchDevice,
    TransferAsked,
)
from acd.matching import agent_to_ring, next_call, next_group
from acd.model import AgentId, CallId, OfferId
from acd.ordered import DeadlineKind
from acd.outputs import AsteriskOutOfSight, BackOffEnded, Outcome, OverflowReason, WrapUpEnd, WrapUpEnded
from acd.records import AgentRecord, CallRecord
from acd.state import State
from acd.step import Step


class Engine:
    """Decides for all accounts of one process. The same inputs at the same instants give the same outcomes."""

    def __init__(self, state: State) -> None:
        self.state = state

    @property
    def deadline(self) -> datetime | None:
        """When something lapses by itself next. None: nothing does."""
        entry = self.state.deadlines.next()
        return entry[0] if entry else None

    def handle(self, what: Event | Request, now: datetime) -> Outcome:
        """Take in what happened or is asked at this instant.

        Whatever was due before lapses first, each at its own instant: being woken late changes nothing.
        """
        step = Step(self.state, now)
        if isinstance(what, EngineStarted):
            _lose_sight(step)
        _lapse(step, now)
        refusal = _decide(step, what)
        _match(step)
        _lapse(step, now)  # what this has made due at once, such as the first announcement
        return Outcome(
            facts=tuple(step.facts),
            commands=tuple(step.commands),
            refusal=refusal,
            stale=step.stale,
            corrected=tuple(step.corrected),
        )

    def advance(self, now: datetime) -> Outcome:
        """Let everything lapse that is due by this instant."""
        step = Step(self.state, now)
        _lapse(step, now)
        return Outcome(facts=tuple(step.facts), commands=tuple(step.commands))


def _decide(step: Step, what: Event | Request) -> Refusal | None:
    """The rule for each input: first the most frequent ones, then in the order of a call, of an agent, of the whole."""
    match what:
        case CallArrived():
            entry.arrive(step, what)
        case LegAnswered():
            calls.answer(step, what)
        case CallConnected():
            calls.connected(step, what)
        case CallerHungUp():
            calls.caller_hung_up(step, what)
        case AnnouncementOver():
            announcing.over(step, what)
        case KeyPressed():
            waiting.key_pressed(step, what)
        case LegEnded():
            calls.leg_ended(step, what)
        case LegKeyPressed():
            calls.leg_key_pressed(step, what)
        case AgentTold():
            calls.agent_told(step, what)
        case CallerReached():
            callback.reached(step, what)
        case CallerNotReached():
            callback.not_reached(step, what)
        case ConnectFailed():
            calls.connect_failed(step, what)
        case LegHeld():
            talk.held(step, what)
        case LegResumed():
            talk.resumed(step, what)
        case TransferAsked():
            talk.transfer_asked(step, what)
        case DeviceRegistered():
            agents.registered(step, what)
        case DeviceUnregistered():
            agents.unregistered(step, what)
        case PhoneNamedItself():
            agents.named_itself(step, what)
        case OtherCallStarted():
            agents.other_call_started(step, what)
        case OtherCallAnswered():
            agents.other_call_answered(step, what)
        case OtherCallEnded():
            agents.other_call_ended(step, what)
        case SetStatusByPhone():
            return agents.set_status_by_phone(step, what)
        case SetAwayByPhone():
            return agents.set_away_by_phone(step, what)
        case SetStatus():
            return agents.set_status(step, what)
        case EndWrapUpByPhone():
            return agents.end_wrap_up_by_phone(step, what)
        case EndWrapUp():
            return agents.end_wrap_up(step, what)
        case SwitchDevice():
            return agents.switch_device(step, what)
        case MonitorAnswered():
            monitoring.answered(step, what)
        case (
            HangUp()
            | Hold()
            | Resume()
            | DialFor()
            | SetPriority()
            | MoveCall()
            | PickCall()
            | Monitor()
            | ChangeMonitor()
            | EndMonitor()
        ):
            return _beyond_the_phone(step, what)
        case ConfigurationLoaded():
            configure.configure(step, what)
        case EngineStarted():
            pass
        case AsteriskLost():
            _lose_sight(step)
        case AsteriskSeen():
            reconcile.settle(step, what)
        case DriftFound():
            reconcile.correct(step, what)
        case _:
            assert_never(what)
    return None


def _beyond_the_phone(
    step: Step,
    what: HangUp | Hold | Resume | DialFor | SetPriority | MoveCall | PickCall | Monitor | ChangeMonitor | EndMonitor,
) -> Refusal | None:
    """The rule for what people do with calls by another way than a phone."""
    match what:
        case HangUp():
            return talk.hang_up(step, what)
        case Hold():
            return talk.hold(step, what)
        case Resume():
            return talk.resume(step, what)
        case DialFor():
            return dialling.dial(step, what)
        case SetPriority():
            return supervising.set_priority(step, what)
        case MoveCall():
            return supervising.move(step, what)
        case PickCall():
            return supervising.pick(step, what)
        case Monitor():
            return monitoring.start(step, what)
        case ChangeMonitor():
            return monitoring.change(step, what)
        case EndMonitor():
            return monitoring.stop(step, what)
        case _:
            assert_never(what)


# --- time


def _lose_sight(step: Step) -> None:
    """From the first thing on that lapsed unwatched: while the process was dead, nobody rang and nobody missed."""
    if step.state.records.asterisk_in_sight:
        due = step.state.deadlines.next()
        step.now = min(step.now, due[0]) if due else step.now
        step.record(AsteriskOutOfSight())


def _lapse(step: Step, now: datetime) -> None:
    """Everything due by `now`, instant by instant; all of one instant lapses before anybody is rung.

    Only what callers are told waits until then: it never holds up a ring.
    """
    while (entry := step.state.deadlines.due(now)) is not None:
        due, kind, id_ = entry
        # A rule that has just been made stricter can be overdue; that it lapses is news of now.
        step.now = max(due, step.state.records.latest)
        _lapse_one(step, kind, id_)
        following = step.state.deadlines.next()
        if following is None or following[:2] >= (step.now, DeadlineKind.ANNOUNCEMENT):
            _match(step)
    step.now = now


def _lapse_one(step: Step, kind: DeadlineKind, id_: str) -> None:
    records = step.state.records
    match kind:
        case DeadlineKind.OFFER:
            offers.expire(step, records.offers[OfferId(id_)])
        case DeadlineKind.BACK_OFF:
            step.record(BackOffEnded(agent=AgentId(id_)))
        case DeadlineKind.WRAP_UP:
            step.record(WrapUpEnded(agent=AgentId(id_), why=WrapUpEnd.RAN_OUT))
        case DeadlineKind.LIFT:
            waiting.lift(step, records.calls[CallId(id_)])
        case DeadlineKind.CALLBACK:
            callback.due(step, records.calls[CallId(id_)])
        case DeadlineKind.PLACE:
            waiting.place_lapsed(step, *place_of(id_))
        case DeadlineKind.MAX_WAIT:
            waiting.max_wait_reached(step, records.calls[CallId(id_)])
        case DeadlineKind.CASCADE:
            offers.cascade_lapsed(step, records.calls[CallId(id_)])
        case DeadlineKind.ANNOUNCEMENT:
            announcing.due(step, records.calls[CallId(id_)])
        case DeadlineKind.ANNOUNCEMENT_END:
            announcing.cut(step, records.calls[CallId(id_)])
        case DeadlineKind.BRIEFING:
            calls.brief(step, records.calls[CallId(id_)])
        case _:
            assert_never(kind)


# --- matching


def _match(step: Step) -> None:
    """Ring whoever can be rung now.

    Looked at are the agents who have just become free, each with the call that he should have next, and the callers who
    have just become unoffered, or whose cascade goes on or is over. Everybody else was looked at when he last
    changed, and found no match. Several can be free at once (a lost race, the end of an outage): whom nobody would go
    to first waits for the next turn of the loop.
    """
    state = step.state
    if state.line_freed:
        callback.line_free(step)
    if not state.records.asterisk_in_sight:
        return  # whoever is freed or needy meanwhile stays in the sets, and is looked at when Asterisk is seen again
    if not (state.freed or state.needy or state.leaving):
        return  # as after most steps
    if state.leaving:
        for overdue in _by_turn(state, state.leaving):
            overflow.leave(step, overdue, OverflowReason.MAX_WAIT)
    freed, needy = _by_idle(state), _by_turn(state, state.needy)
    while freed or needy:
        calls = {call.id: call for agent in freed if (call := next_call(state, agent)) is not None}
        calls.update((call.id, call) for call in needy)
        rung = sum(_ring(step, call) for call in calls.values())
        if not rung or (not freed and len(needy) == 1):  # one caller alone has had all whom he can have
            break
    state.freed.clear()
    state.needy.clear()


def _by_idle(state: State) -> list[AgentRecord]:
    known = state.records.agent_records
    return sorted([known[id_] for id_ in state.freed if id_ in known], key=lambda agent: (agent.idle_since, agent.id))


def _by_turn(state: State, of: Iterable[CallId]) -> list[CallRecord]:
    known = state.records.calls
    waiting = [call for id_ in of if (call := known.get(id_)) is not None and call.agent is None]
    return sorted(waiting, key=lambda call: (call.turn, call.id))


def _ring(step: Step, call: CallRecord) -> int:
    """How much has come of it: offers made; or one who is to be called back has been held back."""
    calls_out = call.callback is not None and not call.offers
    if calls_out and agent_to_ring(step.state, call) is not None and callback.held_back(step, call):
        return 1
    rung = 0
    if call.cascade is None and (group := next_group(step.state, call)) is not None:
        offers.widen(step, call, group)
    while (pick := agent_to_ring(step.state, call)) is not None:
        offers.make(step, call, pick.agent, pick.round)
        rung += 1
    return rung
