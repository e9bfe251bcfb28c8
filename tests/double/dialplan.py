"""The walks through asterisk-conf/acd-dialplan.conf, one generator per context. Pure.

A walk yields one step after the other; the executor begins it, and sends what came of it. What a walk returns is the
cause with which its channel is hung up.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from tests.double import lines, sounds
from tests.double.exchange import AT_ONCE, GIVEN_UP, Exchange, break_off, read_caller
from tests.double.parts import Channel, Resume, Step, Walk

UNKNOWN_NUMBER: Final = 1
NO_ROUTE: Final = 3
BUSY: Final = 17

_PHONE: Final = "PJSIP/"

_REFUSAL: Final = {1: 404, 3: 404, 17: 486, 19: 480, 21: 403, 20: 480}
"""The SIP status by which a phone is told why its call came to nothing, by cause."""


def begin(exchange: Exchange, channel: Channel, context: str, exten: str = "s") -> None:
    """Put this channel here in the dial plan, out of wherever it is there."""
    break_off(channel)
    channel.context, channel.exten = context, exten
    walk = _CONTEXTS.get(context)
    if walk is None:
        exchange.hang_up(channel)
        return
    channel.walk = walk(exchange, channel, exten)
    _go_on(exchange, channel, channel.walk, None)


def _go_on(exchange: Exchange, channel: Channel, walk: Walk, outcome: str | None) -> None:
    if channel.walk is not walk or channel.ending:
        return
    channel.broken_off = channel.resume = None
    try:
        step = next(walk) if outcome is None else walk.send(outcome)
    except StopIteration as over:
        channel.walk = None
        exchange.hang_up(channel, over.value, _REFUSAL.get(over.value, 0) if channel.device else 0)
        return
    token = channel.step = object()

    def resume(what: str) -> None:
        if channel.step is token:
            channel.step = None
            _go_on(exchange, channel, walk, what)

    step(channel, resume)


# --- the contexts, in the order of the file


def _phones(exchange: Exchange, channel: Channel, exten: str) -> Walk:
    if exten.startswith("*") and exten[1:3].isdigit():
        if len(exten) == 3 or (len(exten) == 4 and exten[3].isdigit()):
            return (yield from _star_code(exchange, channel, exten))
        return (yield from _star_code(exchange, channel, exten[:3], exten[: 4 if exten[3].isdigit() else 3]))
    if exten.isdigit() and 2 <= len(exten) <= 10:
        channel.variables["ACD_NUMBER"] = exten
        return (yield from _number(exchange, channel))
    return NO_ROUTE


def _number(exchange: Exchange, channel: Channel) -> Walk:
    number = channel.variables["ACD_NUMBER"]
    channel.variables["ACD_ACCOUNT"] = channel.account
    kind, phones = _entry(exchange, number, channel.account)
    channel.variables["ACD_PHONES"] = phones
    walk = _queue if kind == "queue" else _person
    return (yield from walk(exchange, channel))


def _queue(exchange: Exchange, channel: Channel) -> Walk:
    given = channel.variables
    put = "put" if given.get("BLINDTRANSFER") or given.get("ACD_SENT_ON") else ""
    arguments = ["queue", given.get("ACD_ACCOUNT", ""), given["ACD_NUMBER"], given.get("ACD_PRIORITY", ""), put]
    channel.context, channel.exten, channel.priority = "acd-queue", "s", 3
    waited = 0
    while True:
        if _is_beating(exchange):
            if not put and not waited and not _has_place(exchange):
                return BUSY
            if (yield _stasis(exchange, [*arguments, str(waited), channel.id])) != "FAILED":
                _answer(exchange, channel)
                yield _playback(exchange, ["ss-noservice"])
                return 16
        _answer(exchange, channel)
        if waited % 26 == 6:
            if not given.get("ACD_PHONES"):
                break
            yield _dial(exchange, given["ACD_PHONES"], 20, "m")
            waited += 20
            if waited > 70:
                break
        else:
            yield _wait(exchange, timedelta(seconds=1))
            waited += 1
    yield _playback(exchange, ["vm-nobodyavail", "please-try-call-later", "vm-goodbye"])
    return 16


def _is_beating(exchange: Exchange) -> bool:
    """Whether an engine has said so lately; one that never did is believed to be there."""
    beat = exchange.variables.get("ACD_BEAT", "")
    return not beat or abs(int(exchange.now().timestamp()) - int(beat)) <= 2


def _has_place(exchange: Exchange) -> bool:
    """Take one of the places for new callers; without an engine that counts them there is always one."""
    places = exchange.variables.get("ACD_PLACES", "")
    if not places:
        return True
    exchange.variables["ACD_PLACES"] = str(int(places) - 1)
    if int(places) <= 0:
        turned_away = int(exchange.variables.get("ACD_TURNED_AWAY") or 0)
        exchange.variables["ACD_TURNED_AWAY"] = str(turned_away + 1)
    return int(places) > 0


def _person(exchange: Exchange, channel: Channel) -> Walk:
    channel.context, channel.exten, channel.priority = "acd-person", "s", 2
    phones = channel.variables["ACD_PHONES"]
    if not phones:
        return UNKNOWN_NUMBER
    yield _dial(exchange, phones, 60)
    return _hangup_cause(channel)


def _star_code(exchange: Exchange, channel: Channel, code: str, longer: str = "") -> Walk:
    channel.context, channel.exten = "acd-star-code", "s"
    if not _is_beating(exchange) or (yield _stasis(exchange, ["feature", code, longer])) == "FAILED":
        _answer(exchange, channel)
        yield _wait(exchange, timedelta(seconds=0.3))
        yield _playback(exchange, ["acd/service-unavailable"])
    return 16


def _send_on(exchange: Exchange, channel: Channel, exten: str) -> Walk:
    given = channel.variables
    given["ACD_SENT_ON"] = "yes"
    account = given.get("ACD_ACCOUNT", "")
    kind, phones = _entry(exchange, given["ACD_NUMBER"], account)
    given["ACD_PHONES"] = phones
    if kind == "queue":
        return (yield from _queue(exchange, channel))
    return (yield from _call(exchange, channel, kind, phones))


def _dial_from(exchange: Exchange, channel: Channel, exten: str) -> Walk:
    given = channel.variables
    channel.caller = read_caller(given["ACD_FROM"])
    kind, phones = _entry(exchange, given["ACD_NUMBER"], given["ACD_ACCOUNT"])
    given["ACD_PHONES"] = phones
    walk = _queue(exchange, channel) if kind == "queue" else _call(exchange, channel, kind, phones)
    return (yield from walk)


def _call(exchange: Exchange, channel: Channel, kind: str, phones: str) -> Walk:
    """The label of this name in acd-send-on."""
    given = channel.variables
    _answer(exchange, channel)
    if not kind:
        phones = f"Local/{given['ACD_NUMBER']}@acd-outbound"
    outcome = (yield _dial(exchange, phones, 60)) if phones else ""
    if outcome != "ANSWER":
        yield _playback(exchange, ["acd/nobody-available"])
    return _hangup_cause(channel)


def _join(exchange: Exchange, channel: Channel, exten: str) -> Walk:
    yield _bridge(exchange, channel.variables["ACD_CONSULTED"])
    return 16


def _dismiss(exchange: Exchange, channel: Channel, exten: str) -> Walk:
    _answer(exchange, channel)
    yield _wait(exchange, timedelta(seconds=0.3))
    yield _playback(exchange, channel.variables["ACD_WORDS"].split("&"))
    return 16


def _call_back(exchange: Exchange, channel: Channel, exten: str) -> Walk:
    given = channel.variables
    _, phones = _entry(exchange, given["ACD_NUMBER"], given["ACD_ACCOUNT"])
    if not phones:
        return UNKNOWN_NUMBER
    yield _dial(exchange, phones)
    return _hangup_cause(channel)


_CONTEXTS: Final[dict[str, Callable[[Exchange, Channel, str], Walk]]] = {
    "acd-phones": _phones,
    "acd-send-on": _send_on,
    "acd-dial": _dial_from,
    "acd-join": _join,
    "acd-dismiss": _dismiss,
    "acd-call-back": _call_back,
}


def _entry(exchange: Exchange, number: str, account: str) -> tuple[str, str]:
    """The kind of this number, and whom it rings; empty where there is none."""
    text = exchange.objects.get(("domain_alias", f"{number}@{account}"), {}).get("domain", "")
    kind, _, phones = text.partition(",")
    return kind, phones


def _hangup_cause(channel: Channel) -> int:
    return int(channel.variables.get("HANGUPCAUSE", "16"))


# --- the applications of the dial plan


def _answer(exchange: Exchange, channel: Channel) -> None:
    channel.app_name, channel.app_data = "Answer", ""
    exchange.answer(channel)


def _stasis(exchange: Exchange, arguments: list[str]) -> Step:
    def step(channel: Channel, resume: Resume) -> None:
        if not exchange.applications.is_active("acd"):
            channel.app_name, channel.app_data = "Stasis", ",".join(("acd", *arguments))
            resume("FAILED")
            return
        channel.resume = resume
        exchange.enter_stasis(channel, "acd", arguments)

    return step


def _wait(exchange: Exchange, long: timedelta) -> Step:
    def step(channel: Channel, resume: Resume) -> None:
        channel.app_name, channel.app_data = "Wait", f"{long.total_seconds():g}"
        exchange.after(long, lambda: resume(""))

    return step


def _playback(exchange: Exchange, files: list[str]) -> Step:
    def step(channel: Channel, resume: Resume) -> None:
        channel.app_name, channel.app_data = "Playback", "&".join(files)
        long = sum((sounds.length(f"sound:{each}") for each in files if each), timedelta(0))
        exchange.after(long, lambda: resume("SUCCESS"))

    return step


def _bridge(exchange: Exchange, name: str) -> Step:
    """Fetches that channel from wherever it is."""

    def step(channel: Channel, resume: Resume) -> None:
        channel.app_name, channel.app_data = "Bridge", f"{name},x"
        other = next((each for each in exchange.channels.values() if each.name == name and not each.ending), None)
        if other is None:
            resume("NONEXISTENT")
            return
        fetch(exchange, other)
        _talk(exchange, channel, other, lambda: resume("SUCCESS"))

    return step


def fetch(exchange: Exchange, channel: Channel) -> None:
    """Take this channel out of whatever it does; whoever had called it goes on without it."""
    dialled_by, channel.dialled_by = channel.dialled_by, None
    exchange.leave_stasis(channel)
    exchange.leave(channel)
    break_off(channel)
    if dialled_by is not None:
        dialled_by("END")


def _talk(exchange: Exchange, channel: Channel, other: Channel, over: Callable[[], None]) -> None:
    """Two in a bridge of the dial plan; `over` once the other has gone. With the channel the other goes too."""
    bridge = exchange.basic_bridge()
    exchange.enter(bridge, channel)
    exchange.enter(bridge, other)

    def part(what: str) -> None:
        if what == "END":
            channel.broken_off = None
            exchange.leave(channel)
            over()

    other.dialled_by = part

    def let_go() -> None:
        if other.dialled_by is part:
            other.dialled_by = None
            exchange.leave(channel)
            exchange.hang_up(other)

    channel.broken_off = let_go


def _dial(exchange: Exchange, targets: str, seconds: int = 0, options: str = "") -> Step:
    """All of these ring, for so long at most; the first to answer has the call."""

    def step(channel: Channel, resume: Resume) -> None:
        given = (targets, str(seconds or ""), options)
        channel.app_name, channel.app_data = "Dial", ",".join(given).rstrip(",")
        _Dialling(exchange, channel, resume).begin(targets, seconds)

    return step


class _Dialling:
    """One Dial() under way."""

    def __init__(self, exchange: Exchange, channel: Channel, resume: Resume) -> None:
        self._exchange, self._channel, self._resume = exchange, channel, resume
        self._ringing: list[Channel] = []
        self._cause = NO_ROUTE

    def begin(self, targets: str, seconds: int) -> None:
        self._channel.broken_off = self._stop
        for target in targets.split("&"):
            device = target.removeprefix(_PHONE)
            phone = self._exchange.phones.get(device)
            if target.startswith(_PHONE) and phone is not None and phone.is_online:
                self._call(device)
            elif not target.startswith(_PHONE):
                self._cause = UNKNOWN_NUMBER
        if not self._ringing:
            self._exchange.after(AT_ONCE, lambda: self._conclude("CHANUNAVAIL"))
        elif seconds:
            self._exchange.after(timedelta(seconds=seconds), self._lapsed)

    def _call(self, device: str) -> None:
        peer = self._exchange.phone_channel(device, "Down")
        peer.app_at_rest = peer.app_name, peer.app_data = "AppDial", "(Outgoing Line)"
        peer.connected = self._channel.caller
        peer.dialled_by = lambda what: self._told(peer, what)
        if self._channel.other_half is not None:
            self._channel.other_half.caller = peer.caller
        self._ringing.append(peer)
        lines.call(self._exchange, peer)

    def _told(self, peer: Channel, what: str) -> None:
        if peer not in self._ringing:
            return
        half = self._channel.other_half
        if what == "RINGING":
            if half is not None:
                self._exchange.set_state(half, "Ringing")
            return
        self._ringing.remove(peer)
        if what == "ANSWER":
            self._answered(peer)
            return
        self._cause = peer.cause
        if not self._ringing:
            self._conclude("BUSY" if peer.cause == 17 else "NOANSWER")

    def _answered(self, peer: Channel) -> None:
        self._end_all(26)
        self._channel.variables["HANGUPCAUSE"] = "16"
        self._exchange.answer(self._channel)
        _talk(self._exchange, self._channel, peer, lambda: self._resume("ANSWER"))

    def _lapsed(self) -> None:
        if self._ringing:
            self._cause = 19
            self._end_all(19, 480)
            self._conclude("NOANSWER")

    def _conclude(self, outcome: str) -> None:
        self._channel.variables["HANGUPCAUSE"] = str(self._cause)
        self._channel.cause = self._cause
        self._channel.sip_status = _REFUSAL.get(self._cause, 0) if self._channel.device else 0
        self._resume(outcome)

    def _stop(self) -> None:
        """The caller has gone. One who gives up before anybody has answered has a cause of his own."""
        cause = self._channel.cause if self._channel.ending else 16
        self._end_all(cause, {GIVEN_UP: 500, 19: 480}.get(cause, 0))

    def _end_all(self, cause: int, sip_status: int = 0) -> None:
        """Whoever rings still rings no longer."""
        ringing, self._ringing = self._ringing, []
        for peer in ringing:
            peer.dialled_by = None
            self._exchange.hang_up(peer, cause, sip_status)
