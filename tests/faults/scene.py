"""The double, with eyes: what callers and agents experience of it is told to whoever watches.

Nothing here knows the engine. A leg is a channel named `<call>~<n>~<device>`, a caller's channel has no such sign.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from tests.double.exchange import After, Exchange
from tests.double.lines import Line
from tests.double.parts import Bridge, Channel, Playback
from tests.double.switch import Switch


class Eyes(Protocol):
    """Who watches."""

    def met(self, bridge: Bridge, channel: Channel) -> None:
        """This channel has come into this bridge."""
        ...

    def heard(self, channel: Channel, media: tuple[str, ...], state: str) -> None:
        """These sounds are over."""
        ...

    def came(self, channel: Channel, arguments: list[str]) -> None:
        """A channel is in the hands of the application."""
        ...

    def left(self, channel: Channel) -> None:
        """Not any more."""
        ...


class _Exchange(Exchange):
    """Tells what it does."""

    def __init__(self, now: Callable[[], datetime], after: After, people: Callable[[Line], None], eyes: Eyes) -> None:
        super().__init__(now, after, people)
        self._eyes = eyes

    def enter(self, bridge: Bridge, channel: Channel) -> None:
        super().enter(bridge, channel)
        self._eyes.met(bridge, channel)

    def finish(self, channel: Channel, sound: Playback, state: str) -> None:
        super().finish(channel, sound, state)
        self._eyes.heard(channel, sound.media, state)

    def enter_stasis(self, channel: Channel, application: str, arguments: list[str]) -> None:
        super().enter_stasis(channel, application, arguments)
        self._eyes.came(channel, arguments)

    def leave_stasis(self, channel: Channel) -> None:
        was_in = channel.stasis is not None
        super().leave_stasis(channel)
        if was_in:
            self._eyes.left(channel)


class Scene(Switch):
    """One Asterisk, its phones, and who watches them (`tests.faults.wire.Asterisk`)."""

    def __init__(self, now: Callable[[], datetime], after: After, people: Callable[[Line], None], eyes: Eyes) -> None:
        super().__init__(now, after, people)
        self.exchange = _Exchange(now, after, people, eyes)

    @property
    def is_running(self) -> bool:
        """Whether it takes connections."""
        return self.is_alive
