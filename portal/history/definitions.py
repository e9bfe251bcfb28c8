"""What every figure means, once: the reports, their downloads and the pages take the words from here.

Whatever is counted is counted at the instant at which it happened, so hours add up to their day and days to the
whole. Days and hours are those of the account's time zone; the day on which clocks change has 23 or 25 of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Unit(StrEnum):
    """In what a figure is given."""

    CALLS = "calls"
    SECONDS = "seconds"
    SHARE = "share"
    """From 0 to 1."""
    INSTANT = "instant"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure, or a column that says what the figures beside it are of."""

    key: str
    name: str
    definition: str
    unit: Unit


def _figures(unit: Unit, *of: tuple[str, str, str]) -> dict[str, Figure]:
    return {key: Figure(key=key, name=name, definition=definition, unit=unit) for key, name, definition in of}


FIGURES: Final[Mapping[str, Figure]] = {
    **_figures(
        Unit.INSTANT,
        ("from", "From", "When the day or hour begins, in the account's time zone."),
        ("arrived", "Arrived", "From when the caller waited; of other calls, when they began."),
        ("ended", "Ended", "When the caller hung up."),
    ),
    **_figures(
        Unit.TEXT,
        ("queue", "Queue", "The number of the queue."),
        ("queue_name", "Queue name", "The queue's name, as it is now."),
        ("agent", "Agent", "The extension of the agent."),
        ("agent_name", "Agent name", "The agent's name, as it is now."),
        ("number", "Number", "The caller's number, as the network told it."),
        ("name", "Name", "The caller's name, as the network told it."),
        (
            "origin",
            "Origin",
            "Where the number was given out: Internal, Toll-free, Anonymous, a state of North America, or a country.",
        ),
    ),
    **_figures(
        Unit.CALLS,
        (
            "offered",
            "Offered",
            "Callers who began to wait in the queue. One who moves from one queue to another counts in both.",
        ),
        ("answered", "Answered", "Callers who were joined with an agent."),
        (
            "within_service_level",
            "Answered in time",
            "Those of them who had waited no longer than the queue's service level time, T.",
        ),
        ("abandoned", "Abandoned", "Callers who hung up before they were joined with an agent."),
        ("abandoned_late", "Abandoned after T", "Those of them who had waited longer than T."),
        ("short_abandons", "Short abandons", "Those of them who had waited less than 10 seconds."),
        ("overflowed", "Overflowed", "Callers who had waited, and whom the queue's rules or a key sent elsewhere."),
        (
            "lost",
            "Lost",
            "Callers who left the queue in another way: it closed, they could not be called back, or Asterisk failed.",
        ),
        ("refused", "Not let in", "Callers whom the queue did not let in. They are not among those offered."),
        ("handled", "Handled", "Queue callers with whom the agent was joined."),
        (
            "missed",
            "Missed",
            "Offers that rang at the agent and were not answered. In Ring all and Linear cascade none counts.",
        ),
        ("declined", "Declined", "Offers that the agent declined, or that found him busy."),
        ("unreached", "Not reached", "Offers that none of his phones could be reached for."),
        ("talks", "Talks", "Talks with queue callers that have ended. A transfer ends the agent's talk."),
        ("outbound", "Outbound", "Calls that his phones made to numbers outside, and to colleagues."),
        ("direct", "Direct", "Calls that were no queue's and that he answered."),
        ("inbound", "Inbound", "Queue callers with whom the agent was joined, and direct calls that he answered."),
        (
            "missed_calls",
            "Missed",
            "Queue calls and direct calls that rang at the agent and were not answered.",
        ),
    ),
    **_figures(
        Unit.SHARE,
        (
            "service_level",
            "Service level",
            "Answered in time / (answered + abandoned after T). Who gave up before T tells nothing. T is the queue's "
            "own; 60 seconds where nothing else is set.",
        ),
        ("abandoned_share", "Abandoned share", "Abandoned / (answered + abandoned)."),
        (
            "occupancy",
            "Occupancy",
            "(Talking + wrap-up) / (talking + wrap-up + ringing + idle): of the time in which the agent had queue "
            "calls or could have had one.",
        ),
    ),
    **_figures(
        Unit.SECONDS,
        ("average_wait_s", "Average speed of answer", "The mean wait of those answered, from their arrival."),
        ("longest_wait_s", "Longest wait", "Of those answered and those who abandoned."),
        ("average_abandoned_s", "Average wait abandoned", "The mean wait of those who abandoned."),
        ("longest_abandoned_s", "Longest wait abandoned", "Of those who abandoned."),
        ("talk_s", "Talk time", "Of talks that have ended, holds included."),
        ("average_talk_s", "Average talk time", "Talk time / talks."),
        ("hold_s", "Hold time", "The part of the talk time in which the caller was on hold."),
        ("wrap_up_s", "Wrap-up time", "Of wrap-ups that have ended."),
        ("average_handle_s", "Average handle time", "(Talk time + wrap-up time) / talks."),
        ("waited_s", "Waited", "From arrival until somebody had the call first, or until it ended."),
        ("talked_s", "Talked", "All talks of the call together, holds included."),
        (
            "talking_s",
            "Talking",
            "Time with queue callers, from picking up to the end of the talk. Of several things at once the "
            "first counts of: talking, wrap-up, other call, ringing.",
        ),
        ("in_wrap_up_s", "In wrap-up", "Time in wrap-up."),
        ("other_call_s", "Other calls", "Time with calls that are no queue's, from the first ring."),
        ("ringing_s", "Ringing", "Time in which a queue call rang at the agent."),
        ("idle_s", "Idle", "Time in which the agent took queue calls and had none."),
        ("away_s", "Away", "Time in Lunch, Break, Meeting, Other, Web and the account's own statuses, without a call."),
        ("offline_s", "Offline", "Time Offline, without a call."),
        ("status_s", "Time in status", "How long the agent had chosen this status, whatever he did meanwhile."),
    ),
}
"""By key."""

QUEUES: Final[tuple[str, ...]] = (
    *("from", "queue", "queue_name", "offered", "answered", "within_service_level", "service_level", "abandoned"),
    *("abandoned_late", "short_abandons", "abandoned_share", "overflowed", "lost", "refused", "average_wait_s"),
    *("longest_wait_s", "average_abandoned_s", "talks", "talk_s", "average_talk_s", "hold_s", "wrap_up_s"),
    "average_handle_s",
)
AGENTS: Final[tuple[str, ...]] = (
    *("from", "agent", "agent_name", "handled", "missed", "declined", "unreached", "talks", "talk_s", "average_talk_s"),
    *("hold_s", "wrap_up_s", "average_handle_s", "occupancy", "outbound", "direct"),
)
TIME: Final[tuple[str, ...]] = (
    *("from", "agent", "agent_name", "talking_s", "in_wrap_up_s", "other_call_s", "ringing_s", "idle_s", "away_s"),
    *("offline_s", "occupancy"),
)
"""A column for each status follows."""
ABANDONED: Final[tuple[str, ...]] = (
    *("from", "queue", "queue_name", "abandoned", "abandoned_late", "short_abandons", "abandoned_share"),
    *("average_abandoned_s", "longest_abandoned_s"),
)
ABANDONED_CALLS: Final[tuple[str, ...]] = (
    *("ended", "queue", "queue_name", "number", "name", "origin", "arrived", "waited_s"),
)
"""The columns of each report, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a call ended, or what it does now."""

    outcome: str
    name: str
    definition: str


OUTCOMES: Final = tuple(
    Outcome(outcome=outcome, name=name, definition=definition)
    for outcome, name, definition in (
        ("waiting", "Waiting", "The caller waits, or is to be called back."),
        ("talking", "Talking", "The call goes on."),
        ("answered", "Answered", "It was answered and has ended."),
        ("transferred", "Transferred", "It was answered, and the agent passed the caller on."),
        ("abandoned", "Abandoned", "The caller hung up before he was joined with an agent."),
        ("missed", "Missed", "It rang and was not answered there."),
        ("not_answered", "Not answered", "Who was called did not answer."),
        ("dialled", "Dialled", "It was dialled by a click; whether it was answered is not known."),
        ("overflowed", "Overflowed", "The queue did not keep the caller: he went elsewhere."),
        ("refused", "Not let in", "The queue did not let the caller in."),
        ("not_reached", "Not reached", "The caller was to be called back and could not be reached."),
        ("replaced", "Replaced", "Another call has taken its place: the caller called again, or was passed on."),
        ("queue_closed", "Queue closed", "The queue was taken out of service while the caller waited."),
        ("lost", "Lost", "It ended otherwise than we were told: Asterisk failed, or nothing was heard of it."),
    )
)
