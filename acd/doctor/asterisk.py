"""Judges Asterisk: whether it is there, new enough, complete, and ours to command."""

from collections.abc import Iterator
from datetime import timedelta
from typing import assert_never
from urllib.parse import urlsplit

from acd.doctor.needs import CONTEXTS, DIAL_PLAN_MODULE, MODULES
from acd.doctor.sight import AsteriskSight, Unreached
from acd.doctor.words import Finding, fault, hint, not_seen

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def asterisk(seen: AsteriskSight, clocks_apart: timedelta) -> Iterator[Finding]:
    """All that is wrong with it."""
    if seen.trouble is not None:
        yield _unreached(seen, seen.trouble)
        return
    if not seen.new_enough:
        what = f"it is {seen.version}; 22.10.1 or newer is needed"
        yield fault("Asterisk", what, "upgrade it: older ones lose calls, and have holes in ARI")
    if seen.may_write is False:
        what = f"its user {seen.user} may only read"
        yield fault(
            "ARI", what, f"in ari.conf, [{seen.user}]: read_only = no; then: asterisk -rx 'module reload res_ari.so'"
        )
    if seen.ahead is not None and abs(seen.ahead) > clocks_apart:
        what = f"the clock there is {seen.ahead.total_seconds():+.0f} s off this machine's"
        yield fault("clock of Asterisk", what, "timedatectl set-ntp true, on both machines")
    yield from _modules(seen)
    yield from _dial_plan(seen)
    yield from _transport(seen)
    if urlsplit(seen.url).scheme == "http" and urlsplit(seen.url).hostname not in _LOOPBACK:
        what = f"its password goes over the network in the clear ({seen.url})"
        yield hint("ARI", what, "tlsenable = yes in http.conf and https:// in [ari] url, or run both on one machine")


def _unreached(seen: AsteriskSight, why: Unreached) -> Finding:
    port = urlsplit(seen.url).port or 8088
    match why:
        case Unreached.SILENT:
            do = f"systemctl start asterisk; in http.conf: enabled = yes, bindport = {port}; or correct [ari] url"
            return fault("Asterisk", f"nobody answers at {seen.url}", do)
        case Unreached.SLOW:
            do = "asterisk -rx 'core show taskprocessors' shows where it hangs; systemctl restart asterisk ends it"
            return fault("Asterisk", f"it does not answer in time at {seen.url}", do)
        case Unreached.PASSWORD:
            do = (
                f"make [ari] password equal to the one of [{seen.user}] in ari.conf; "
                "then: asterisk -rx 'module reload res_ari.so'"
            )
            return fault("ARI", f"it refuses the user {seen.user} or his password", do)
        case Unreached.ADDRESS:
            do = (
                f"in ari.conf, [{seen.user}]: permit = this machine's address/255.255.255.255; "
                "then: asterisk -rx 'module reload res_ari.so'"
            )
            return fault("ARI", f"it does not let the user {seen.user} in from here", do)
        case Unreached.NO_ARI:
            do = "in ari.conf, [general]: enabled = yes; then: asterisk -rx 'module load res_ari.so'"
            return fault("ARI", f"what answers at {seen.url} has no /ari", do)
        case _:
            assert_never(why)


def _modules(seen: AsteriskSight) -> Iterator[Finding]:
    if seen.modules is None:
        yield not_seen("modules", "Asterisk does not list them", "asterisk -rx 'module load res_ari_asterisk.so'")
        return
    for what_for, needed in MODULES.items():
        missing = [module for module in needed if module not in seen.modules]
        if missing:
            are = "is" if len(missing) == 1 else "are"
            what = f"{', '.join(missing)} {are} not loaded, which the {what_for} needs"
            loads = "; ".join(f"load = {module}" for module in missing)
            yield fault("modules", what, f"in modules.conf: {loads}; then: systemctl restart asterisk")


def _dial_plan(seen: AsteriskSight) -> Iterator[Finding]:
    if seen.dial_plan is None:
        what = "Asterisk cannot be asked for it"
        yield not_seen("dial plan", what, f"asterisk -rx 'module load {DIAL_PLAN_MODULE}', then ask again")
        return
    missing = [context for context in CONTEXTS if not seen.dial_plan.get(context)]
    if missing:
        what = "it is not there" if len(missing) == len(CONTEXTS) else f"it is an old one, without {', '.join(missing)}"
        do = "put acd-dialplan.conf beside extensions.conf and at its end: #include acd-dialplan.conf; "
        yield fault("dial plan", what, do + "then: asterisk -rx 'dialplan reload'")


def _transport(seen: AsteriskSight) -> Iterator[Finding]:
    if seen.bind is None:
        do = "in pjsip.conf: [transport-udp] type = transport, protocol = udp, bind = 0.0.0.0:5060; restart Asterisk"
        yield fault("phones", "there is no SIP transport named transport-udp", do)
        return
    host = seen.bind.rpartition(":")[0].strip("[]")
    if host in _LOOPBACK:
        do = "bind = 0.0.0.0:5060 in pjsip.conf and restart Asterisk, or acd up --bind ADDRESS"
        yield hint("phones", f"SIP listens on {seen.bind}: phones on other machines cannot register", do)
    elif bool(seen.external_media) is not bool(seen.local_net):
        missing = "local_net" if seen.external_media else "external_media_address and external_signaling_address"
        what = f"behind NAT the transport needs {missing} too, or one side hears nothing"
        yield hint("NAT", what, "set external_media_address, external_signaling_address and local_net in pjsip.conf")
