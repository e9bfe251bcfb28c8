"""What a star code is made of: a generator that says prompts and asks the engine, one step at a time.

Whoever runs it sends back the answer to each `Ask`: None when granted, else the refusal. It knows no telephony.
"""

from collections.abc import Generator
from dataclasses import dataclass

from acd.inputs import Refusal, Request
from feature_codes.prompts import Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Speak this, and go on once it has been heard."""

    prompt: Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Have the engine decide this, and go on once the decision is stored."""

    request: Request


Step = Say | Ask

Dialog = Generator[Step, Refusal | None, None]
"""A conversation with the phone that dialled the code; it ends when the generator does."""


def say(prompt: Prompt) -> Dialog:
    """Speak one prompt."""
    yield Say(prompt=prompt)


def ask(request: Request) -> Generator[Step, Refusal | None, Refusal | None]:
    """Ask the engine; gives the refusal, or None when it was granted."""
    return (yield Ask(request=request))
