"""How facts, commands and refusals read in a transcript. Never decides anything, and hides little."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import assert_never

from acd.outputs import (
    AsteriskInSight,
    AsteriskOutOfSight,
    BackOffEnded,
    CallAnswered,
    CallEnded,
    CallQueued,
    CallRefused,
    CallRequeued,
    CascadeWidened,
    Command,
    ConfigurationChanged,
    Connect,
    DeviceDisengaged,
    DeviceEngaged,
    DeviceReachable,
    DeviceSwitched,
    Fact,
    HangUpCall,
    HangUpLeg,
    HoldCaller,
    LegStopped,
    OfferEnded,
    OfferMade,
    Outcome,
    Ring,
    StatusChanged,
    StopRinging,
    TalkEnded,
    TalkStarted,
    TurnAway,
    WrapUpEnded,
    WrapUpStarted,
)
from tests.scenarios.language import MORNING


def transcript(outcome: Outcome, *, timed: bool) -> list[str]:
    """The lines of one step. `timed` puts the story's clock before each fact, where a line covers a stretch of time."""
    facts = [f". {clock(it.at) + ' ' if timed else ''}{fact(it.fact, it.at)}" for it in outcome.facts]
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
            return f"{it.offer} rings {short(it.agent)} on {_names(it.devices)} {end}{again}"
        case CascadeWidened():
            again = f", round {it.round}" if it.round > 1 else ""
            return f"{it.call}'s cascade comes to {short(it.agent)}, order {it.order}, until {clock(it.until)}{again}"
        case LegStopped():
            return f"{it.offer} rings no more on {it.device}: {words(it.why)}"
        case OfferEnded():
            back_off = f", back-off until {clock(it.back_off_until)}" if it.back_off_until is not None else ""
            why = f" ({words(it.why)})" if it.why.value != it.outcome.value else ""
            return f"{it.offer} ends for {short(it.agent)}: {words(it.outcome)}{why}{back_off}"
        case CallAnswered():
            return f"{short(it.agent)} answers {it.call} on {it.device} after {_seconds(it.waited)}"
        case TalkStarted():
            return f"{it.call} and {short(it.agent)} talk"
        case TalkEnded():
            return f"{it.call} and {short(it.agent)} part after {_seconds(it.talked)}, by {words(it.by)}"
        case CallRequeued():
            return f"{it.call} waits again in {short(it.queue)}"
        case CallEnded():
            return f"{it.call} leaves {short(it.queue)}: {words(it.outcome)}, waited {_seconds(it.waited)}"
        case CallRefused():
            return f"{it.call} is refused: no queue {it.number}"
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
        case DeviceEngaged():
            return f"{it.device} has other call {it.channel}"
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
            return f"ring {_names(it.devices)} for {it.offer}, at most {_seconds(it.ring_time)}"
        case StopRinging():
            return f"stop {_names(it.devices)} for {it.offer}{' (answered elsewhere)' if it.elsewhere else ''}"
        case Connect():
            return f"connect {it.call} with {it.device}"
        case HangUpLeg():
            return f"hang up {it.device} of {it.offer}"
        case HangUpCall():
            return f"hang up {it.call}"
        case TurnAway():
            return f"turn {it.call} away"
        case _:
            assert_never(it)
