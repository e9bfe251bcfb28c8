"""Wrong passwords stand in Asterisk's security log as fail2ban reads them, and nobody can have another one banned."""

import asyncio
import subprocess
from collections import Counter

from tests.acceptance.centre import RunningCentre
from tests.acceptance.parts import Part, agents
from tests.attack.debian import OPS, tools
from tests.attack.forgery import Forgery
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


def banned(centre: RunningCentre) -> Counter[str]:
    """How often each address has failed, by the real filter."""
    log = centre.home / "state" / "asterisk" / "log" / "security.log"
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
        for call_id in FORGED:
            wrong = Credentials(user="4501-desk", secret="wrong")
            forgery = Forgery(method="REGISTER", user="4501-desk", call_id=call_id)
            answer = await stranger.ask_as(wrong, forgery)
            assert answer is not None
            assert answer.status == 401
    counted = await asyncio.to_thread(banned, centre)
    assert counted[source] == len(FORGED)
    assert counted[VICTIM] == 0
