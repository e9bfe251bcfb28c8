"""What can be asked of Asterisk: ARI operations in order, and what it means when they fail.

Pure: operations are named by Asterisk's own names; `lanes` carries them out. All ids are our own, so an operation that
is repeated does no harm.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from acd.inputs import Event
from acd.model import Caller
from acd.outputs import Phrase, Sound, Word
from feature_codes.prompts import SPOKEN

NO_SUCH_CHANNEL: Final = 400
"""What addChannel answers where a channel has gone."""
NOT_FOUND: Final = 404
CONFLICT: Final = 409
WRONG_STATE: Final = 412
NOT_INSIDE: Final = 422
NOT_MADE: Final = 500
"""What snooping answers where the snoop channel is there already."""
CANNOT_TELL: Final = 500
"""What a question about a channel is answered where it cannot be."""

Value = str | int | tuple[str, ...] | Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One ARI request: `resource` and `name` as in the client, such as channels.hangup."""

    resource: str
    name: str
    arguments: Mapping[str, Value]
    harmless: frozenset[int] = frozenset()
    """Refusals which mean that the aim is reached already, or has become pointless."""
    mend: Mapping[int, tuple["Operation", ...]] = field(default_factory=dict[int, tuple["Operation", ...]])
    """Upon this refusal: carry these out first, then this one once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Operations that go in order; the first that fails ends it.

    Errands of one lane go one after the other, lanes side by side: one for each caller, one for each phone, so that a
    phone has let go of one call before it is rung for the next.
    """

    lane: str
    operations: tuple[Operation, ...]
    failed: Event | None = None
    """What a failure means to the engine. None: nothing, or what it means arrives as an event of its own."""
    done: Event | None = None
    """What it means to the engine that the last operation was carried out: the event that says so may get lost."""
    clean_up: tuple[Operation, ...] = ()
    """After a failure: takes back what an unanswered request may have done all the same."""
    makes: str | None = None
    """The channel that is there once this was done. Looked for where no answer came: it may have been done."""
    joins: tuple[str, ...] = ()
    """The channels that are in the bridge of the last operation once this was done. Looked for likewise."""
    ends: str | None = None
    """The channel that this ends: the lane goes on once it has really gone."""
    after: str | None = None
    """The lane whose errands come first: all those that were started before this one's turn."""

    @property
    def concerns(self) -> Iterator[str]:
        """Its lane, and the channels and bridges to which it does something."""
        yield self.lane
        for operation in (*self.operations, *self.clean_up):
            for name in ("channelId", "channel", "bridgeId"):
                match operation.arguments.get(name):
                    case str() as one:
                        yield one
                    case tuple() as several:
                        yield from several
                    case _:
                        pass


def on_channel(operation: str, channel: str, *, harmless: set[int] | None = None, **arguments: Value) -> Operation:
    """An operation on one channel."""
    return Operation(
        resource="channels",
        name=operation,
        arguments={"channelId": channel, **arguments},
        harmless=frozenset(harmless or ()),
    )


def on_bridge(
    operation: str,
    bridge: str,
    *,
    harmless: set[int] | None = None,
    mend: Mapping[int, tuple[Operation, ...]] | None = None,
    **arguments: Value,
) -> Operation:
    """An operation on one bridge."""
    return Operation(
        resource="bridges",
        name=operation,
        arguments={"bridgeId": bridge, **arguments},
        harmless=frozenset(harmless or ()),
        mend=mend or {},
    )


def stop_playback(playback: str) -> Operation:
    """Cut what is played; a channel that hears something cannot be moved before its end."""
    return Operation(
        resource="playbacks", name="stop", arguments={"playbackId": playback}, harmless=frozenset({NOT_FOUND})
    )


def into_context(channel: str, context: str, variables: Mapping[str, str]) -> tuple[Operation, ...]:
    """Give a channel to this context of the dial plan. One that has gone meanwhile needs nothing any more."""
    gone = {NOT_FOUND, CONFLICT}
    return (
        on_channel("setChannelVars", channel, variables=variables, harmless=gone),
        on_channel("continueInDialplan", channel, context=context, extension="s", priority=1, harmless=gone),
    )


# --- what is said


def media(words: tuple[Word, ...]) -> tuple[str, ...]:
    """These words as ARI plays them."""
    return tuple(f"number:{word}" if isinstance(word, int) else f"sound:{_sound(word)}" for word in words)


def files(words: tuple[Word, ...]) -> str:
    """These words as the dial plan's Playback() takes them: a number digit by digit."""
    return "&".join(
        "&".join(f"digits/{digit}" for digit in str(word)) if isinstance(word, int) else _sound(word) for word in words
    )


def _sound(word: Phrase | Sound) -> str:
    return word.name if isinstance(word, Sound) else SPOKEN[word].file


# --- who calls


def caller_id(caller: Caller) -> str:
    """`"name" <number>`, in which the caller's own text can end neither the quotes nor the number."""
    name = caller.name.replace('"', "'").replace("\\", "/")
    number = "".join(
        letter for letter in caller.number if letter.isascii() and (letter.isalnum() or letter in "+*#._-")
    )
    return f'"{name}" <{number}>'


def dialable(number: str) -> str:
    """What of this may stand in the dial plan's arguments: digits, `+`, `*` and `#`."""
    return "".join(letter for letter in number if letter in "0123456789+*#")
