"""An Asterisk 22.10.1, as its REST interface and its phones show it. Pure: it has no clock and no chance of its own.

    switch = Switch(now, after, people)
    session = switch.connect("acd", hear)          # a websocket; hear(event) must not act on the switch at once
    switch.request("GET", ("channels",), {}, reply)  # reply(status, body) is called once, now or later
    switch.register("1004-desk")
    line = switch.dial("1004-desk", "7001")        # the person at the phone: line.hangs_up(), line.presses("1"), ...

Whatever takes time goes through `after(delay, act)`, whatever happens to a person through `people(line)`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.double import dialplan, rest
from tests.double.applications import Session
from tests.double.exchange import AT_ONCE, After, Exchange
from tests.double.lines import At, Line
from tests.double.parts import Bridge, Channel, Json, Phone, Reply


class Switch:
    """One Asterisk and the phones around it."""

    def __init__(self, now: Callable[[], datetime], after: After, people: Callable[[Line], None]) -> None:
        self.exchange = Exchange(now, after, people)
        self.is_alive = True

    # --- for the engine

    def connect(
        self, application: str, hear: Callable[[Json], None], ended: Callable[[], None] = lambda: None
    ) -> Session:
        """A websocket; `ended` is called where Asterisk ends it. An earlier one of this application hears no more."""
        assert self.is_alive
        return self.exchange.applications.connect(application, hear, ended)

    def disconnect(self, session: Session) -> None:
        """The websocket has gone, whoever cut it: Asterisk knows at once."""
        self.exchange.applications.disconnect(session)

    def request(self, method: str, path: Sequence[str], given: Mapping[str, Any], reply: Reply) -> None:
        """`path`: below /ari, in parts; `given`: query and body in one. An Asterisk that is dead cannot be asked."""
        assert self.is_alive
        rest.answer(self.exchange, method, path, given, reply)

    # --- for the phones

    def register(self, device: str) -> bool:
        """A phone says where it is; false: Asterisk knows no such phone, or is not there."""
        phone = self.exchange.phones.get(device)
        if phone is None or not self.is_alive:
            return False
        if not phone.is_online:
            self.exchange.write_registration(phone, online=True)
            self._tell_peer(phone)
        return True

    def unregister(self, device: str) -> None:
        """It goes, or is not heard of for too long."""
        phone = self.exchange.phones.get(device)
        if phone is not None and phone.is_online and self.is_alive:
            self.exchange.write_registration(phone, online=False)
            self._tell_peer(phone)

    def _tell_peer(self, phone: Phone) -> None:
        status = "Reachable" if phone.is_online else "Unreachable"
        self.exchange.applications.of_phone("EndpointStateChange", phone)
        self.exchange.applications.of_phone("PeerStatusChange", phone, peer={"peer_status": status})

    def dial(self, device: str, number: str) -> Line | None:
        """This phone dials a number; None: Asterisk does not know the phone, or is not there."""
        if device not in self.exchange.phones or not self.is_alive:
            return None
        channel = self.exchange.phone_channel(device, "Ring", exten=number)
        channel.line = line = Line(self.exchange, channel, At.CALLING, number)

        self.exchange.after(AT_ONCE, lambda: dialplan.begin(self.exchange, channel, channel.context, number))
        return line

    # --- its life

    def die(self) -> None:
        """As a crash: every call and connection is gone; of the database all but what was written just before stays."""
        self.is_alive = False
        self.exchange.lose_unsaved()
        lost = [channel.line for channel in self.exchange.channels.values() if channel.line is not None]
        sessions = self.exchange.applications.forget()
        self.exchange.forget()
        for line in lost:
            line.was_lost()
        for session in sessions:
            session.is_open = False
            session.ended()

    def start(self) -> None:
        """Again, after it died: it knows its phones and their registrations."""
        self.exchange.started_at = self.exchange.now()
        self.is_alive = True

    # --- for whoever watches

    @property
    def channels(self) -> Mapping[str, Channel]:
        """All there are."""
        return self.exchange.channels

    @property
    def bridges(self) -> Mapping[str, Bridge]:
        """All there are."""
        return self.exchange.bridges

    def leftovers(self) -> list[str]:
        """What there is although nobody calls: channels, talks and sounds. Holding bridges stay for ever."""
        bridges = [bridge.id for bridge in self.exchange.bridges.values() if bridge.kind != "holding"]
        return sorted([*self.exchange.channels, *bridges, *self.exchange.playbacks, *self.exchange.recordings])
