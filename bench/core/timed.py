"""An engine whose steps are timed, and what kind of step each was: by the input, and by what came of it.

A step is what the live engine does for one message: `handle` or `advance`, and the question for the next deadline.
"""

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from time import perf_counter_ns
from typing import Final

from acd.engine import Engine
from acd.inputs import (
    AnnouncementOver,
    CallArrived,
    CallConnected,
    CallerHungUp,
    DeviceRegistered,
    DeviceUnregistered,
    Event,
    Hold,
    LegAnswered,
    LegEnded,
    MoveCall,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    Request,
    Resume,
    SetPriority,
    SetStatus,
)
from acd.model import ONLINE
from acd.outputs import (
    AnnouncementStarted,
    BackOffEnded,
    CascadeWidened,
    OfferEnded,
    OfferMade,
    Outcome,
    TalkEnded,
    WrapUpEnded,
)

Times = dict[str, "array[int]"]
"""Nanoseconds of each step, by its kind."""

_BY_INPUT: Final[Mapping[type[Event | Request], str]] = {
    LegAnswered: "an agent answers",
    CallConnected: "a talk begins",
    AnnouncementOver: "an announcement is over",
    DeviceRegistered: "a phone comes back",
    DeviceUnregistered: "a phone is lost",
    OtherCallStarted: "another call begins",
    OtherCallAnswered: "another call is answered",
    OtherCallEnded: "another call ends",
    Hold: "a caller is held",
    Resume: "a caller is held no more",
    MoveCall: "a caller is moved",
    SetPriority: "a caller is served first",
}
_BY_DEADLINE: Final = {
    WrapUpEnded: "a wrap-up ends",
    OfferEnded: "nobody has answered",
    AnnouncementStarted: "an announcement is due",
    BackOffEnded: "a back-off ends",
    CascadeWidened: "a cascade goes on",
}

UNTIMED: Final = frozenset({"stale", "another deadline"})
"""What fits nothing any more costs nothing, and the rest is rare."""


class TimedEngine(Engine):
    """Times itself while `times` is set."""

    times: Times | None = None

    def handle(self, what: Event | Request, now: datetime) -> Outcome:
        """As the engine does."""
        began = perf_counter_ns()
        outcome = super().handle(what, now)
        _ = self.deadline
        took = perf_counter_ns() - began
        if self.times is not None:
            self.times[kind_of_input(what, outcome)].append(took)
        return outcome

    def advance(self, now: datetime) -> Outcome:
        """As the engine does."""
        began = perf_counter_ns()
        outcome = super().advance(now)
        _ = self.deadline
        took = perf_counter_ns() - began
        if self.times is not None:
            self.times[kind_of_deadline(outcome)].append(took)
        return outcome


def no_times() -> Times:
    """To be filled."""
    return defaultdict(lambda: array("Q"))


def kind_of_input(what: Event | Request, outcome: Outcome) -> str:
    """Told apart where the same input does more or less."""
    if outcome.stale or outcome.refusal is not None:
        return "stale"
    match what:
        case CallArrived():
            return "a caller comes, a phone rings" if _has(outcome, OfferMade) else "a caller comes and waits"
        case CallerHungUp():
            return "a talk ends" if _has(outcome, TalkEnded) else "a caller gives up"
        case LegEnded():
            return "a talk ends" if _has(outcome, TalkEnded) else "a phone refuses"
        case SetStatus():
            return "an agent comes" if what.status == ONLINE else "an agent goes"
        case _:
            return _BY_INPUT[type(what)]


def kind_of_deadline(outcome: Outcome) -> str:
    """By what lapsed first."""
    first = type(outcome.facts[0].fact) if outcome.facts else None
    return next((kind for lapsed, kind in _BY_DEADLINE.items() if lapsed is first), "another deadline")


def _has(outcome: Outcome, kind: type) -> bool:
    return any(isinstance(recorded.fact, kind) for recorded in outcome.facts)


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least this part of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(ceil(len(ordered) * part), 1) - 1]
