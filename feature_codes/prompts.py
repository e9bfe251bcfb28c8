"""Everything we say ourselves: the words, the sound file that speaks them, and what is played where it is missing.

The one source of these texts. The sound files are made from them, so a new prompt is an entry here and nothing else.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final

from acd.inputs import Refusal
from acd.model import BREAK, LUNCH, MEETING, OFFLINE, ONLINE, OTHER, SINGLE_CALL, WEB, Status
from acd.outputs import Phrase


class Prompt(Enum):
    """A spoken sentence: `file` is a sound below Asterisk's sounds directory, without language and suffix."""

    AVAILABLE = (
        "acd/available",
        "You are now available for calls from your queues.",
        ("agent-loginok",),
    )
    AVAILABLE_FOR_ONE_CALL = (
        "acd/available-for-one-call",
        "You are now available for one call.",
        ("agent-loginok", "for", "digits/1"),
    )
    UNAVAILABLE = (
        "acd/unavailable",
        "You are now unavailable. You will get no more calls from your queues.",
        ("agent-loggedoff",),
    )
    WRAP_UP_ENDED = (
        "acd/wrap-up-ended",
        "Your wrap-up time has ended. You are available again.",
        ("agent-loginok",),
    )
    AT_LUNCH = (
        "acd/at-lunch",
        "You are now at lunch. You will get no calls from your queues.",
        ("do-not-disturb", "activated"),
    )
    ON_BREAK = (
        "acd/on-break",
        "You are now on a break. You will get no calls from your queues.",
        ("do-not-disturb", "activated"),
    )
    IN_A_MEETING = (
        "acd/in-a-meeting",
        "You are now in a meeting. You will get no calls from your queues.",
        ("do-not-disturb", "activated"),
    )
    AWAY = (
        "acd/away",
        "You are now away. You will get no calls from your queues.",
        ("do-not-disturb", "activated"),
    )
    AWAY_BY_NUMBER = (
        "acd/away-by-number",
        "You are now away. You will get no calls from your queues. Your status is number",
        ("do-not-disturb", "activated"),
    )
    """A number follows."""
    ON_THE_WEB = (
        "acd/on-the-web",
        "You are now busy with web requests. You will get no calls from your queues.",
        ("do-not-disturb", "activated"),
    )
    NOT_AN_AGENT = (
        "acd/not-an-agent",
        "This phone does not belong to an agent of any queue. Nothing was changed.",
        ("feature-not-avail-line",),
    )
    NOT_STORED = (
        "acd/not-stored",
        "Your change could not be stored. Please try again.",
        ("im-sorry", "please-try-again"),
    )
    NOT_IN_WRAP_UP = (
        "acd/not-in-wrap-up",
        "No wrap-up time is running on you. Nothing was changed.",
        ("im-sorry",),
    )
    WRAP_UP_MANDATORY = (
        "acd/wrap-up-mandatory",
        "This wrap-up time cannot be ended early. It ends by itself.",
        ("im-sorry",),
    )
    NO_SUCH_STATUS = (
        "acd/no-such-status",
        "There is no status of this number. Nothing was changed.",
        ("im-sorry",),
    )
    UNKNOWN_CODE = (
        "acd/unknown-code",
        "This star code is not known. Please check it and dial again.",
        ("pbx-invalid",),
    )
    SERVICE_UNAVAILABLE = (
        "acd/service-unavailable",
        "This service is not available at the moment. Please try again later.",
        ("please-try-call-later",),
    )
    """Spoken by the dial plan itself, when there is nobody to carry out a star code."""

    # --- how an agent stands; a number follows
    QUEUES = ("acd/queues", "Number of your queues:", ("beep",))
    CALLERS_WAITING = ("acd/callers-waiting", "Callers waiting:", ("queue-callswaiting",))
    WRAP_UP_LEFT = ("acd/wrap-up-left", "Wrap-up time left:", ("beep",))

    # --- to callers
    YOU_ARE_NEXT = (
        "acd/you-are-next",
        "You are the next caller. An agent will be with you soon.",
        ("queue-youarenext",),
    )
    YOU_ARE_CALLER_NUMBER = ("acd/you-are-caller-number", "You are now caller number", ("queue-thereare",))
    EXPECTED_WAIT_UNDER_A_MINUTE = (
        "acd/expected-wait-under-a-minute",
        "Your wait will probably be less than a minute.",
        ("queue-less-than", "digits/1", "queue-minutes"),
    )
    EXPECTED_WAIT_ABOUT = ("acd/expected-wait-about", "Your wait will probably be about", ("queue-holdtime",))
    EXPECTED_WAIT_OVER = ("acd/expected-wait-over", "Your wait will probably be more than", ("queue-holdtime",))
    ONE_MINUTE = ("acd/one-minute", "one minute.", ("digits/1", "minute"))
    MINUTES = ("acd/minutes", "minutes.", ("queue-minutes",))
    SECONDS = ("acd/seconds", "seconds.", ("queue-seconds",))
    WE_CALL_BACK = (
        "acd/we-call-back",
        "Thank you. You keep your place, and we will call you back. Please hang up now.",
        ("queue-thankyou", "vm-goodbye"),
    )
    NO_SUCH_NUMBER = (
        "acd/no-such-number",
        "We do not see your number, so we cannot call you back. Please stay on the line.",
        ("im-sorry",),
    )
    NUMBER_NOT_ALLOWED = (
        "acd/number-not-allowed",
        "We cannot call your number back. Please stay on the line.",
        ("im-sorry",),
    )
    NOBODY_AVAILABLE = (
        "acd/nobody-available",
        "Nobody is available to take your call. Please try again later. Goodbye.",
        ("vm-nobodyavail", "please-try-call-later", "vm-goodbye"),
    )
    """Spoken by the dial plan too, where a caller was sent on and nobody answered."""
    TRANSFER_FAILED = (
        "acd/transfer-failed",
        "Your call could not be passed on. Please call again. Goodbye.",
        ("im-sorry", "vm-goodbye"),
    )

    # --- to agents
    WAITED = ("acd/waited", "has waited", ("queue-reporthold",))
    PRESS_ONE = ("acd/press-one", "To take this call, press 1.", ("vm-press", "digits/1"))
    NOBODY_PARKED = ("acd/nobody-parked", "Nobody is waiting here.", ("vm-nobodyavail",))

    def __init__(self, file: str, text: str, fallback: tuple[str, ...]) -> None:
        self.file = file
        self.text = text
        self.fallback = fallback
        """Core sounds of Asterisk that come nearest, played one after the other."""


def wording(refusal: Refusal) -> Prompt:
    """How a refusal is said to the person at the phone."""
    match refusal:
        case Refusal.NOT_AN_AGENT | Refusal.UNKNOWN_AGENT | Refusal.UNKNOWN_DEVICE:
            return Prompt.NOT_AN_AGENT
        case Refusal.NOT_STORED:
            return Prompt.NOT_STORED
        case Refusal.NOT_IN_WRAP_UP:
            return Prompt.NOT_IN_WRAP_UP
        case Refusal.WRAP_UP_MANDATORY:
            return Prompt.WRAP_UP_MANDATORY
        case Refusal.UNKNOWN_STATUS:
            return Prompt.NO_SUCH_STATUS
        case _:  # of what no star code asks
            return Prompt.NOT_STORED


SPOKEN: Final[Mapping[Phrase, Prompt]] = {phrase: Prompt[phrase.name] for phrase in Phrase}
"""What the engine's phrases are in words."""

_STANDING: Final[Mapping[Status, Prompt]] = {
    ONLINE: Prompt.AVAILABLE,
    SINGLE_CALL: Prompt.AVAILABLE_FOR_ONE_CALL,
    OFFLINE: Prompt.UNAVAILABLE,
    LUNCH: Prompt.AT_LUNCH,
    BREAK: Prompt.ON_BREAK,
    MEETING: Prompt.IN_A_MEETING,
    OTHER: Prompt.AWAY,
    WEB: Prompt.ON_THE_WEB,
}


def standing(status: Status | None, away_number: int | None = None) -> tuple[Prompt | int, ...]:
    """How a status is said to the agent who has it: ours in words, an account's own by its number where it has one."""
    spoken = _STANDING.get(status) if status is not None else None
    if spoken is not None:
        return (spoken,)
    return (Prompt.AWAY,) if away_number is None else (Prompt.AWAY_BY_NUMBER, away_number)
