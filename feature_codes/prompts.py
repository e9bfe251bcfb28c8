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
        case Refusal.UNKNOWN_STATUS | Refusal.NOT_IN_WRAP_UP | Refusal.WRAP_UP_MANDATORY:
            return Prompt.NOT_POSSIBLE
