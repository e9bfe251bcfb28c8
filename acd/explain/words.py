"""Every sentence of a call's story: of each fact, of each reason. English for people; nothing is decided here.

`zone` is the time zone in which instants are told; None: the machine's own.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import assert_never

from acd.eligibility import DeviceObstacle
from acd.explain.reasons import (
    Away,
    BackingOff,
    Before,
    CallsInHand,
    CascadeNotThere,
    Chosen,
    Explanation,
    IdleForLess,
    LaterById,
    LaterInOrder,
    NoUsablePhone,
    OtherCallFirst,
    Reason,
    Rung,
    RungToo,
    SingleCallUsed,
    Tried,
    UnusablePhone,
    WrappingUp,
)
from acd.matching import CallObstacle
from acd.model import CallId, QueueType, Target
from acd.outputs import (
    AgentBriefed,
    AnnouncementEnded,
    AnnouncementSkipped,
    AnnouncementStarted,
    AsteriskInSight,
    AsteriskOutOfSight,
    BackOffEnded,
    CallAnswered,
    CallbackAnswered,
    CallbackDialled,
    CallbackDue,
    CallbackFailed,
    CallbackPostponed,
    CallbackPromised,
    CallbackRefused,
    CallEnded,
    CallLifted,
    CallMoved,
    CallOverflowed,
    CallQueued,
    CallRefused,
    CallRequeued,
    CallRetrieved,
    CallTransferred,
    CascadeRetimed,
    CascadeWidened,
    ConfigurationChanged,
    ConfirmationAsked,
    DeviceDisengaged,
    DeviceEngaged,
    DeviceReachable,
    DeviceSwitched,
    EntryRefused,
    Fact,
    HoldEnded,
    HoldStarted,
    LegStopped,
    MaxWaitReached,
    MonitorChanged,
    MonitorEnded,
    MonitorPickedUp,
    MonitorStarted,
    NumberDialled,
    OfferEnded,
    OfferMade,
    OfferRetimed,
    OtherCallConnected,
    OutboundCap,
    OutboundEnded,
    PhoneModelKnown,
    PlaceGone,
    PlaceKept,
    PriorityChanged,
    RecordingEnded,
    RecordingStarted,
    RetrievalRefused,
    StatusChanged,
    TalkEnded,
    TalkStarted,
    TransferRefused,
    WrapUpEnded,
    WrapUpStarted,
)

# --- facts


def sentence(fact: Fact, at: datetime, zone: tzinfo | None) -> str:
    """What happened, as part of a call's story. Empty for what is never part of one."""
    match fact:
        case CallQueued():
            back = f", as since {clock(fact.arrived, zone)}" if fact.arrived != at else ""
            first = f", with priority {fact.priority}" if fact.priority is not None else ""
            expected = f", expected wait {length(fact.expected_wait)}" if fact.expected_wait is not None else ""
            return f"the caller waits in queue {short(fact.queue)}{back}{first}{expected}"
        case OfferMade():
            end = f"for at most {length(fact.until - at)}" if fact.until is not None else "with the cascade"
            given = f"given to {short(fact.agent)} by {short(fact.picked_by)}: " if fact.picked_by is not None else ""
            return f"{given}rings {short(fact.agent)} on {_list(fact.devices)} {end}"
        case CascadeWidened():
            span = length(fact.until - at)
            return f"the cascade comes to order {fact.order}, as far as {short(fact.agent)}, for {span}"
        case CascadeRetimed():
            return f"the cascade goes on at {clock(fact.until, zone)}"
        case LegStopped():
            return f"{fact.device} rings no more: {words(fact.why)}"
        case OfferRetimed():
            return f"the ring time has changed: it rings for {length(fact.until - at)} more at most"
        case ConfirmationAsked():
            return f"{fact.device} is picked up, and has {length(fact.until - at)} to confirm by a key"
        case OfferEnded():
            cost = f", left alone for {length(fact.back_off_until - at)}" if fact.back_off_until is not None else ""
            outcome = f" ({words(fact.outcome)})" if fact.outcome.value != fact.why.value else ""
            return f"{short(fact.agent)} rings no more: {words(fact.why)}{outcome}{cost}"
        case CallAnswered():
            expected = f", expected {length(fact.expected_wait)}" if fact.expected_wait is not None else ""
            return f"{short(fact.agent)} answers on {fact.device}, after {length(fact.waited)}{expected}"
        case AgentBriefed():
            return f"{short(fact.agent)} has been told who comes"
        case TalkStarted():
            return f"the caller and {short(fact.agent)} talk"
        case TalkEnded():
            held = f", {length(fact.held)} of it on hold" if fact.held else ""
            return f"{short(fact.agent)} has left the call after {length(fact.talked)}{held}, by {words(fact.by)}"
        case CallRequeued():
            return f"they could not be joined: the caller waits again in queue {short(fact.queue)}, at his old place"
        case CallEnded():
            why = f" ({words(fact.loss)})" if fact.loss is not None else ""
            return f"the call is over: {words(fact.outcome)}{why}, after {length(fact.waited)} of waiting"
        case CallRefused():
            return f"refused: {fact.number} is no queue of {fact.account}"
        # waiting
        case EntryRefused():
            return f"not let into queue {short(fact.queue)}: {words(fact.why)}; goes to {_target(fact.target)}"
        case PlaceKept():
            return f"his place in queue {short(fact.queue)} is kept until {clock(fact.until, zone)}"
        case AnnouncementStarted():
            value = f" ({fact.value})" if fact.value is not None else ""
            return f"he is told: {words(fact.kind)}{value}"
        case AnnouncementEnded():
            return "the announcement is over"
        case AnnouncementSkipped():
            return f"he is not told: {words(fact.kind)}; nothing can be said of it"
        case CallLifted():
            return "he has waited so long that he goes before all priorities"
        case MaxWaitReached():
            return f"he has waited as long as queue {short(fact.queue)} keeps anybody"
        case CallOverflowed():
            return f"leaves queue {short(fact.queue)}: {words(fact.why)}; goes to {_target(fact.target)}"
        case CallMoved():
            moved = f"moved by {short(fact.moved_by)}: " if fact.moved_by is not None else ""
            return f"{moved}waits in queue {short(fact.to)} from now on, as since {clock(fact.arrived, zone)}"
        case PriorityChanged():
            priority = f"with priority {fact.priority}" if fact.priority is not None else "without priority"
            return f"waits {priority} from now on, by {short(fact.by)}"
        case CallbackRefused():
            return f"he asks to be called back, which cannot be: {words(fact.why)}"
        case CallbackPromised():
            return f"he will be called back at {fact.number}; his place waits for him"
        case CallbackDialled():
            return f"{short(fact.agent)} is found: the caller is called, attempt {fact.attempt}"
        case CallbackAnswered():
            return f"the caller picks up, and is joined with {short(fact.agent)}"
        case CallbackFailed():
            again = f"again at {clock(fact.again, zone)}" if fact.again is not None else "given up"
            return f"the caller could not be reached: {words(fact.how)}; {again}"
        case CallbackPostponed():
            again = f"for {length(fact.again - at)} more at most" if fact.again is not None else "given up"
            return f"he cannot be called now: {cap(fact.cap)}; {again}"
        case CallbackDue():
            return "it is time to call him back"
        # in mid-call, and after it
        case HoldStarted():
            return f"{short(fact.agent)} puts the caller on hold{', by request' * fact.apart}"
        case HoldEnded():
            return f"the hold is over after {length(fact.held)}"
        case CallTransferred():
            where = ", outside" if fact.outside else ""
            return f"{short(fact.agent)} transfers the caller to {fact.to} ({words(fact.kind)}{where})"
        case TransferRefused():
            why = f": {cap(fact.cap)}" if fact.cap is not None else ""
            return f"{short(fact.agent)} cannot transfer the caller to {fact.to}{why}; they talk on"
        case CallRetrieved():
            return f"{short(fact.agent)} fetches the caller with {fact.device}, after {length(fact.waited)}"
        case RecordingStarted():
            return f"recording begins: {fact.name}"
        case RecordingEnded():
            return f"recording is complete: {fact.name}"
        case MonitorStarted():
            return f"{short(fact.supervisor)} is rung on {fact.device}, to {words(fact.mode)}"
        case MonitorPickedUp():
            return f"{short(fact.supervisor)} hears them: {words(fact.mode)}"
        case MonitorChanged():
            return f"{short(fact.supervisor)} listens otherwise: {words(fact.mode)}"
        case MonitorEnded():
            return f"{short(fact.supervisor)} hears them no more, after {length(fact.listened)}"
        case WrapUpStarted():
            mandatory = "mandatory " if fact.mandatory else ""
            return f"{short(fact.agent)} has {length(fact.until - at)} of {mandatory}wrap-up"
        # the whole
        case ConfigurationChanged():
            return f"the configuration changes: {_list(_changes(fact))}"
        case AsteriskOutOfSight():
            return "Asterisk is out of sight"
        case AsteriskInSight():
            return "Asterisk is in sight"
        case (
            PlaceGone()
            | OutboundEnded()
            | RetrievalRefused()
            | NumberDialled()
            | StatusChanged()
            | WrapUpEnded()
            | BackOffEnded()
            | DeviceSwitched()
            | DeviceReachable()
            | PhoneModelKnown()
            | DeviceEngaged()
            | OtherCallConnected()
            | DeviceDisengaged()
        ):
            return ""
        case _:
            assert_never(fact)


def _target(target: Target | None) -> str:
    return f"{words(target.kind)} {target.name}" if target is not None else "a message"


def _changes(fact: ConfigurationChanged) -> Iterable[str]:
    yield from (f"queue {short(queue.id)}" for queue in fact.queues)
    yield from (f"queue {short(queue)} gone" for queue in fact.queues_gone)
    yield from (f"{short(entry.agent)} in {short(entry.queue)}" for entry in fact.assignments)
    yield from (f"{short(agent)} no longer in {short(queue)}" for agent, queue in fact.assignments_gone)


# --- reasons


def choice(explanation: Explanation) -> str:
    """Why the agent is rung who is rung, or why nobody is."""
    if explanation.chosen is not None:
        return _speaks_for(explanation.chosen)
    if explanation.nobody is not None:
        return f"nobody is rung: {obstacle(explanation.nobody)}"
    return "nobody can be rung" if explanation.others else "nobody can be rung: no agent is assigned to the queue"


def _speaks_for(chosen: Chosen) -> str:
    if chosen.type is QueueType.RING_ALL:
        why = "all who can be rung ring at once"
    elif chosen.type is QueueType.LINEAR_CASCADE:
        why = "the cascade has come to him"
    elif chosen.alone:
        why = "the only one left who can be rung"
    elif chosen.idle is None:
        why = f"first in the order ({chosen.order})"
    else:
        of = f" of those of order {chosen.order}" if chosen.order is not None else ""
        why = f"idle longest{of} ({length(chosen.idle)})"
    return why + (f"; all have been tried, so round {chosen.round} begins" if chosen.new_round else "")


def obstacle(why: CallObstacle) -> str:
    """Why nobody is looked for."""
    match why:
        case CallObstacle.ASTERISK_OUT_OF_SIGHT:
            return "Asterisk is out of sight"
        case CallObstacle.QUEUE_GONE:
            return "his queue is gone"
        case CallObstacle.ANSWERED:
            return "he has been answered"
        case CallObstacle.OVERDUE:
            return "he has waited as long as his queue keeps anybody"
        case CallObstacle.PICKED:
            return "a supervisor has given him to somebody, who is rung already"
        case CallObstacle.CALLED_BACK_LATER:
            return "he is called back later"
        case CallObstacle.CAPPED:
            return "he is to be called back, and as many calls go out as may"
        case CallObstacle.PARKED:
            return "in a call park whoever wants the caller dials the queue"
        case CallObstacle.RINGS:
            return "one agent at a time, and one is rung already"
        case _:
            assert_never(why)


def cap(which: OutboundCap) -> str:
    """Which bound is reached."""
    match which:
        case OutboundCap.AT_ONCE:
            return "as many calls go out at once as the account may have"
        case OutboundCap.PER_HOUR:
            return "as many calls have gone out in an hour as the account may have"
        case OutboundCap.PER_DAY:
            return "as many calls have gone out in 24 hours as the account may have"
        case OutboundCap.AGENT_AT_ONCE:
            return "as many calls go out at once as one agent may have"
        case OutboundCap.AGENT_PER_HOUR:
            return "as many calls have gone out in an hour as one agent may have"
        case OutboundCap.AGENT_PER_DAY:
            return "as many calls have gone out in 24 hours as one agent may have"
        case _:
            assert_never(which)


def reason(why: Reason, call: CallId, at: datetime, zone: tzinfo | None) -> str:
    """Why an agent is not rung for this call at this moment."""
    match why:
        case Away():
            return f"{words(why.status)} since {_since(why.since, at, zone)}"
        case SingleCallUsed():
            return f"online for a single call, and has it ({_list(why.calls)})"
        case WrappingUp():
            return f"wrap-up {length(why.left)} left (call {why.call})"
        case Rung():
            return "rings already" if why.call == call else f"rings for call {why.call} of queue {short(why.queue)}"
        case BackingOff():
            return f"back-off {length(why.left)} left"
        case CallsInHand():
            return f"has {why.calls} call{'s' * (why.calls != 1)}, at most {why.at_most}"
        case NoUsablePhone():
            return "; ".join(_phone(phone) for phone in why.phones) or "has no phone"
        case CascadeNotThere():
            return f"the cascade has not come to him: his order is {why.order}, it is at {why.reached}"
        case Tried():
            return "already tried in this round"
        case OtherCallFirst():
            return f"call {why.call} of queue {short(why.queue)} comes first for him: {_before(why)}"
        case RungToo():
            return "is rung as well"
        case LaterInOrder():
            return f"stands later in the order ({why.order} against {why.chosen})"
        case IdleForLess():
            return f"idle for less long ({length(why.idle)} against {length(why.chosen)})"
        case LaterById():
            return "stands at the same place, and the lower id goes first"
        case _:
            assert_never(why)


def _phone(phone: UnusablePhone) -> str:
    why = "not for this queue" if phone.why is DeviceObstacle.NOT_FOR_QUEUE else words(phone.why)
    return f"phone {phone.device} {why}"


def _before(why: OtherCallFirst) -> str:
    match why.by:
        case Before.LIFTED:
            return f"it has waited {_figure(why.its)}, so that it goes before all priorities"
        case Before.QUEUE_PRIORITY:
            return f"priority {_figure(why.its)} before {_figure(why.own)}"
        case Before.CALLER_PRIORITY:
            return f"caller's priority {_figure(why.its)} before {_figure(why.own)}"
        case Before.WAIT:
            return f"it has waited longer ({_figure(why.its)} against {_figure(why.own)})"
        case Before.ID:
            return "both came at the same instant, and the lower id goes first"
        case _:
            assert_never(why.by)


def instead(why: OtherCallFirst) -> str:
    """That an agent is rung for another call, and why."""
    return f"is rung for call {why.call} of queue {short(why.queue)} instead: {_before(why)}"


def _figure(value: int | timedelta | None) -> str:
    match value:
        case None:
            return "none"
        case int():
            return str(value)
        case timedelta():
            return length(value)


# --- small things


def short(id_: str) -> str:
    """An agent or queue without its account: all in a story are of one."""
    return id_.partition("@")[0]


def words(name: StrEnum | str) -> str:
    """A name as words."""
    return str(name).replace("_", " ")


def length(of: timedelta) -> str:
    """A stretch of time: 7.25 s, 2 min 5 s, 1 h 3 min."""
    seconds = of.total_seconds()
    if seconds < 60:
        return f"{round(seconds, 3):g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min" + (f" {rest} s" if rest else "")
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h" + (f" {minutes} min" if minutes else "")


def clock(at: datetime, zone: tzinfo | None) -> str:
    """The time of day."""
    return f"{at.astimezone(zone):%H:%M:%S}"


def _since(since: datetime, at: datetime, zone: tzinfo | None) -> str:
    day, today = since.astimezone(zone), at.astimezone(zone)
    return f"{day:%H:%M}" if day.date() == today.date() else f"{day:%Y-%m-%d %H:%M}"


def printable(text: str) -> str:
    """Text from outside, such as a caller's name, without anything that a terminal would obey."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
