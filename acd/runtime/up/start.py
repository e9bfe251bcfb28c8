"""One centre from start to stop: takes its place, starts its programs, shows the sheet, stops them backwards."""

import asyncio
import os
import signal
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from acd.centre import Centre
from acd.ports import Endpoint
from acd.runtime import spare
from acd.runtime.database import LOST, DatabaseError, address, close, connect, in_words
from acd.runtime.store import Store
from acd.runtime.up import asterisk, place, ports, postgres, tree
from acd.runtime.up.asterisk import PACKAGES, Installation, Site
from acd.runtime.up.children import Child, Program
from acd.runtime.up.errors import StartError
from acd.runtime.up.place import Place
from acd.runtime.up.portal_passwords import apply_with_passwords
from acd.runtime.up.ports import LOOPBACK, Ports
from acd.runtime.up.privileges import Privileges
from acd.runtime.up.progress import say
from acd.runtime.up.sheet import LoginLine, PhoneLine, QueueLine, Sheet
from feature_codes.table import DEFAULT_CODES

READY_WITHIN_SECONDS: Final = 60.0
SAY_WHY_AFTER_SECONDS: Final = 5.0
STOOD_DOWN: Final = 4
"""The engine's exit code when another engine has taken its place; both would fight if it came back at once."""
STOOD_DOWN_PAUSE_SECONDS: Final = 60.0

_WHAT_CODES_DO: Final = {
    "single_call": "available for one call, then offline",
    "online": "available for calls from the queues",
    "offline": "unavailable",
    "status": "how you stand",
    "end_wrap_up": "ready before the wrap-up is over",
    "lunch": "away: lunch",
    "break": "away: break",
    "meeting": "away: meeting",
    "other": "away: other",
    "web": "away: web",
    "away": "and a digit: away by the number of the status",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningAsterisk:
    """One that is there already, and is not ours to start or stop."""

    url: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What `acd up` was asked for."""

    centre: Centre
    ports: Ports
    state_dir: Path
    database_url: str | None = field(repr=False)
    """None: a PostgreSQL of the centre's own."""
    running_asterisk: RunningAsterisk | None
    """None: an Asterisk of the centre's own."""
    as_json: bool


def up(options: Options) -> None:
    """Run the centre until SIGINT, SIGTERM or SIGHUP. Raises `StartError` where it cannot be started."""
    os.environ.pop("ACD_DATABASE_URL", None)  # it may hold a password, and children get the environment
    asyncio.run(_until_asked(options))


async def _until_asked(options: Options) -> None:
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    life = asyncio.create_task(_Start(options).live())
    waiting = asyncio.create_task(asked.wait())
    await asyncio.wait({life, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not life.done():
        say("Stopping.")
        life.cancel()
    try:
        await life
    except asyncio.CancelledError:
        say("Stopped.")
    except BaseExceptionGroup as group:
        raise _first(group) from None


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


class _Start:
    """A centre on its way up, and while it runs."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._began = time.monotonic()
        self._place: Place
        self._privileges: Privileges
        self._sockets: Path
        self._children: dict[str, Child] = {}
        self._asterisk_in_words: str
        self._portal_url: str
        self._portal_passwords: dict[str, str]
        self._database_url: str

    async def live(self) -> None:
        """Start everything, show the sheet, and watch for ever; cancelled, stop everything."""
        options = self._options
        async with asyncio.TaskGroup() as watchers, AsyncExitStack() as stack:
            self._place = stack.enter_context(place.taken(options.state_dir))
            ports.check(options.ports, own_asterisk=options.running_asterisk is None)
            portal_port = stack.enter_context(ports.portal_port(options.ports))
            self._portal_url = f"http://{options.ports.bind}:{portal_port}"
            installation = await tree.find() if options.running_asterisk is None else None
            os.umask(0o077)  # recordings, logs and databases are for nobody else; the tree before is for all centres
            programs = postgres.binaries() if options.database_url is None else None
            self._privileges = Privileges(*self._reach(installation, programs))
            self._privileges.own(self._place.root)
            self._sockets = stack.enter_context(place.socket_directory(self._place))
            self._privileges.own(self._sockets)
            if installation:
                await self._start(self._asterisk(installation), watchers, stack)
            else:
                await self._check_running_asterisk()
            self._database_url = options.database_url or ""
            if programs:
                await self._start_postgres(programs, watchers, stack)
            await self._apply()
            self._write_settings()
            engine = await self._start(self._engine(), watchers, stack)
            await self._calls_can_be_taken()
            for child in self._children.values():
                child.ready = True
            sheet = await self._sheet()
            print(sheet.as_json() if options.as_json else sheet.as_text(), flush=True)
            say(f"Ready after {time.monotonic() - self._began:.1f} s (engine: process {engine.pid}).")
            await asyncio.Event().wait()

    def _reach(self, installation: Installation | None, programs: Path | None) -> list[Path]:
        """What the children must be able to read."""
        wanted = [Path(sys.executable), PACKAGES / "acd" / "cli.py", self._place.root.parent]
        if installation:
            wanted += [Path(installation.command[0]), installation.modules, installation.share]
        if programs:
            wanted.append(programs / "postgres")
        return wanted

    async def _start(self, program: Program, watchers: asyncio.TaskGroup, stack: AsyncExitStack) -> Child:
        child = Child(program, self._place.lock)
        self._children[program.name] = child
        stack.push_async_callback(child.stop)
        await child.start(watchers)
        return child

    # --- Asterisk

    def _asterisk(self, installation: Installation) -> Program:
        wanted = self._options.ports
        site = Site(
            sip_host=wanted.bind,
            sip_port=wanted.sip,
            ari_port=wanted.ari,
            rtp_first=wanted.rtp_first,
            rtp_last=wanted.rtp_last,
            ari_password=place.kept_secret(self._place.ari_secret),
        )
        configuration = asterisk.write_configuration(installation, site, self._place.asterisk)
        self._privileges.own(self._place.asterisk, self._place.ari_secret)
        self._asterisk_in_words = f"{installation.version}, {installation.command[-1]}"
        say(f"Starting Asterisk {installation.version}.")
        return Program(
            name="Asterisk",
            command=tuple(asterisk.run_command(installation, configuration)),
            privileges=self._privileges.prefix,
            log=self._place.log("asterisk"),
        )

    async def _check_running_asterisk(self) -> None:
        """Wait for the configured Asterisk, and see that it is new enough."""
        configured = self._options.running_asterisk
        assert configured
        place.write_secret(self._place.ari_secret, configured.password)
        self._privileges.own(self._place.ari_secret)
        version = await asterisk.version_over_ari(configured.url, configured.user, configured.password)
        if not asterisk.new_enough(version):
            raise StartError(
                f"Asterisk at {configured.url} is {version}; {asterisk.FLOOR_IN_WORDS} or newer is needed. Upgrade it."
            )
        self._asterisk_in_words = f"{version}, {configured.url}"

    # --- the database

    async def _start_postgres(self, programs: Path, watchers: asyncio.TaskGroup, stack: AsyncExitStack) -> None:
        if not self._place.postgres.exists():
            say("Making the database.")
        await postgres.prepare(self._place, programs, self._privileges)
        say("Starting PostgreSQL.")
        program = postgres.program(self._place, programs, self._sockets, self._privileges)
        await postgres.reached(self._sockets, await self._start(program, watchers, stack))
        self._database_url = postgres.url(self._sockets)

    async def _apply(self) -> None:
        """Bring the centre's file into the database, whose schema is made where it is new."""
        try:
            await close(await connect(self._database_url))  # one that is away is told; `Store.open` would wait for it
            await Store.open(self._database_url)
            connection = await connect(self._database_url)
            try:
                changes, self._portal_passwords = await apply_with_passwords(
                    connection, self._options.centre, self._place.portal_passwords
                )
            finally:
                await close(connection)
        except DatabaseError as error:
            raise StartError(str(error)) from None
        except LOST as error:
            where = address(self._database_url)
            raise StartError(f"The {where} cannot be reached: {in_words(error)}. Correct --database-url.") from None
        said = "nothing to change" if not changes else f"{len(changes)} changes"
        say(f"Centre {self._options.centre.account.id} from {self._options.centre.source}: {said}.")

    # --- the engine

    def _write_settings(self) -> None:
        configured, wanted = self._options.running_asterisk, self._options.ports
        ari_url = configured.url if configured else f"http://{LOOPBACK}:{wanted.ari}"
        lines = (
            "# What `acd up` starts the engine with; written anew at every start.",
            "[database]",
            f"url = {_toml(self._database_url)}",
            "[ari]",
            f"url = {_toml(ari_url)}",
            f"user = {_toml(configured.user if configured else 'acd')}",
            f"password_file = {_toml(str(self._place.ari_secret))}",
            "[web]",
            f"bind = {_toml(wanted.bind)}",
            f"port = {wanted.web}",
            "[portal]",
            f"bind = {_toml(wanted.bind)}",
            f"port = {urlsplit(self._portal_url).port}",
            f"url = {_toml(self._portal_url)}",
            f"mail_folder = {_toml(str(self._place.mail))}",
            "[journal]",
            f"spool = {_toml(str(self._place.spool))}",
            "[queue_log]",
            f"path = {_toml(str(self._place.queue_log / 'queue_log'))}",
        )
        directories = (self._place.spool, self._place.mail, self._place.queue_log)
        for directory in directories:
            directory.mkdir(mode=0o700, exist_ok=True)
        place.write_secret(self._place.settings, "\n".join(lines) + "\n")
        self._privileges.own(self._place.settings, *directories)

    def _engine(self) -> Program:
        say("Starting the engine.")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ACD__")}
        return Program(
            name="engine",
            command=(sys.executable, "-m", "acd", "run", "--settings", str(self._place.settings)),
            privileges=self._privileges.prefix,
            log=self._place.log("engine"),
            death_signal=signal.SIGKILL,  # an orderly end would wait for the database, which is ending too
            directory=PACKAGES,
            environment={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
            longer_pauses={STOOD_DOWN: STOOD_DOWN_PAUSE_SECONDS},
            told_at=self._sockets / "engine",
            as_spare=(spare.OPTION,),
        )

    async def _calls_can_be_taken(self) -> None:
        """Wait for /readyz, saying what it is that takes long."""
        wanted, said = self._options.ports, ""
        began = time.monotonic()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            while why := await _why_not_ready(session, f"http://{wanted.bind}:{wanted.web}/readyz"):
                waited = time.monotonic() - began
                if waited > SAY_WHY_AFTER_SECONDS and why != said:
                    say(f"Waiting: {why}")
                    said = why
                if waited > READY_WITHIN_SECONDS and self._options.running_asterisk is None:
                    raise StartError(f"The centre is not ready after {waited:.0f} s: {why}. See {self._place.root}/log")
                await asyncio.sleep(0.05)

    # --- the sheet

    async def _sheet(self) -> Sheet:
        configuration, provisioning = await Store(self._database_url).load()
        centre, wanted = self._options.centre, self._options.ports
        queues_of: dict[str, list[str]] = {}
        for queue in configuration.queues.values():
            for (agent, of), assignment in configuration.assignments.items():
                if of == queue.id:
                    for device in configuration.devices.values():
                        if device.owner == agent and (assignment.devices is None or device.id in assignment.devices):
                            queues_of.setdefault(device.id, []).append(queue.number)
        base = f"http://{wanted.bind}:{wanted.web}"
        pids = {"up": os.getpid(), **{name.lower(): child.pid or 0 for name, child in self._children.items()}}
        return Sheet(
            account=centre.account.id,
            sip_host=wanted.bind,
            sip_port=wanted.sip,
            devices=tuple(
                _phone_line(endpoint, tuple(queues_of.get(endpoint.device, ())))
                for endpoint in provisioning.endpoints
                if endpoint.account == centre.account.id
            ),
            queues=tuple(QueueLine(number=queue.number, name=queue.name, type=queue.type) for queue in centre.queues),
            star_codes={code: _WHAT_CODES_DO[action] for action, code in DEFAULT_CODES.items()},
            portal=self._portal_url,
            logins=tuple(
                LoginLine(
                    login=f"{user.extension}@{centre.account.id}",
                    name=user.name,
                    role=user.role,
                    password=self._portal_passwords.get(user.extension),
                )
                for user in centre.users
            ),
            mail_folder=str(self._place.mail),
            urls={"metrics": f"{base}/metrics", "healthz": f"{base}/healthz", "readyz": f"{base}/readyz"},
            pids=pids,
            state_dir=str(self._place.root),
            asterisk=self._asterisk_in_words,
        )


def _phone_line(endpoint: Endpoint, queues: tuple[str, ...]) -> PhoneLine:
    return PhoneLine(
        user=endpoint.device,
        password=endpoint.secret,
        owner=f"{endpoint.extension}@{endpoint.account}",
        extension=endpoint.extension,
        name=endpoint.caller_name,
        queues=queues,
    )


async def _why_not_ready(session: aiohttp.ClientSession, url: str) -> str:
    """Empty: it is ready."""
    try:
        async with session.get(url) as response:
            told: dict[str, Any] = await response.json()
            return "; ".join(told["reasons"])
    except (aiohttp.ClientError, TimeoutError):
        return "the engine does not answer yet"


def _toml(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
