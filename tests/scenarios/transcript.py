"""How facts, commands and refusals read in a transcript. Never decides anything, and hides little."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import assert_never

from acd.model import Target
from acd.outputs import (
    AgentBriefed,
    AnnouncementEnded,
    AnnouncementSkipped,
    AnnouncementStarted,
    AnswerTransfer,
    AsteriskInSight,
    AsteriskOutOfSight,
    BackOffEnded,
    CallAnswered,
    CallBack,
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
    Command,
    ConfigurationChanged,
    ConfirmationAsked,
    Connect,
    ConnectRetriever,
    DeviceDisengaged,
    DeviceEngaged,
    DeviceReachable,
    DeviceSwitched,
    DialFrom,
    Dismiss,
    EntryRefused,
    Fact,
    HangUpCall,
    HangUpLeg,
    HangUpPhone,
    HoldCaller,
    HoldEnded,
    HoldStarted,
    JoinConsulted,
    LegStopped,
    ListenIn,
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
    OutboundEnded,
    Outcome,
    PhoneModelKnown,
    PlaceGone,
    PlaceKept,
    PriorityChanged,
    RecordingEnded,
    RecordingStarted,
    RetrievalRefused,
    Ring,
    RingMonitor,
    Say,
    SendOn,
    ShowStatus,
    Sound,
    StartRecording,
    StatusChanged,
    StopListening,
    StopRecording,
    StopRinging,
    StopSaying,
    TalkEnded,
    TalkStarted,
    TellAgent,
    TransferRefused,
    TurnAway,
    Word,
    WrapUpEnded,
    WrapUpStarted,
)
from tests.scenarios.language import MORNING


def transcript(outcome: Outcome, *, timed: bool, estimates: bool) -> list[str]:
    """The lines of one step. `timed` puts the story's clock before each fact, where a line covers a stretch of time.

    `estimates` tells the expected waits as well, which every story has and few are about.
    """
    facts = [
        f". {clock(it.at) + ' ' if timed else ''}{fact(it.fact, it.at)}{_expected(it.fact) if estimates else ''}"
        for it in outcome.facts
    ]
    commands = [f"> {command(it)}" for it in outcome.commands]
    refusal = [f"! {words(outcome.refusal)}"] if outcome.refusal is not None else []
    return [*facts, *commands, *refusal, *(["~ stale"] if outcome.stale else [])]


def clock(at: datetime) -> str:
    """Minutes and seconds since the story began."""
    seconds = (at - MORNING).total_seconds()
    whole, part = divmod(seconds, 1)
    return f"{int(whole) // 60}:{int(whole) % 60:02}{f'{part:.3f}'[1:] if part else ''}"


def short(id_: str) -> str:
    """An agent or queue without its account: every story has only one."""
    return id_.partition("@")[0]


def words(name: str) -> str:
    """An enum's value as words."""
    return name.replace("_", " ")


def _names(ids: Iterable[str]) -> str:
    return ", ".join(ids)


def _seconds(length: timedelta) -> str:
    return f"{length.total_seconds():g}s"


def _target(target: Target | None) -> str:
    return "the message" if target is None else f"{target.kind} {target.name}"


def _words(said: Iterable[Word]) -> str:
    return ", ".join(
        str(word) if isinstance(word, int) else word.name if isinstance(word, Sound) else words(word) for word in said
    )


def _expected(it: Fact) -> str:
    if not isinstance(it, CallQueued | CallMoved | CallAnswered):
        return ""
    return ", expected: " + ("unknown" if it.expected_wait is None else _seconds(it.expected_wait))


def fact(it: Fact, at: datetime) -> str:
    """A fact as a sentence."""
    match it:
        case CallQueued():
            since = f", since {clock(it.arrived)}" if it.arrived != at else ""
            first = "" if it.priority is None else f" with priority {it.priority}"
            return f"{it.call} waits in {short(it.queue)}{first}{since}"
        case OfferMade():
            again = f", round {it.round}" if it.round > 1 else ""
            end = f"until {clock(it.until)}" if it.until is not None else "with the cascade"
            by = f", given by {short(it.picked_by)}" if it.picked_by is not None else ""
            return f"{it.offer} rings {short(it.agent)} on {_names(it.devices)} {end}{again}{by}"
        case CascadeWidened():
            again = f", round {it.round}" if it.round > 1 else ""
            return f"{it.call}'s cascade comes to {short(it.agent)}, order {it.order}, until {clock(it.until)}{again}"
        case CascadeRetimed():
            return f"{it.call}'s cascade goes on at {clock(it.until)}"
        case OfferRetimed():
            return f"{it.offer} rings until {clock(it.until)}"
        case ConfirmationAsked():
            return f"{it.offer} is to be confirmed on {it.device} until {clock(it.until)}"
        case LegStopped():
            return f"{it.offer} rings no more on {it.device}: {words(it.why)}"
        case OfferEnded():
            back_off = f", back-off until {clock(it.back_off_until)}" if it.back_off_until is not None else ""
            why = f" ({words(it.why)})" if it.why.value != it.outcome.value else ""
            return f"{it.offer} ends for {short(it.agent)}: {words(it.outcome)}{why}{back_off}"
        case CallAnswered():
            told = ", and is told who comes" if it.briefing else ""
            return f"{short(it.agent)} answers {it.call} on {it.device} after {_seconds(it.waited)}{told}"
        case AgentBriefed():
            return f"{short(it.agent)} has been told who comes: {it.call}"
        case TalkStarted():
            return f"{it.call} and {short(it.agent)} talk"
        case TalkEnded():
            held = f" (held {_seconds(it.held)})" if it.held else ""
            return f"{it.call} and {short(it.agent)} part after {_seconds(it.talked)}{held}, by {words(it.by)}"
        case CallRequeued():
            return f"{it.call} waits again in {short(it.queue)}"
        case CallEnded():
            loss = "" if it.loss is None else f" ({words(it.loss)})"
            return f"{it.call} leaves {short(it.queue)}: {words(it.outcome)}{loss}, waited {_seconds(it.waited)}"
        case CallRefused():
            return f"{it.call} is refused: no queue {it.number}"
        case EntryRefused():
            return f"{it.call} is not let into {short(it.queue)}: {words(it.why)}, goes to {_target(it.target)}"
        case PlaceKept():
            return f"{it.number}'s place in {short(it.queue)} is kept until {clock(it.until)}"
        case PlaceGone():
            return f"{it.number}'s place in {short(it.queue)} is gone"
        case AnnouncementStarted():
            value = "" if it.value is None else f" {it.value}"
            return f"{it.call} hears {it.number}: {words(it.kind)}{value}"
        case AnnouncementSkipped():
            return f"{it.call} would hear now: {words(it.kind)}"
        case AnnouncementEnded():
            return f"{it.call} has heard {it.number}"
        case CallLifted():
            return f"{it.call} goes before all priorities"
        case MaxWaitReached():
            return f"{it.call} has waited as long as {short(it.queue)} keeps anybody"
        case CallOverflowed():
            return f"{it.call} overflows from {short(it.queue)}: {words(it.why)}, to {_target(it.target)}"
        case CallMoved():
            since = f", since {clock(it.arrived)}" if it.arrived != at else ""
            by = f", by {short(it.moved_by)}" if it.moved_by is not None else ""
            return f"{it.call} moves from {short(it.queue)} to {short(it.to)}{since}{by}"
        case PriorityChanged():
            priority = f"priority {it.priority}" if it.priority is not None else "no priority"
            return f"{it.call} has {priority}, by {short(it.by)}"
        case CallbackRefused():
            return f"{it.call} cannot be called back: {words(it.why)}"
        case CallbackPromised():
            return f"{it.call} will be called back at {it.number}"
        case CallbackDialled():
            return f"{it.call} is called for {short(it.agent)} on {it.channel}, attempt {it.attempt}"
        case CallbackAnswered():
            return f"{it.call} has picked up for {short(it.agent)}"
        case CallbackFailed():
            again = "given up" if it.again is None else f"again at {clock(it.again)}"
            return f"{it.call} is not reached ({words(it.how)}), {again}"
        case CallbackPostponed():
            again = "given up" if it.again is None else f"until {clock(it.again)}"
            return f"{it.call} cannot be called now ({words(it.cap)}), {again}"
        case CallbackDue():
            return f"{it.call} is due to be called back"
        case HoldStarted():
            return f"{short(it.agent)} holds {it.call}{' apart' * it.apart}"
        case HoldEnded():
            return f"{short(it.agent)} has held {it.call} for {_seconds(it.held)}"
        case CallTransferred():
            return f"{short(it.agent)} transfers {it.call} to {it.to}, {words(it.kind)}{', outside' * it.outside}"
        case TransferRefused():
            why = f" ({words(it.cap)})" if it.cap is not None else ""
            return f"{short(it.agent)} cannot transfer {it.call} to {it.to}{why}"
        case OutboundEnded():
            return f"{it.channel} is out no more"
        case CallRetrieved():
            return f"{short(it.agent)} fetches {it.call} on {it.device} with {it.channel} after {_seconds(it.waited)}"
        case RetrievalRefused():
            return f"{it.device} finds nobody in {short(it.queue)} with {it.channel}"
        case RecordingStarted():
            return f"{it.call} is recorded as {it.name}"
        case RecordingEnded():
            return f"recording {it.name} is complete"
        case NumberDialled():
            return f"{short(it.agent)} calls {it.number} from {it.device} with {it.channel}{', outside' * it.outside}"
        case MonitorStarted():
            how = f"{short(it.supervisor)} is to {it.mode}"
            return f"{how} on {it.call} and {short(it.agent)}, on {it.device} with {it.channel}"
        case MonitorPickedUp():
            return f"{short(it.supervisor)} has picked up: {it.mode} on {it.call} and {short(it.agent)}"
        case MonitorChanged():
            return f"{short(it.supervisor)} changes to {it.mode} on {it.call} and {short(it.agent)}"
        case MonitorEnded():
            return f"{short(it.supervisor)} hears {it.call} no more, after {_seconds(it.listened)}"
        case StatusChanged():
            return f"{short(it.agent)} is {words(it.status)} (by {words(it.source)})"
        case WrapUpStarted():
            mandatory = ", mandatory" if it.mandatory else ""
            return f"{short(it.agent)} wraps up {it.call} until {clock(it.until)}{mandatory}"
        case WrapUpEnded():
            return f"{short(it.agent)} has wrapped up: {words(it.why)}"
        case BackOffEnded():
            return f"{short(it.agent)} has backed off"
        case DeviceSwitched():
            return f"{it.device} is switched {'on' if it.on else 'off'}"
        case DeviceReachable():
            return f"{it.device} is {'registered' if it.reachable else 'not registered'}"
        case PhoneModelKnown():
            return f"{it.device} is a {it.model}"
        case DeviceEngaged():
            dialled = f", it has dialled {it.number}" if it.outgoing else ""
            return f"{it.device} has other call {it.channel}{dialled}"
        case OtherCallConnected():
            return f"other call {it.channel} of {it.device} is connected" + (f" with {it.number}" if it.number else "")
        case DeviceDisengaged():
            return f"{it.device} is done with other call {it.channel}"
        case ConfigurationChanged():
            return _configuration(it)
        case AsteriskOutOfSight():
            return "Asterisk is out of sight"
        case AsteriskInSight():
            return "Asterisk is in sight"
        case _:
            assert_never(it)


def _configuration(it: ConfigurationChanged) -> str:
    parts: list[tuple[str, Iterable[str]]] = [
        ("accounts", (account.id for account in it.accounts)),
        ("agents", (short(agent.id) for agent in it.agents)),
        ("phones", (device.id for device in it.devices)),
        ("queues", (short(queue.id) for queue in it.queues)),
        ("assignments", (f"{short(a.agent)} in {short(a.queue)}" for a in it.assignments)),
        ("gone", map(short, it.agents_gone)),
        ("gone", map(short, it.devices_gone)),
        ("gone", map(short, it.queues_gone)),
        ("gone", (f"{short(agent)} in {short(queue)}" for agent, queue in it.assignments_gone)),
    ]
    told = [(kind, _names(names)) for kind, names in parts]
    return "configuration: " + "; ".join(f"{kind} {names}" for kind, names in told if names)


def command(it: Command) -> str:
    """A command as an order."""
    match it:
        case HoldCaller():
            return f"hold {it.call} with the music of {short(it.queue)}"
        case Ring():
            alone = ", picked up by themselves" if it.auto_answer else ""
            return f"ring {_names(it.devices)} for {it.offer}, at most {_seconds(it.ring_time)}{alone}"
        case StopRinging():
            return f"stop {_names(it.devices)} for {it.offer}{' (answered elsewhere)' if it.elsewhere else ''}"
        case Connect():
            cut = "" if it.saying is None else f", cutting {it.saying}"
            keys = ", listening for keys" if it.keys else ""
            left = "" if it.leaving is None else f", which leaves {it.leaving}"
            return f"connect {it.call} with {it.device}{cut}{keys}{left}"
        case HangUpLeg():
            return f"hang up {it.device} of {it.offer}"
        case HangUpCall():
            return f"clear away the talk of {it.call}" if it.channel is None else f"hang up {it.call}"
        case TurnAway():
            return f"turn {it.call} away"
        case Say():
            return f"say {it.number} to {it.call}: {_words(it.words)}"
        case StopSaying():
            return f"stop saying {it.number} to {it.call}"
        case CallBack():
            return f"call {it.number} on {it.channel} for {it.device}, at most {_seconds(it.ring_time)}"
        case SendOn():
            return f"send {it.call} on to {it.number}{', outside' * it.outside}"
        case Dismiss():
            return f"dismiss {it.call}: {_words(it.words)}"
        case TellAgent():
            return f"tell {it.device} of {it.offer}: {_words(it.words)}"
        case HangUpPhone():
            return f"hang up {it.channel}{': ' if it.words else ''}{_words(it.words)}"
        case ShowStatus():
            return f"show {words(it.status)} on {_names(it.devices)}"
        case ConnectRetriever():
            cut = "" if it.saying is None else f", cutting {it.saying}"
            return f"connect {it.call} with {it.retriever}{cut}"
        case AnswerTransfer():
            return f"tell {it.device} of {it.offer} that the transfer is {'done' if it.granted else 'refused'}"
        case JoinConsulted():
            return f"join {it.call} with {it.consulted}"
        case StartRecording():
            return f"record {it.call} as {it.name}"
        case StopRecording():
            return f"stop recording {it.name}"
        case DialFrom():
            who = f"as {it.caller.name}, showing {it.shown.name or it.shown.number}"
            return f"call {it.number} from {it.device} with {it.channel}{', outside' * it.outside}, {who}"
        case RingMonitor():
            return f"ring {it.device} with {it.channel}, showing {it.shown.name}: {it.shown.number}"
        case ListenIn():
            return f"{it.mode} with {it.channel} on {it.retriever or f'{it.device} of {it.offer}'}"
        case StopListening():
            return f"stop listening with {it.channel}"
        case _:
            assert_never(it)
