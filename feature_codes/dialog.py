"""What a star code is made of: a generator that says prompts and asks the engine, one step at a time.

Whoever runs it sends back the answer to each `Ask`, None when granted, else the refusal, and to each `Look` the report.
It knows no telephony.
"""

from collections.abc import Generator
from dataclasses import dataclass

from acd.inputs import Refusal, Request
from acd.model import DeviceId
from acd.ports import AgentReport
from feature_codes.prompts import Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Speak this, numbers as numbers, and go on once it has been heard."""

    words: tuple[Prompt | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Have the engine decide this, and go on once the decision is stored."""

    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """See how the agent stands whose phone this is."""

    device: DeviceId


Step = Say | Ask | Look
Answer = Refusal | AgentReport | None

Dialog = Generator[Step, Answer, None]
"""A conversation with the phone that dialled the code; it ends when the generator does."""


def say(*words: Prompt | int) -> Dialog:
    """Speak these, one after the other."""
    yield Say(words=words)


def ask(request: Request) -> Generator[Step, Answer, Refusal | None]:
    """Ask the engine; gives the refusal, or None when it was granted."""
    answer = yield Ask(request=request)
    return answer if isinstance(answer, Refusal) else None


def look(device: DeviceId) -> Generator[Step, Answer, AgentReport | None]:
    """How the agent stands; None: the phone is no agent's."""
    answer = yield Look(device=device)
    return answer if isinstance(answer, AgentReport) else None
