"""What channels and bridges do, whoever causes it: they come, change, meet, part and end, and each is told of. Pure.

Whatever takes time goes through `after`; a timer of an Asterisk that has died does nothing.
"""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tests.double.applications import Applications
from tests.double.parts import Bridge, Channel, Json, Phone, Playback, Recording

AT_ONCE: Final = timedelta(milliseconds=1)
"""Until a thread of Asterisk, or a phone on the same network, does what it has been asked."""

SAVED_AFTER: Final = timedelta(seconds=1)
"""Asterisk writes its own database so often; a crash loses what is younger."""

CAUSES: Final = {
    0: "Unknown",
    1: "Unallocated (unassigned) number",
    3: "No route to destination",
    16: "Normal Clearing",
    17: "User busy",
    18: "No user responding",
    19: "User alerting, no answer",
    20: "Subscriber absent",
    21: "Call Rejected",
    127: "Interworking, unspecified",
    34: "Circuit/channel congestion",
    26: "Answered elsewhere",
}

if TYPE_CHECKING:
    from tests.double.lines import Line

GIVEN_UP: Final = 127
"""The cause where a caller hangs up before he is answered."""

After = Callable[[timedelta, Callable[[], None]], object]


class Exchange:
    """Channels, bridges and phones of one Asterisk."""

    def __init__(self, now: Callable[[], datetime], after: After, people: "Callable[[Line], None]") -> None:
        self.now = now
        self.people = people
        self.started_at = now()
        self._after = after
        self._life = 0
        self._numbers = 0
        self.applications = Applications(now)
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.playbacks: dict[str, Playback] = {}
        self.recordings: dict[str, Recording] = {}
        self.phones: dict[str, Phone] = {}
        self.device_states: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.objects: dict[tuple[str, str], dict[str, str]] = {}
        """What is kept in Asterisk's own database, by kind and name."""
        self._unsaved: deque[tuple[datetime, Callable[[], None]]] = deque()

    def after(self, delay: timedelta, act: Callable[[], None]) -> None:
        """Do this later, unless Asterisk dies before."""
        life = self._life
        self._after(delay, lambda: act() if self._life == life else None)

    def forget(self) -> None:
        """As a crash: every call is gone, and nobody is told."""
        self._life += 1
        for channel in self.channels.values():
            channel.gone = channel.ending = True
            if channel.walk is not None:
                channel.walk.close()
        self.channels.clear()
        self.bridges.clear()
        self.playbacks.clear()
        self.recordings.clear()
        self.variables.clear()
        for phone in self.phones.values():
            phone.channels.clear()

    # --- what is kept in its database

    def unless_lost(self, undo: Callable[[], None]) -> None:
        """What was just written can be taken back so: a crash does, until it is saved."""
        now = self.now()
        while self._unsaved and self._unsaved[0][0] + SAVED_AFTER <= now:
            self._unsaved.popleft()
        self._unsaved.append((now, undo))

    def lose_unsaved(self) -> None:
        """Whatever was written too short a time before a crash."""
        now = self.now()
        while self._unsaved:
            written, undo = self._unsaved.pop()
            if written + SAVED_AFTER > now:
                undo()

    def write_state(self, name: str, state: str | None) -> None:
        """A device state of an application; None: none any more."""
        before = self.device_states.get(name)
        self._put_state(name, state)
        self.unless_lost(lambda: self._put_state(name, before))

    def _put_state(self, name: str, state: str | None) -> None:
        if state is None:
            self.device_states.pop(name, None)
        else:
            self.device_states[name] = state

    def write_registration(self, phone: Phone, *, online: bool) -> None:
        """Where a phone is, or that it is not there any more."""
        before, phone.is_online = phone.is_online, online

        def undo() -> None:
            phone.is_online = before

        self.unless_lost(undo)

    def write_object(self, key: tuple[str, str], fields: dict[str, str]) -> None:
        """An endpoint is a phone that may register."""
        before = self.objects.get(key)
        self._put_object(key, fields)
        self.unless_lost(lambda: self._put_object(key, before))

    def delete_object(self, key: tuple[str, str]) -> None:
        """A phone that is not known any more can neither be called nor call."""
        before = self.objects[key]
        self._put_object(key, None)
        self.unless_lost(lambda: self._put_object(key, before))

    def _put_object(self, key: tuple[str, str], fields: dict[str, str] | None) -> None:
        kind, name = key
        if fields is None:
            self.objects.pop(key, None)
        else:
            self.objects[key] = fields
        if kind == "endpoint" and fields is None:
            self.phones.pop(name, None)
        elif kind == "endpoint":
            self.phones.setdefault(name, Phone(device=name))

    # --- channels

    def unique_id(self) -> str:
        """The name of a channel that nobody has named."""
        self._numbers += 1
        return f"acd-{int(self.now().timestamp())}.{self._numbers - 1}"

    def phone_channel(self, device: str, state: str, name: str | None = None, *, exten: str = "s") -> Channel:
        """A new channel to or from this phone."""
        endpoint = self.objects.get(("endpoint", device), {})
        channel = Channel(
            id=name or self.unique_id(),
            name=f"PJSIP/{device}-{self._numbers:08x}",
            state=state,
            made_at=self.now(),
            device=device,
            caller=read_caller(endpoint.get("callerid", "")),
            account=endpoint.get("tenantid", ""),
            context=endpoint.get("context", "acd-phones"),
            exten=exten,
        )
        if name is not None:
            self._numbers += 1
        self.phones[device].channels.append(channel)
        self.channels[channel.id] = channel
        self.applications.of_channel("ChannelCreated", channel)
        self.applications.of_phone("EndpointStateChange", self.phones[device])
        return channel

    def local_halves(self, name: str, other: str, context: str) -> tuple[Channel, Channel]:
        """A new Local channel: two halves, of which the second goes into the dial plan."""
        near, far = (
            Channel(
                id=each,
                name=f"Local/s@{context}-{self._numbers:08x};{half}",
                state="Down" if half == 1 else "Ring",
                made_at=self.now(),
                context=context,
            )
            for half, each in ((1, name), (2, other))
        )
        self._numbers += 1
        near.other_half, far.other_half = far, near
        self.channels[near.id], self.channels[far.id] = near, far
        return near, far

    def ear(self, channel: Channel, name: str) -> Channel:
        """A new channel that hears this one."""
        ear = Channel(
            id=name,
            name=f"Snoop/{channel.id}-{self._numbers:08x}",
            state="Up",
            made_at=self.now(),
            context="default",
        )
        self._numbers += 1
        self.channels[ear.id] = ear
        channel.ears.append(ear)
        return ear

    def set_state(self, channel: Channel, state: str) -> None:
        """Ringing, or Up."""
        if channel.state != state and not channel.gone:
            channel.state = state
            self.applications.of_channel("ChannelStateChange", channel)

    def answer(self, channel: Channel) -> None:
        """Asterisk picks up a call that has come to it."""
        if channel.state == "Up":
            return
        self.set_state(channel, "Up")
        if channel.line is not None:
            channel.line.was_answered()
        half = channel.other_half
        if half is not None and half.dialled_by is not None:
            self.set_state(half, "Up")
            half.dialled_by("ANSWER")

    # --- in the hands of an application

    def enter_stasis(self, channel: Channel, application: str, arguments: list[str]) -> None:
        """The application hears of it from now on."""
        channel.stasis = application
        channel.app_name, channel.app_data = "Stasis", ",".join((application, *arguments))
        self.applications.takes(application, channel)
        self.applications.to_one(application, "StasisStart", args=arguments, channel=channel.json())

    def leave_stasis(self, channel: Channel) -> None:
        """It goes on without the application."""
        application = channel.stasis
        if application is None:
            return
        self.leave(channel)
        channel.stasis = None
        self.applications.to_one(application, "StasisEnd", channel=channel.json())
        self.applications.lets_go(application, channel)

    # --- bridges

    def make_bridge(self, name: str, kinds: str, title: str) -> Bridge:
        """`kinds`: as in the request, such as `mixing,dtmf_events`."""
        bridge = Bridge(
            id=name,
            kind="holding" if "holding" in kinds else "mixing",
            hears_keys="dtmf_events" in kinds,
            made_at=self.now(),
            name=title,
        )
        bridge.choose_technology()
        self.bridges[name] = bridge
        return bridge

    def basic_bridge(self) -> Bridge:
        """Of two whom the dial plan has connected."""
        self._numbers += 1
        bridge = Bridge(id=f"basic-{self._numbers}", kind="mixing", is_stasis=False, made_at=self.now())
        self.bridges[bridge.id] = bridge
        return bridge

    def enter(self, bridge: Bridge, channel: Channel) -> None:
        """Out of where it is, into this."""
        if channel.bridge is not None:
            channel.moved_out_of.add(channel.bridge.id)
            self.leave(channel)
        bridge.channels.append(channel)
        channel.bridge = bridge
        channel.cause, channel.sip_status = 16, 0
        if channel.stasis is not None:
            self.applications.takes_bridge(channel.stasis, bridge)
        self.applications.of_bridged("ChannelEnteredBridge", channel, bridge)
        bridge.choose_technology()
        if bridge.kind == "mixing" and len(bridge.channels) == 2:
            first, second = bridge.channels
            first.connected, second.connected = second.caller, first.caller
            for each in bridge.channels:
                if each.other_half is not None:
                    each.other_half.caller = each.connected

    def leave(self, channel: Channel) -> None:
        """Out of its bridge; one of the dial plan's goes with its last."""
        bridge = channel.bridge
        if bridge is None:
            return
        channel.bridge = None
        bridge.channels.remove(channel)
        self.applications.of_bridged("ChannelLeftBridge", channel, bridge)
        bridge.choose_technology()
        if not bridge.channels:
            if bridge.is_stasis:
                self.applications.lets_go_bridge(bridge)
            else:
                self.bridges.pop(bridge.id, None)

    def destroy(self, bridge: Bridge) -> None:
        """Whoever is inside is let out of it, and lives on."""
        for channel in tuple(bridge.channels):
            self.leave(channel)
        self.stop_recording(bridge)
        del self.bridges[bridge.id]
        self.applications.lets_go_bridge(bridge)

    def name_is_kept(self, bridge: str) -> bool:
        """Whether a bridge that is gone still has its name: while a channel lives that was moved out of it."""
        return any(bridge in channel.moved_out_of for channel in self.channels.values())

    def stop_recording(self, bridge: Bridge) -> None:
        """Its file is complete."""
        recording = bridge.recording
        if recording is None:
            return
        bridge.recording = None
        del self.recordings[recording.name]
        recording.state = "done"
        told: Json = recording.json() | {"duration": int((self.now() - recording.began).total_seconds())}
        for name in tuple(self.applications.by_name):
            self.applications.to_one(name, "RecordingFinished", recording=told)

    # --- the end

    def hang_up(self, channel: Channel, cause: int = 16, sip_status: int = 0) -> None:
        """Whoever wants it. `sip_status`: with which its phone has refused."""
        if channel.ending:
            return
        channel.ending = True
        channel.cause, channel.sip_status = cause, sip_status
        self.applications.of_channel("ChannelHangupRequest", channel, cause=cause)
        self.after(AT_ONCE, lambda: self._end(channel))

    def _end(self, channel: Channel) -> None:
        channel.gone = True
        break_off(channel)
        self.end_sounds(channel)
        self.leave(channel)
        self.leave_stasis(channel)
        self._tell_end(channel)
        del self.channels[channel.id]
        if channel.device:
            self._forget_at_phone(channel)
        if channel.made_for is not None:
            self.applications.lets_go(channel.made_for, channel)
        if channel.line is not None:
            channel.line.was_ended(channel.cause)
        if channel.dialled_by is not None:
            channel.dialled_by("END")
        if channel.other_half is not None:
            self.hang_up(channel.other_half, channel.cause)
        for ear in channel.ears:
            self.hang_up(ear)

    def _forget_at_phone(self, channel: Channel) -> None:
        phone = self.phones.get(channel.device)
        if phone is not None and channel in phone.channels:
            phone.channels.remove(channel)
            self.applications.of_phone("EndpointStateChange", phone)

    def _tell_end(self, channel: Channel) -> None:
        channel.app_name, channel.app_data = channel.app_at_rest
        fields: Json = {"cause": channel.cause, "cause_txt": CAUSES[channel.cause]}
        if channel.sip_status:
            fields["tech_cause"] = channel.sip_status
        self.applications.of_channel("ChannelDestroyed", channel, **fields)

    def end_sounds(self, channel: Channel) -> None:
        """Nobody hears them any more. What waited for their end finds the channel gone."""
        sounds = [] if channel.sound is None else [channel.sound]
        orders, channel.orders = tuple(channel.orders), type(channel.orders)()
        channel.sound = None
        sounds += [order for order in orders if isinstance(order, Playback)]
        for sound in sounds:
            self.finish(channel, sound, "failed")
        for order in orders:
            if not isinstance(order, Playback):
                order()

    def finish(self, channel: Channel, sound: Playback, state: str) -> None:
        """This playback is over."""
        sound.state = state
        self.playbacks.pop(sound.id, None)
        self.applications.about_channels("PlaybackFinished", channel, {"playback": sound.json()})


def break_off(channel: Channel) -> None:
    """It leaves the dial plan where it stands."""
    walk, broken_off = channel.walk, channel.broken_off
    channel.walk = channel.broken_off = channel.resume = None
    channel.step = None
    if walk is not None:
        walk.close()
    if broken_off is not None:
        broken_off()


def read_caller(text: str) -> tuple[str, str]:
    """Number and name of `"name" <number>`."""
    name, _, number = text.rpartition(" ")
    return number.strip("<>"), name.strip('"')
