"""In what the engine's books and Asterisk differ, and for how long: found by reading both, not as the engine does."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from acd.model import CallId
from acd.records import CallRecord, Records
from tests.double.parts import Bridge
from tests.faults.scene import Scene

REPAIRED_WITHIN_S: Final = 10.0
"""What was missed has been put right by then."""

MOMENT_S: Final = 1.0
"""What is gone after that was on its way, not missed."""


class Key(NamedTuple):
    """A state that must not last, and whom it concerns: calls, and devices or agents.

    What begins only after the other has ended is another state: both may come to pass between two looks.
    """

    what: str
    concerns: tuple[str, ...]


class Repairs:
    """How long drift lasts, from when it begins until it is gone, whatever else happens meanwhile."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        """At most so long: from the last look that did not show it to the first that showed it no more."""
        self.longest: Key | None = None
        self.repaired: Counter[str] = Counter()
        """What lasted longer than a moment, by kind."""
        self._since: dict[Key, float] = {}
        self._looked_at: float | None = None

    def look(self, present: Iterable[Key], now: float) -> Key | None:
        """What differs now. Returns what has lasted too long."""
        began = now if self._looked_at is None else self._looked_at
        since = {key: self._since.get(key, began) for key in present}
        late: Key | None = None
        for key, at in (self._since | since).items():
            if now - at > self.longest_s:
                self.longest_s, self.longest = now - at, key
            if key not in since and now - at > MOMENT_S:
                self.repaired[key.what] += 1
            if now - at > REPAIRED_WITHIN_S:
                late = key
        self._since, self._looked_at = since, now
        return late

    def out_of_sight(self) -> None:
        """The engine does not see Asterisk: nothing can be repaired, and it will look at everything anew."""
        self._since.clear()
        self._looked_at = None


def concerned(leg: str) -> tuple[str, ...]:
    """The call and the phone of a leg."""
    return leg.partition("~")[0], leg.rpartition("~")[2]


def drift(records: Records, scene: Scene, in_our_hands: Callable[[str], bool]) -> Iterator[Key]:
    """All there is of it; most is news or orders on their way. `in_our_hands`: whether this is a caller of ours."""
    yield from _gone(records, scene)
    yield from _unknown(records, scene, in_our_hands)
    for call in records.calls.values():
        yield from _whom_he_hears(call, scene)
    for device in records.device_records.values():
        phone = scene.exchange.phones.get(device.id)
        if phone is not None and phone.is_online != device.reachable:
            where = "in Asterisk" if phone.is_online else "in the books"
            yield Key(f"a phone is registered {where} only", (device.id,))


def _legs(records: Records) -> Iterator[str]:
    for offer in records.offers.values():
        for device in offer.devices:
            yield f"{offer.id}~{device}"
    for call in records.calls.values():
        if call.agent is not None and call.offer is not None:
            yield f"{call.offer}~{call.device}"


def _gone(records: Records, scene: Scene) -> Iterator[Key]:
    """In the books only."""
    channels = scene.channels
    for call in records.calls.values():
        if call.channel is not None and call.channel not in channels:
            yield Key("a call in the books is none in Asterisk", (call.id,))
        if call.retriever is not None and call.retriever not in channels:
            yield Key("who has fetched a caller is none in Asterisk", (call.id, call.retriever))
    for leg in _legs(records):
        if leg not in channels:
            yield Key("an agent is busy in the books only", concerned(leg))
    for agent in records.agent_records.values():
        for other, device in agent.other_calls.items():
            if other not in channels:
                yield Key("an agent has a call in the books only", (other, device))
    for channel in records.out:
        if channel not in channels:
            yield Key("a call goes out in the books only", (channel.partition("~")[0],))


def _unknown(records: Records, scene: Scene, in_our_hands: Callable[[str], bool]) -> Iterator[Key]:
    """In Asterisk only."""
    legs = set(_legs(records))
    ringing = {f"{offer.id}~{device}" for offer in records.offers.values() for device in offer.devices}
    confirming = {f"{offer.id}~{offer.confirming}" for offer in records.offers.values()}
    retrievers = {call.retriever for call in records.calls.values()}
    others = {other for agent in records.agent_records.values() for other in agent.other_calls}
    for channel in scene.channels.values():
        if channel.ending or channel.id.endswith("~out"):  # the dial plan's half of a call back
            continue
        if "~back~" in channel.id:
            call = records.calls.get(_call(channel.id))
            if (channel.state != "Up" or channel.stasis) and channel.id not in _lines(call):
                yield Key("a call back is in none of the books", (channel.id.partition("~")[0],))
        elif "~" in channel.id:
            if channel.id not in legs:
                yield Key("a leg is in none of the books", concerned(channel.id))
            elif channel.state == "Up" and channel.id in ringing - confirming:
                yield Key("an agent has answered, and rings in the books", concerned(channel.id))
        else:
            if in_our_hands(channel.id) and channel.id not in records.calls.keys() | retrievers:
                yield Key("a caller is in none of the books", (channel.id,))
            if channel.device in records.devices and channel.id not in others:
                yield Key("an agent's own call is in none of the books", (channel.id, channel.device))
    for bridge in scene.bridges.values():
        if bridge.id.endswith("~talk") and _call(bridge.id) not in records.calls:
            yield Key("a talk is in none of the books", (_call(bridge.id),))


def _whom_he_hears(call: CallRecord, scene: Scene) -> Iterator[Key]:
    channel = scene.channels.get(call.channel or "")
    if channel is None or channel.ending:
        return
    inside = channel.bridge
    if call.agent is None:
        if inside is None or inside.kind != "holding" or inside.id.partition("~")[2] != call.queue:
            yield Key("a caller does not hear the music of his queue", (call.id,))
    elif not call.briefing:
        if not _joined(inside):
            yield Key("two are joined in the books only", (call.id,))
        elif call.talking_since is None:
            yield Key("two talk, and the books do not know", (call.id,))


def _joined(bridge: Bridge | None) -> bool:
    return bridge is not None and bridge.id.endswith("~talk") and len(bridge.channels) > 1


def _lines(call: CallRecord | None) -> tuple[str | None, ...]:
    return () if call is None else (call.channel, call.callback.channel if call.callback is not None else None)


def _call(name: str) -> CallId:
    return CallId(name.partition("~")[0])
