"""The dispatcher: one door, `handle(what, now)`, and one question, `deadline`.

It decides; it never waits, never looks at a clock, and holds nothing but the state. Each input has one rule (in
`calls`, `agents` and others) that records facts, which change the state, and orders commands; afterwards free agents
and waiting callers are matched. Three kinds of wrong are kept apart: a request may be refused, an event may be stale
(it fits nothing any more and is passed over), and everything else is a bug and asserts.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, assert_never

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
        refusal = _RULES[type(what)](step, what)
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
        freed = [agent for agent in freed if agent.id in state.available]
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


# --- the rule for each input


def _started(step: Step, event: EngineStarted) -> None:
    """What was in sight before is out of sight; that `handle` has seen to, before anything lapsed."""


def _asterisk_lost(step: Step, event: AsteriskLost) -> None:
    _lose_sight(step)


_RULES: Final[Mapping[type[Event | Request], Callable[[Step, Any], Refusal | None]]] = {
    # a call
    CallArrived: entry.arrive,
    LegAnswered: calls.answer,
    CallConnected: calls.connected,
    CallerHungUp: calls.caller_hung_up,
    AnnouncementOver: announcing.over,
    KeyPressed: waiting.key_pressed,
    LegEnded: calls.leg_ended,
    LegKeyPressed: calls.leg_key_pressed,
    AgentTold: calls.agent_told,
    CallerReached: callback.reached,
    CallerNotReached: callback.not_reached,
    ConnectFailed: calls.connect_failed,
    LegHeld: talk.held,
    LegResumed: talk.resumed,
    TransferAsked: talk.transfer_asked,
    # an agent and his phones
    DeviceRegistered: agents.registered,
    DeviceUnregistered: agents.unregistered,
    PhoneNamedItself: agents.named_itself,
    OtherCallStarted: agents.other_call_started,
    OtherCallAnswered: agents.other_call_answered,
    OtherCallEnded: agents.other_call_ended,
    SetStatusByPhone: agents.set_status_by_phone,
    SetAwayByPhone: agents.set_away_by_phone,
    SetStatus: agents.set_status,
    EndWrapUpByPhone: agents.end_wrap_up_by_phone,
    EndWrapUp: agents.end_wrap_up,
    SwitchDevice: agents.switch_device,
    # beyond the phone
    HangUp: talk.hang_up,
    Hold: talk.hold,
    Resume: talk.resume,
    DialFor: dialling.dial,
    SetPriority: supervising.set_priority,
    MoveCall: supervising.move,
    PickCall: supervising.pick,
    Monitor: monitoring.start,
    MonitorAnswered: monitoring.answered,
    ChangeMonitor: monitoring.change,
    EndMonitor: monitoring.stop,
    # the whole
    ConfigurationLoaded: configure.configure,
    EngineStarted: _started,
    AsteriskLost: _asterisk_lost,
    AsteriskSeen: reconcile.settle,
    DriftFound: reconcile.correct,
}
"""For each input; a table, because a long `match` costs each input a comparison for all that stand before it."""
