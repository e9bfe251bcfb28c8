"""What applications play to channels: sound after sound, and what has to wait for their end. Pure."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from tests.double.exchange import AT_ONCE, Exchange
from tests.double.parts import Channel, Playback

SECONDS: Final = {
    "sound:acd/service-unavailable": 4.0,
    "sound:beep": 0.3,
}
"""How long those are whose length matters to a test."""

_ORDINARY: Final = timedelta(seconds=1.5)

MISSING: Final = "missing"
"""In the name of a sound that is not installed."""


def length(media: str) -> timedelta:
    """How long this is heard."""
    seconds = SECONDS.get(media)
    return _ORDINARY if seconds is None else timedelta(seconds=seconds)


def play(exchange: Exchange, channel: Channel, sound: Playback) -> None:
    """Now, or after what it hears already."""
    exchange.playbacks[sound.id] = sound
    order(exchange, channel, sound)


def order(exchange: Exchange, channel: Channel, what: Playback | Callable[[], None]) -> None:
    """Do this in its turn: a channel that hears a sound does nothing else before its end."""
    channel.orders.append(what)
    _pump(exchange, channel)


def stop(exchange: Exchange, channel: Channel, sound: Playback) -> None:
    """Cut it, or never begin it."""
    if channel.sound is sound:
        channel.sound = None
        exchange.finish(channel, sound, "done")
        _pump(exchange, channel)
    else:
        sound.cut = True


def _pump(exchange: Exchange, channel: Channel) -> None:
    while channel.orders and channel.sound is None:
        what = channel.orders.popleft()
        if isinstance(what, Playback):
            _begin(exchange, channel, what)
        else:
            what()


def _begin(exchange: Exchange, channel: Channel, sound: Playback) -> None:
    if sound.cut:
        exchange.finish(channel, sound, "done")
        return
    channel.sound = sound
    sound.state = "playing"
    exchange.applications.about_channels("PlaybackStarted", channel, {"playback": sound.json()})
    _play_part(exchange, channel, sound)


def _play_part(exchange: Exchange, channel: Channel, sound: Playback) -> None:
    media = sound.media[sound.at]

    def over() -> None:
        if channel.sound is sound:
            _part_over(exchange, channel, sound, heard=MISSING not in media)

    exchange.after(AT_ONCE if MISSING in media else length(media), over)


def _part_over(exchange: Exchange, channel: Channel, sound: Playback, *, heard: bool) -> None:
    if heard and sound.at + 1 < len(sound.media):
        sound.state = "continuing"
        exchange.applications.about_channels("PlaybackContinuing", channel, {"playback": sound.json()})
        sound.at += 1
        _play_part(exchange, channel, sound)
        return
    channel.sound = None
    exchange.finish(channel, sound, "done" if heard else "failed")
    _pump(exchange, channel)
