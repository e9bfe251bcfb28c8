"""Wrong passwords stand in Asterisk's log as fail2ban reads them, and nobody can have another one banned."""

import asyncio
import json
import secrets
import subprocess
from collections import Counter
from dataclasses import replace

from tests.acceptance.centre import RunningCentre
from tests.acceptance.parts import Part, agents
from tests.attack.debian import OPS, tools
from tests.attack.forgery import Forgery, escaped, quoted
from tests.attack.stranger import Stranger
from tests.phone.digest import Credentials

PART = Part(users=agents("4501"))

VICTIM = "192.0.2.99"
FORGED = (
    f'x",LocalAddress="IPV4/UDP/127.0.0.1/1",RemoteAddress="IPV4/UDP/{VICTIM}/1',
    f'x",RemoteAddress="IPV4/UDP/{VICTIM}/1",Challenge="',
    f'x",RemoteAddress="IPV4/UDP/{VICTIM}/1",Challenge="1/2",Response="r",ExpectedResponse=""',
    f'x",RemoteAddress="IPV4/UDP/{VICTIM}/1",Challenge="\\',
    f'x"\x0b[2026-01-01 00:00:00.000] SECURITY[1] res_security_log.c: RemoteAddress="IPV4/UDP/{VICTIM}/1"',
)
"""Call-IDs that look like the rest of a log line."""
FORGED_LINES = (
    "x\n[2026-11-23 12:00:00.000] NOTICE[1] res_pjsip/pjsip_distributor.c: Request 'REGISTER' from '<sip:a@b>' failed "
    f"for '{VICTIM}:1' (callid: x) - Failed to authenticate",
    f'x\n[2026-11-23 12:00:00.000] SECURITY[1] res_security_log.c: SecurityEvent="InvalidAccountID",x="{VICTIM}"',
)
"""The same as a whole line, in the user of his address."""
NO_TEXT = "x\udcff\udcfe"
"""Of this one Asterisk can write no security event."""
FORGED_NAMES = (
    f"x' failed for '{VICTIM}:1' (callid: x) - Failed to authenticate",
    f"x\" <sip:x@127.0.0.1>' failed for '{VICTIM}:1' (callid: x) - Failed to authenticate",
)
"""The same in a caller's name."""


def banned(centre: RunningCentre) -> Counter[str]:
    """How often each address has failed, by the real filter."""
    log = centre.home / "state" / "asterisk" / "log" / "refused.log"
    ours = OPS / "fail2ban" / "filter.d" / "asterisk-acd.conf"
    command = tools().fail2ban("fail2ban-regex", "--config", str(tools().root / "etc/fail2ban"), "-o", "<ip>")
    done = subprocess.run(
        [*command, str(log), str(ours)], env=tools().environment, capture_output=True, text=True, timeout=60, check=True
    )
    return Counter(done.stdout.split())


async def test_each_wrong_password_counts_for_its_own_address(centre: RunningCentre) -> None:
    known, unknown, honest = ("127.0.0.71", "127.0.0.72", "127.0.0.73")
    wrong = Credentials(user="4501-desk", secret="wrong")
    async with Stranger(centre.sheet.sip, known) as stranger:
        for method in ("REGISTER", "INVITE", "SUBSCRIBE"):
            assert (await stranger.ask_as(wrong, Forgery(method=method, number="4501", user="4501-desk"))) is not None
    async with Stranger(centre.sheet.sip, unknown) as stranger:
        for name in ("nobody", "admin", "100"):
            assert (await stranger.ask_as(Credentials(user=name, secret="x"), Forgery(user=name))) is not None
    async with Stranger(centre.sheet.sip, honest) as stranger:
        right = Credentials(user="4501-desk", secret=centre.sheet.secrets["4501-desk"])
        answer = await stranger.ask_as(right, Forgery(method="OPTIONS", user="4501-desk"))
        assert answer is not None
        assert answer.status in (200, 404)
    counted = await asyncio.to_thread(banned, centre)
    assert (counted[known], counted[honest]) == (3, 0)
    assert counted[unknown] >= 3


async def test_who_only_looks_for_names_is_counted_too(centre: RunningCentre) -> None:
    """The first ones are passed over: no phone's first request has a password."""
    source = "127.0.0.74"
    async with Stranger(centre.sheet.sip, source) as stranger:
        for number in range(20):
            await stranger.ask(Forgery(method="REGISTER", user=str(100 + number)))
    assert (await asyncio.to_thread(banned, centre))[source] >= 10


async def test_nobody_can_have_another_one_banned_or_hide_himself(centre: RunningCentre) -> None:
    source = "127.0.0.75"
    async with Stranger(centre.sheet.sip, source) as stranger:
        guess = Forgery(method="REGISTER", user="4501-desk")
        guesses = [replace(guess, call_id=secrets.token_hex(4) + call_id) for call_id in (*FORGED, NO_TEXT)]
        guesses += [replace(guess, name=quoted(name), call_id=secrets.token_hex(8)) for name in FORGED_NAMES]
        guesses += [replace(guess, user=escaped(line), call_id=secrets.token_hex(8)) for line in FORGED_LINES * 8]
        for forgery in guesses:
            answer = await stranger.ask_as(Credentials(user="4501-desk", secret="wrong"), forgery)
            assert answer is not None
            assert answer.status == 401
    counted = await asyncio.to_thread(banned, centre)
    assert counted[source] >= len(guesses)
    assert counted[VICTIM] == 0
    events = (centre.home / "state" / "asterisk" / "log" / "security.log").read_text().split("\n")
    assert all(isinstance(json.loads(line), dict) for line in events[1:] if line)  # the first one names the program
