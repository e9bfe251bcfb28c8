"""Passwords guessed at 200 a second from one address: banned by the real fail2ban, and nobody else notices.

It runs in a network of its own (`python -m tests.chaos.brute_force DIRECTORY`), because a ban is a rule of a firewall.
"""

import asyncio
import json
import statistics
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from tests.acceptance.centre import RunningCentre
from tests.attack.debian import tools
from tests.attack.forgery import Forgery
from tests.attack.namespace import apart, raise_loopback
from tests.attack.stranger import Stranger
from tests.chaos.load import AGENTS, Load, load_part
from tests.chaos.load_call import Totals
from tests.chaos.row import Row, Seen
from tests.phone.digest import Credentials
from tests.phone.waiting import until

GUESSES_A_SECOND: Final = 200
ATTACKER: Final = "127.0.0.66"
CALLS_A_SECOND: Final = 5
CALM_SECONDS: Final = 15.0
ATTACK_SECONDS: Final = 20.0
BANNED_WITHIN_SECONDS: Final = 10.0
SLOWER_AT_MOST: Final = 2.0
"""How many times as long the honest calls' median may take meanwhile; on few processors the attacker uses one too."""
SAMPLES: Final = 300
TELLING_SECONDS: Final = 0.0005
"""A difference of the medians for known and unknown names that could be measured through a network."""

_JAIL: Final = """
[asterisk-acd]
logpath = {log}
"""
_SERVER: Final = """
[Definition]
dbfile = :memory:
logtarget = {home}/fail2ban.log
socket = {home}/fail2ban.sock
pidfile = {home}/fail2ban.pid
"""


@dataclass(slots=True, kw_only=True)
class Attack:
    """What came of it; instants of the event loop's clock."""

    began_at: float
    sent: int = 0
    banned_at: float | None = None
    answered: int = 0


async def _check(home: Path) -> Seen:
    tools()  # that network has no way out to fetch them
    process = await asyncio.create_subprocess_exec(
        *apart("tests.chaos.brute_force", str(home)), cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the row ended with {process.returncode}")
    return Seen(**json.loads(said.splitlines()[-1]))


async def _apart(home: Path) -> Seen:
    raise_loopback()
    centre = RunningCentre(home, [load_part(agents=20, callers=60)])
    await asyncio.to_thread(centre.start)
    try:
        async with _fail2ban(centre), Load(centre, rate=CALLS_A_SECOND) as load:
            known, unknown = await _timing(centre)
            began = asyncio.get_running_loop().time()
            await asyncio.sleep(CALM_SECONDS)
            attack = await _attack(centre)
            ended = asyncio.get_running_loop().time()
            await load.drain()
            calm = load.totals(lambda call: began <= call.began_at < attack.began_at)
            beside = load.totals(lambda call: attack.began_at <= call.began_at < ended)
    finally:
        await asyncio.to_thread(centre.stop)
    return _seen(attack, calm, beside, known, unknown)


@asynccontextmanager
async def _fail2ban(centre: RunningCentre) -> AsyncGenerator[None]:
    """The real one, with the jail and the filter that are shipped."""
    place = tools().configuration(centre.home)
    log = centre.home / "state" / "asterisk" / "log" / "refused.log"
    (place / "jail.local").write_text(_JAIL.format(log=log))
    (place / "fail2ban.local").write_text(_SERVER.format(home=centre.home))
    command = tools().fail2ban("fail2ban-server", "-f", "-x", "-c", str(place))
    server = await asyncio.create_subprocess_exec(
        *command, env=tools().environment, stdout=sys.stderr.fileno(), stderr=sys.stderr.fileno()
    )
    try:
        told = centre.home / "fail2ban.log"
        await until(
            "fail2ban's jail", lambda: told.exists() and "Jail 'asterisk-acd' started" in told.read_text(), within=20
        )
        yield
    finally:
        with suppress(ProcessLookupError):
            server.terminate()
        await server.wait()


async def _attack(centre: RunningCentre) -> Attack:
    """Guess for as long as it is to last, banned or not."""
    loop = asyncio.get_running_loop()
    attack = Attack(began_at=loop.time())
    watching = asyncio.create_task(_banned(centre, attack))
    async with Stranger(centre.sheet.sip, ATTACKER) as stranger:
        first = await stranger.ask(_guess(centre))
        assert first is not None
        proof = stranger.proof(Credentials(user=_device(centre), secret="guess"), _guess(centre), first)
        while (now := loop.time()) < attack.began_at + ATTACK_SECONDS:
            while attack.sent < (now - attack.began_at) * GUESSES_A_SECOND:
                attack.sent += 1
                with suppress(PermissionError):
                    stranger.send(_guess(centre).encode(stranger.identity(), proof))
            await asyncio.sleep(0.005)
        attack.answered = stranger.answers.total()
    watching.cancel()
    return attack


def _device(centre: RunningCentre) -> str:
    return next(device for device in sorted(centre.sheet.secrets) if device.startswith(AGENTS))


def _guess(centre: RunningCentre) -> Forgery:
    return Forgery(method="REGISTER", user=_device(centre))


async def _banned(centre: RunningCentre, attack: Attack) -> None:
    """Look at fail2ban's log for the ban."""
    told = centre.home / "fail2ban.log"
    await until("a ban", lambda: f"Ban {ATTACKER}" in told.read_text(), within=ATTACK_SECONDS)
    attack.banned_at = asyncio.get_running_loop().time()


async def _timing(centre: RunningCentre) -> tuple[list[float], list[float]]:
    """How long the answer takes to wrong passwords of a phone that there is, and of one that there is not."""
    took: dict[str, list[float]] = {_device(centre): [], "no-such-phone": []}
    # An address for each try, as fail2ban watches already.
    for number in range(SAMPLES):
        async with Stranger(centre.sheet.sip, f"127.0.{1 + number // 200}.{1 + number % 200}") as stranger:
            for user, seconds in sorted(took.items(), key=lambda each: (each[0] == "no-such-phone") ^ (number % 2)):
                forgery = Forgery(method="REGISTER", user=user)
                first = await stranger.ask(forgery)
                assert first is not None
                proof = stranger.proof(Credentials(user=user, secret="guess"), forgery, first)
                began = perf_counter()
                answer = await stranger.ask(forgery, proof)
                seconds.append(perf_counter() - began)
                assert answer is not None
                assert answer.start_line == "SIP/2.0 401 Unauthorized"
    return took[_device(centre)], took["no-such-phone"]


def _seen(attack: Attack, calm: Totals, beside: Totals, known: list[float], unknown: list[float]) -> Seen:
    banned_s = None if attack.banned_at is None else attack.banned_at - attack.began_at
    between = statistics.median(known) - statistics.median(unknown)
    slower = beside.ring.median / calm.ring.median
    figures = (
        f"banned after {banned_s:.1f} s" if banned_s is not None else "never banned",
        f"{attack.answered} of {attack.sent} guesses answered",
        f"{beside.placed} honest calls, {beside.failed} failed, ring after {beside.ring} (before: {calm.ring})",
        f"names known/unknown: {statistics.median(known) * 1000:.2f}/{statistics.median(unknown) * 1000:.2f} ms",
    )
    return Seen(
        done=f"{GUESSES_A_SECOND} wrong passwords a second for {ATTACK_SECONDS:.0f} s from one address, "
        f"{CALLS_A_SECOND} calls a second from others",
        figures="; ".join(figures),
        passed=banned_s is not None
        and banned_s < BANNED_WITHIN_SECONDS
        and calm.failed + beside.failed == 0
        and slower < SLOWER_AT_MOST
        and abs(between) < TELLING_SECONDS,
    )


ROW: Final = Row(name="brute-force", failure="passwords guessed at 200 a second", check=_check)

if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(_apart(Path(sys.argv[1]))))))
