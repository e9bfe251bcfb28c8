"""Everything a star code can say: the words, the sound file that speaks them, and what is played where it is missing.

The one source of these texts. The sound files are made from them, so a new prompt is an entry here and nothing else.
"""

from enum import Enum

from acd.inputs import Refusal


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
    NOT_POSSIBLE = (
        "acd/not-possible",
        "This is not possible at the moment. Nothing was changed.",
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
            return Prompt.NOT_POSSIBLE
