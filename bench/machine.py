"""What is measured on: one private Asterisk with our dial plan, app_queue's queues and the floor's, one PostgreSQL.

The Asterisk is ours as `acd up` would run it; added are the trunk over which callers come, a context that tells by the
first letter of what they dial who is to serve them, and app_queue with the same queues and agents.
"""

import asyncio
import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp

from acd.runtime.database import close, connect
from acd.runtime.schema import SCHEMA
from acd.runtime.up import asterisk, tree
from bench.phones import TRUNK
from bench.sip import HOST, Place
from tests.acceptance.parts import DOMAIN, Part, Queue, User, centre_file, seats
from tests.integration.centres import apply
from tests.integration.postgres import TestPostgres
from tests.ports import free_port

SECRET: Final = "only-for-measuring"
START_WITHIN_S: Final = 30.0
FIRST_RTP, LAST_RTP = 10_000, 19_999
CALM_SHARE: Final = 0.1
CALM_WITHIN_S: Final = 60.0

HAND_OVER_QUEUES: Final = tuple(str(number) for number in range(70001, 70021))
HAND_OVER_AGENTS: Final = 4
LOAD_QUEUE: Final = "71001"
LOAD_AGENTS: Final = 120
RULES_QUEUES: Final = ("72001", "72002")
"""The first one goes before the second."""
RULES_AGENTS: Final = 20
WRAP_UP_S: Final = 2


def extensions(first: int, count: int) -> tuple[str, ...]:
    """Of agents in a row."""
    return tuple(str(first + number) for number in range(count))


HAND_OVER: Final = extensions(15000, HAND_OVER_AGENTS)
LOAD: Final = extensions(16000, LOAD_AGENTS)
RULES: Final = extensions(17000, RULES_AGENTS)
SUPERVISORS: Final = extensions(18000, 20)
ALL_AGENTS: Final = (*HAND_OVER, *LOAD, *RULES)


def device(extension: str) -> str:
    """The phone of this agent."""
    return f"{extension}-desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A queue, the same for all who are measured."""

    number: str
    agents: tuple[str, ...]
    wrap_up_s: int = 0
    weight: int = 0
    """Higher goes first, as app_queue has it."""


QUEUES: Final = (
    *(QueueRow(number=number, agents=HAND_OVER) for number in HAND_OVER_QUEUES),
    QueueRow(number=LOAD_QUEUE, agents=LOAD),
    *(
        QueueRow(number=number, agents=RULES, wrap_up_s=WRAP_UP_S, weight=len(RULES_QUEUES) - place)
        for place, number in enumerate(RULES_QUEUES)
    ),
)

_DIAL_PLAN: Final = """
[bench]
; ours: a digit for the caller's priority, 0 for none, and the queue
exten => _oXXXXXX,1,Set(ACD_PRIORITY=${IF($[${EXTEN:1:1} > 0]?${EXTEN:1:1}:)})
 same => n,Set(ACD_NUMBER=${EXTEN:2})
 same => n,Goto(acd-number,s,1)
; app_queue's
exten => _qXXXXXX,1,Set(QUEUE_PRIO=${IF($[${EXTEN:1:1} > 0]?$[10 - ${EXTEN:1:1}]:0)})
 same => n,Answer(,i)
 same => n,Queue(${EXTEN:2})
 same => n,Hangup()
; the floor's
exten => _fXXXXXX,1,Stasis(floor,${EXTEN:2})
 same => n,Hangup()
"""

_TRUNK: Final = f"""
[{TRUNK}]
type = endpoint
transport = transport-udp
context = bench
aors = {TRUNK}
identify_by = username
tenantid = {DOMAIN}
allow = !all,ulaw
direct_media = no
trust_id_inbound = yes

[{TRUNK}]
type = aor
max_contacts = 1
"""

_MANAGER: Final = """[general]
enabled = yes
bindaddr = 127.0.0.1
port = {port}
disabledevents = Newexten,VarSet,Newchannel,Newstate,NewConnectedLine,NewCallerid,Hangup,HangupRequest,SoftHangupRequest

[bench]
secret = {secret}
read = call
write = system
eventfilter(name(BridgeEnter)) =
"""


def queues_conf(rows: Iterable[QueueRow]) -> str:
    """As an operator would set app_queue up who wants it to be quick: a retry of one second is the least it knows."""
    parts = ["[general]\npersistentmembers = no\nautofill = yes\nshared_lastcall = yes\n"]
    for row in rows:
        lines = [
            f"[{row.number}]",
            "strategy = leastrecent",
            "timeout = 20",
            "retry = 1",
            f"wrapuptime = {row.wrap_up_s}",
            f"weight = {row.weight}",
            "autofill = yes",
            "ringinuse = no",
            "joinempty = yes",
            "leavewhenempty = no",
            "announce-frequency = 0",
            *(f"member => PJSIP/{device(agent)}" for agent in row.agents),
        ]
        parts.append("\n".join([*lines, ""]))
    return "\n".join(parts)


def centre() -> str:
    """The same for our engine."""
    users = (
        *(User(extension=each, name=f"Agent {each}", secret=SECRET) for each in ALL_AGENTS),
        *(User(extension=each, name=each, phones=(), supervises=(LOAD_QUEUE,)) for each in SUPERVISORS),
    )
    queues = tuple(
        Queue(
            number=row.number,
            seats=seats(*row.agents),
            wrap_up=f"{row.wrap_up_s}s",
            ring_time="20s",
            back_off="1s",
            priority=10 - row.weight,
            rules={} if row.wrap_up_s == 0 else {"wrap_up_mandatory": True},
        )
        for row in QUEUES
    )
    return centre_file([Part(users=users, queues=queues)])


class Asterisk:
    """The private one, until `stop`."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._installation = asyncio.run(tree.find())
        self._process: subprocess.Popen[bytes] | None = None
        self.sip: Place = (HOST, free_port())
        self.ari_port = free_port()
        self.manager: Place = (HOST, free_port())
        self.url = f"http://{HOST}:{self.ari_port}"

    @property
    def pid(self) -> int:
        """Of its process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Written down and begun; `ready` says when it answers."""
        site = asterisk.Site(
            sip_host=HOST,
            sip_port=self.sip[1],
            ari_port=self.ari_port,
            rtp_first=FIRST_RTP,
            rtp_last=LAST_RTP,
            ari_password=SECRET,
        )
        configuration = asterisk.write_configuration(self._installation, site, self._home)
        etc = configuration.parent
        _add(etc / "modules.conf", "load = app_queue.so\n")
        _add(etc / "pjsip.conf", _TRUNK)
        _add(etc / "extensions.conf", _DIAL_PLAN)
        (etc / "queues.conf").write_text(queues_conf(QUEUES))
        (etc / "manager.conf").write_text(_MANAGER.format(port=self.manager[1], secret=SECRET))
        with (self._home / "asterisk.out").open("wb") as said:
            self._process = subprocess.Popen(
                asterisk.run_command(self._installation, configuration), stdout=said, stderr=said
            )

    async def ready(self) -> None:
        """Wait until it answers."""
        proof = {"Authorization": aiohttp.encode_basic_auth("acd", SECRET)}
        async with asyncio.timeout(START_WITHIN_S), aiohttp.ClientSession(headers=proof) as session:
            while True:
                try:
                    async with session.get(f"{self.url}/ari/asterisk/ping") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                assert self._process is None or self._process.poll() is None, "Asterisk has ended"
                await asyncio.sleep(0.05)

    async def calm(self) -> None:
        """Wait until it has come to rest: after new phones it looks through all of them once for each."""
        async with asyncio.timeout(CALM_WITHIN_S):
            share = 1.0
            while share > CALM_SHARE:
                before = processor_s([self.pid])
                await asyncio.sleep(0.5)
                share = (processor_s([self.pid]) - before) / 0.5

    def says(self, command: str) -> str:
        """What it answers at its console."""
        etc = self._home / "etc" / "asterisk.conf"
        words = [*self._installation.command, "-C", str(etc), "-rx", command]
        return subprocess.run(words, capture_output=True, text=True, timeout=10, check=False).stdout

    def stop(self) -> None:
        """At once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _add(file: Path, text: str) -> None:
    with file.open("a") as there:
        there.write(text)


class Machine:
    """Asterisk and PostgreSQL with the centre in it, until `stop`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.postgres = TestPostgres(durable=True)
        self.asterisk = Asterisk(home / "asterisk")
        self.database_url = self.postgres.url("bench")
        self.portal_port = free_port()

    def start(self) -> None:
        """Both; Asterisk may take a moment yet."""
        self.postgres.start()
        self.postgres.execute("create database bench")
        self.postgres.execute(SCHEMA.read_text(), "bench")
        asyncio.run(self._describe())
        self.asterisk.start()

    async def _describe(self) -> None:
        connection = await connect(self.database_url)
        try:
            await apply(connection, centre())
        finally:
            await close(connection)

    def stop(self) -> None:
        """And leave nothing but the files in `home`."""
        self.asterisk.stop()
        self.postgres.remove()


# --- what a process costs


def processor_s(pids: Sequence[int]) -> float:
    """Processor time of these so far, and of those of their children that have ended."""
    ticks = 0
    for pid in pids:
        words = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
        ticks += sum(int(word) for word in words[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def stolen_s() -> float:
    """Processor time so far that the host gave to others while this machine had work for it."""
    words = Path("/proc/stat").read_text().partition("\n")[0].split()
    return int(words[8]) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid: int) -> float:
    """What it holds."""
    pages = int(Path("/proc", str(pid), "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
