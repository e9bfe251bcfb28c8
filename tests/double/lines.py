"""The far side: phones and the people who hold them. What a person does is a method; what happens to him is told. Pure.

The exchange's `people(line)` is called when a call reaches a phone, when it is answered from the other side, and when
that side has ended it. It may act on the line at once.
"""

from collections.abc import Callable
from enum import Enum, auto
from typing import Final

from tests.double.exchange import AT_ONCE, GIVEN_UP, Exchange
from tests.double.parts import Channel, Json, Transfer

CAUSE_OF_STATUS: Final = {404: 1, 480: 19, 486: 17, 487: 16, 600: 17, 603: 21}
"""Q.850 cause by SIP status, as Asterisk translates them; 16 for others."""


class At(Enum):
    """How far a call is, seen from its phone."""

    CALLING = auto()
    """Dialled here, not answered yet."""
    CALLED = auto()
    """Comes from the other side, not answered yet."""
    UP = auto()
    OVER = auto()


class Line:
    """One call of one phone, seen from the phone."""

    def __init__(self, exchange: Exchange, channel: Channel, at: At, other: str) -> None:
        self.id = f"sip-{channel.id}"
        self.device = channel.device
        self.other = other
        """The number of the other side, as it was dialled or shown."""
        self.at = at
        self.elsewhere = False
        """Whether it has ended because somebody else has answered."""
        self.cause = 0
        """With which it has ended, seen from Asterisk."""
        self._exchange, self._channel = exchange, channel

    @property
    def channel(self) -> str:
        """Asterisk's channel of this call."""
        return self._channel.id

    @property
    def is_up(self) -> bool:
        """Whether both can speak."""
        return self.at is At.UP

    @property
    def is_over(self) -> bool:
        """Whether one of them has hung up."""
        return self.at is At.OVER

    @property
    def caller(self) -> tuple[str, str]:
        """Number and name that the phone shows."""
        return self._channel.connected

    # --- what the person does

    def rings(self) -> None:
        """The phone tells that it rings (180)."""
        if self.at is At.CALLED:
            self._soon(self._rings)

    def answers(self) -> None:
        """Picks up (200)."""
        if self.at is At.CALLED:
            self.at = At.UP
            self._soon(self._picked_up)

    def refuses(self, status: int = 603) -> None:
        """486: busy, 603: declined, 480: does not want to ring."""
        if self.at is At.CALLED:
            self.at = At.OVER
            self._soon(lambda: self._exchange.hang_up(self._channel, CAUSE_OF_STATUS.get(status, 16), status))

    def hangs_up(self) -> None:
        """At any moment: BYE, CANCEL or 603."""
        if self.at is At.CALLED:
            self.refuses()
        elif self.at is At.UP:
            self.at = At.OVER
            self._soon(lambda: self._exchange.hang_up(self._channel, self._channel.cause, self._channel.sip_status))
        elif self.at is At.CALLING:
            self.at = At.OVER
            self._soon(lambda: self._exchange.hang_up(self._channel, GIVEN_UP, 487))

    def presses(self, key: str) -> None:
        """One key, in a call that is up. In a talk nobody listens for it unless the bridge was made to."""
        if self.at is At.UP:
            self._soon(lambda: self._pressed(key))

    def holds(self) -> None:
        """Puts the other side on hold."""
        self._tell_if_up("ChannelHold", musicclass="default")

    def resumes(self) -> None:
        """Takes the other side off hold."""
        self._tell_if_up("ChannelUnhold")

    def transfers(self, number: str) -> None:
        """Blind: the other party shall be connected with this number."""
        if self.at is At.UP:
            self._soon(lambda: self._referred(Transfer(number=number)))

    def transfers_to(self, second: "Line") -> None:
        """Attended: the other parties of this and of the second call shall be connected."""
        if self.at is At.UP and second.at is At.UP:
            number = second.other
            self._soon(lambda: self._referred(Transfer(number=number, second=second._channel)))

    # --- what happens to him

    def was_called(self) -> None:
        """An INVITE has reached the phone."""
        self._exchange.people(self)

    def was_answered(self) -> None:
        """The other side has picked up."""
        if self.at is At.CALLING:
            self.at = At.UP
            self._exchange.after(AT_ONCE, lambda: self._exchange.people(self))

    def was_ended(self, cause: int) -> None:
        """By the other side; told to a person who has not hung up himself."""
        self.cause, self.elsewhere = cause, cause == 26
        if self.at is not At.OVER:
            self.at = At.OVER
            self._exchange.after(AT_ONCE, lambda: self._exchange.people(self))

    def was_lost(self) -> None:
        """Asterisk has died, and the person hears nothing any more."""
        if self.at is not At.OVER:
            self.at = At.OVER
            self._exchange.people(self)

    # --- on the wire

    def _soon(self, act: Callable[[], None]) -> None:
        def unless_gone() -> None:
            if not self._channel.ending:
                act()

        self._exchange.after(AT_ONCE, unless_gone)

    def _rings(self) -> None:
        self._exchange.set_state(self._channel, "Ringing")
        if self._channel.dialled_by is not None:
            self._channel.dialled_by("RINGING")

    def _picked_up(self) -> None:
        self._exchange.set_state(self._channel, "Up")
        if self._channel.dialled_by is not None:
            self._channel.dialled_by("ANSWER")

    def _pressed(self, key: str) -> None:
        bridge = self._channel.bridge
        is_heard = bridge is None or bridge.kind == "holding" or bridge.hears_keys or bridge.recording is not None
        if is_heard:
            self._exchange.applications.of_channel("ChannelDtmfReceived", self._channel, digit=key, duration_ms=160)

    def _tell_if_up(self, type_: str, **fields: str) -> None:
        if self.at is At.UP:
            self._soon(lambda: self._exchange.applications.of_channel(type_, self._channel, **fields))

    def _referred(self, transfer: Transfer) -> None:
        self._channel.transfer = transfer
        tell_transfer(self._exchange, self._channel)


def tell_transfer(exchange: Exchange, channel: Channel, **state: str) -> None:
    """A phone's wish to pass its caller on; with a `state`, the echo of an answer to it."""
    transfer = channel.transfer
    assert transfer is not None
    refer_to: Json = {"requested_destination": {"destination": transfer.number}}
    if transfer.second is not None:
        refer_to["destination_channel"] = transfer.second.json()
        refer_to |= _company(transfer.second)
    fields: Json = {
        "refer_to": refer_to,
        "referred_by": {"source_channel": channel.json(), **_company(channel)},
        **state,
    }
    exchange.applications.about_channels("ChannelTransfer", channel, fields)


def _company(channel: Channel) -> Json:
    """With whom a channel talks, and where."""
    bridge = channel.bridge
    if bridge is None:
        return {}
    others = [each for each in bridge.channels if each is not channel]
    found: Json = {"bridge": bridge.json()}
    return found if bridge.kind == "holding" or not others else {"connected_channel": others[0].json(), **found}


def call(exchange: Exchange, channel: Channel) -> None:
    """Send an INVITE to the phone of this channel."""
    line = channel.line = Line(exchange, channel, At.CALLED, channel.connected[0])

    def reached() -> None:
        phone = exchange.phones.get(channel.device)
        if not channel.ending and phone is not None and phone.is_reachable:
            line.was_called()

    exchange.after(AT_ONCE, reached)
