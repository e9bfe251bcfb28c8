"""`acd up` as its user runs it: Asterisk, PostgreSQL and the engine for real; how it starts, ends, and says no."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from acd.runtime.up import asterisk
from acd.runtime.up.asterisk import Site
from feature_codes.table import DEFAULT_CODES
from tests.ports import free_port, free_rtp_ports

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "demo.toml"

FIRST_START_WITHIN_SECONDS = 300
"""It may have to fetch Asterisk first."""
ENDS_WITHIN_SECONDS = 20
SINGLE_PORTS = ("--sip-port", "--ari-port", "--web-port", "--portal-port")


@dataclass(kw_only=True)
class Centre:
    """One `acd up`, its sheet read."""

    process: subprocess.Popen[str]
    state_dir: Path
    options: dict[str, str]
    sheet: dict[str, Any] = field(default_factory=dict[str, Any])

    def said(self) -> str:
        return (self.state_dir.parent / f"{self.state_dir.name}.err").read_text()

    def own_pids(self) -> list[int]:
        """Every process of this centre, also those that the sheet does not name."""
        found: list[int] = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and int(entry.name) != self.process.pid:
                try:
                    command = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if os.fsencode(self.state_dir) in command:
                    found.append(int(entry.name))
        return found


def options_of(**chosen: str) -> dict[str, str]:
    """Free ports, but for those that are chosen."""
    ports = {option: str(free_port()) for option in SINGLE_PORTS}
    rtp = free_rtp_ports()
    return {**ports, "--rtp-ports": f"{rtp[0]}-{rtp[-1]}", **chosen}


def command(state_dir: Path, options: dict[str, str], file: Path = DEMO) -> list[str]:
    words = [word for option in options.items() for word in option]
    return [sys.executable, "-m", "acd", "up", str(file), "--json", "--state-dir", str(state_dir), *words]


@contextmanager
def running(state_dir: Path, options: dict[str, str]) -> Generator[Centre]:
    """Up until the block ends."""
    errors = (state_dir.parent / f"{state_dir.name}.err").open("w")
    with (
        errors,
        subprocess.Popen(
            command(state_dir, options), cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        centre = Centre(process=process, state_dir=state_dir, options=options)
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line, centre.said()
            centre.sheet = json.loads(line)
            yield centre
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(ENDS_WITHIN_SECONDS)


def refused(
    state_dir: Path, options: dict[str, str], *, file: Path = DEMO, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What `acd up` says that does not start."""
    return subprocess.run(
        command(state_dir, options, file),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def fetched(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def eventually(true: Callable[[], object], within_seconds: float) -> None:
    deadline = time.monotonic() + within_seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """One that the tests of this module look at and leave running."""
    with running(tmp_path_factory.mktemp("up") / "state", options_of()) as up:
        yield up


@pytest.mark.timeout(FIRST_START_WITHIN_SECONDS)
def test_the_sheet_is_true(centre: Centre) -> None:
    sheet = centre.sheet
    assert sheet["ready"] is True
    assert sheet["sip"] == {"host": "127.0.0.1", "port": int(centre.options["--sip-port"]), "transport": "udp"}
    assert sorted(device["user"] for device in sheet["devices"]) == [
        *("1001-desk", "1001-soft", "1002-desk", "1003-desk", "1004-desk"),
    ]
    assert all(
        len(device["password"]) >= 8 and device["owner"].endswith("@demo.example") for device in sheet["devices"]
    )
    assert [queue["number"] for queue in sheet["queues"]] == ["7001", "7002", "7003"]
    assert set(sheet["star_codes"]) == set(DEFAULT_CODES.values())
    assert fetched(sheet["urls"]["readyz"])[0] == 200
    assert fetched(sheet["urls"]["healthz"])[0] == 200
    assert "acd_" in fetched(sheet["urls"]["metrics"])[1]
    assert all(Path("/proc", str(pid)).exists() for pid in sheet["pids"].values())
    assert set(sheet["pids"]) == {"up", "asterisk", "postgresql", "engine"}


def test_the_sheet_leads_to_the_pages(centre: Centre) -> None:
    url = centre.sheet["portal"]["url"]
    status, page = fetched(url)
    assert status == 200
    scripts = re.findall(r'src="(/static/[^"]+)"', page)
    assert scripts
    assert all(fetched(url + script)[0] == 200 for script in scripts)


def test_everybody_can_log_in_as_the_sheet_says_and_row_security_holds(centre: Centre) -> None:
    portal = centre.sheet["portal"]
    roles = {user["login"]: user["role"] for user in portal["users"]}
    assert roles["1001@demo.example"] == "agent"
    assert {"supervisor", "office_manager"} < set(roles.values())
    for user in portal["users"]:
        asked = urllib.request.Request(
            f"{portal['url']}/api/v1/session",
            data=json.dumps({"login": user["login"], "password": user["password"]}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            assert json.load(answer)["who"]["role"] == user["role"]
    assert json.loads(fetched(centre.sheet["urls"]["readyz"])[1])["warnings"] == []


def test_nothing_of_it_runs_as_root(centre: Centre) -> None:
    owners = {Path("/proc", str(pid)).stat().st_uid for pid in centre.own_pids()}
    assert len(owners) == 1
    assert 0 not in owners


def test_no_secret_is_in_a_command_line_an_environment_or_a_log(centre: Centre) -> None:
    secrets = [device["password"] for device in centre.sheet["devices"]]
    secrets += [user["password"] for user in centre.sheet["portal"]["users"]]
    secrets.append((centre.state_dir / "ari.secret").read_text().strip())
    seen = centre.said().encode()
    for pid in (centre.process.pid, *centre.own_pids()):
        seen += Path("/proc", str(pid), "cmdline").read_bytes() + Path("/proc", str(pid), "environ").read_bytes()
    for log in [*(centre.state_dir / "log").iterdir(), *(centre.state_dir / "asterisk" / "log").iterdir()]:
        if log.is_file():
            seen += log.read_bytes()
    assert not [secret for secret in secrets if secret.encode() in seen]


def test_secrets_on_disk_are_the_owners_alone(centre: Centre) -> None:
    assert stat.S_IMODE(centre.state_dir.stat().st_mode) == 0o700
    for path in (centre.state_dir, *centre.state_dir.rglob("*")):
        if not path.is_symlink() and not path.is_socket():
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 or path.name in MADE_BEFORE, path


MADE_BEFORE = {"log"}
"""Directories that stand inside a closed one, and were there before what is in them."""


def test_nothing_listens_but_what_is_to_be_reached(centre: Centre) -> None:
    """Of all processes of the centre; phones' sound is on the ports that were given for it."""
    ports = {option: int(port) for option, port in centre.options.items() if option in SINGLE_PORTS}
    first, _, last = centre.options["--rtp-ports"].partition("-")
    inodes = {inode for pid in centre.own_pids() for inode in sockets_of(pid)}
    tcp = listening("tcp", "0A", inodes) | listening("tcp6", "0A", inodes)
    udp = listening("udp", "07", inodes) | listening("udp6", "07", inodes)
    assert tcp == {("127.0.0.1", ports[option]) for option in ("--ari-port", "--web-port", "--portal-port")}
    assert ("127.0.0.1", ports["--sip-port"]) in udp
    others = {port for _, port in udp - {("127.0.0.1", ports["--sip-port"])} if not int(first) <= port <= int(last)}
    # Of the SIP library itself, for answers of name servers. Nobody is served there.
    assert len(others) <= 2
    for port in others:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(0.3)
            asking.sendto(b"OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK1\r\n\r\n", ("127.0.0.1", port))
            with pytest.raises(OSError):
                asking.recv(2048)


def sockets_of(pid: int) -> set[str]:
    """The inodes of a process's sockets."""
    found: set[str] = set()
    for descriptor in Path("/proc", str(pid), "fd").iterdir():
        with suppress(OSError):
            target = str(descriptor.readlink())
            if target.startswith("socket:["):
                found.add(target.removeprefix("socket:[").removesuffix("]"))
    return found


def listening(table: str, state: str, inodes: set[str]) -> set[tuple[str, int]]:
    """Address and port of those sockets that are in this state; an address of IPv6 as the kernel writes it."""
    found: set[tuple[str, int]] = set()
    for line in Path("/proc/net", table).read_text().splitlines()[1:]:
        words = line.split()
        host, _, port = words[1].partition(":")
        if words[3] == state and words[9] in inodes:
            name = socket.inet_ntoa(bytes.fromhex(host)[::-1]) if len(host) == 8 else host
            found.add((name, int(port, 16)))
    return found


@pytest.mark.timeout(FIRST_START_WITHIN_SECONDS)
def test_a_second_centre_runs_beside_it(centre: Centre, tmp_path: Path) -> None:
    with running(tmp_path / "state", options_of()) as other:
        for up in (centre, other):
            assert fetched(up.sheet["urls"]["readyz"])[0] == 200
        assert not set(centre.sheet["pids"].values()) & set(other.sheet["pids"].values())
    assert fetched(centre.sheet["urls"]["readyz"])[0] == 200


def test_the_same_state_directory_is_refused(centre: Centre) -> None:
    told = refused(centre.state_dir, options_of())
    assert told.returncode == 1
    assert f"in use by a running centre (process {centre.process.pid})" in told.stderr
    assert "--state-dir" in told.stderr


@pytest.mark.parametrize("option", SINGLE_PORTS)
def test_a_taken_port_is_told_with_its_option(centre: Centre, tmp_path: Path, option: str) -> None:
    told = refused(tmp_path / "state", options_of(**{option: centre.options[option]}))
    assert told.returncode == 1
    assert f"Port {centre.options[option]} for" in told.stderr
    assert option in told.stderr
    assert "Traceback" not in told.stderr


def test_a_state_directory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = refused(tmp_path / "file" / "state", options_of())
    assert told.returncode == 1
    assert "cannot be written" in told.stderr
    assert "--state-dir" in told.stderr


def test_a_wrong_file_starts_nothing_and_lists_its_faults(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(
        DEMO.read_text().replace('type = "ring_all"', 'type = "ring_everybody"').replace('"7003"', '"7001"')
    )
    told = refused(tmp_path / "state", options_of(), file=file)
    assert told.returncode == 2
    assert "ring_everybody" in told.stderr
    assert "7001" in told.stderr
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("program", ["engine", "asterisk", "postgresql"])
@pytest.mark.timeout(120)
def test_what_dies_is_started_again(centre: Centre, program: str) -> None:
    os.kill(centre.sheet["pids"][program], signal.SIGKILL)
    eventually(lambda: f"{_name(program)} ended (signal SIGKILL)" in centre.said(), within_seconds=5)
    eventually(lambda: _ready(centre), within_seconds=30)
    assert centre.process.poll() is None


def _name(program: str) -> str:
    return {"engine": "engine", "asterisk": "Asterisk", "postgresql": "PostgreSQL"}[program]


def _ready(centre: Centre) -> bool:
    try:
        return fetched(centre.sheet["urls"]["readyz"])[0] == 200
    except OSError:
        return False


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.timeout(FIRST_START_WITHIN_SECONDS)
def test_nothing_is_left_however_it_ends_and_the_next_start_is_quick(ending: signal.Signals, tmp_path: Path) -> None:
    options = options_of()
    with running(tmp_path / "state", options) as first:
        assert first.own_pids()
        first.process.send_signal(ending)
        assert first.process.wait(ENDS_WITHIN_SECONDS) == (-signal.SIGKILL if ending is signal.SIGKILL else 0)
        if ending is signal.SIGKILL:
            eventually(lambda: not first.own_pids(), within_seconds=10)
        assert not first.own_pids()
    began = time.monotonic()
    with running(tmp_path / "state", options) as second:
        assert time.monotonic() - began < 10
        assert second.sheet["devices"] == first.sheet["devices"]
        assert "nothing to change" in second.said()


@pytest.mark.parametrize("moment", ["Making the database", "Starting PostgreSQL", "Starting the engine"])
@pytest.mark.timeout(FIRST_START_WITHIN_SECONDS)
def test_it_can_be_stopped_while_it_starts(moment: str, tmp_path: Path) -> None:
    with subprocess.Popen(
        command(tmp_path / "state", options_of()),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        while moment not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENDS_WITHIN_SECONDS) == 0
        assert not Centre(process=process, state_dir=tmp_path / "state", options={}).own_pids()


@pytest.mark.timeout(FIRST_START_WITHIN_SECONDS)
def test_a_file_is_applied_while_it_runs(centre: Centre, tmp_path: Path) -> None:
    file = tmp_path / "centre.toml"
    file.write_text(DEMO.read_text().replace('name = "Sales"', 'name = "Orders"'))
    apply = [sys.executable, "-m", "acd", "apply", str(file), "--state-dir", str(centre.state_dir)]
    told = subprocess.run(apply, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert (told.returncode, told.stdout) == (0, "queue 7001 Sales: name Sales -> Orders\n")
    again = subprocess.run(apply, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert (again.returncode, again.stdout) == (0, "Nothing to change.\n")


@pytest.fixture
def running_asterisk(centre: Centre, tmp_path: Path) -> Iterator[dict[str, str]]:
    """An Asterisk that somebody else has started; the options by which `acd up` takes it."""
    options = options_of()
    first, _, last = options["--rtp-ports"].partition("-")
    site = Site(
        sip_host="127.0.0.1",
        sip_port=int(options["--sip-port"]),
        ari_port=int(options["--ari-port"]),
        rtp_first=int(first),
        rtp_last=int(last),
        ari_password="written-by-hand",
    )
    installation = asterisk.installed() or asterisk.in_tree(_tree_of(centre))
    configuration = asterisk.write_configuration(installation, site, tmp_path / "elsewhere")
    (tmp_path / "password").write_text("written-by-hand\n")
    with subprocess.Popen(asterisk.run_command(installation, configuration), stdout=subprocess.DEVNULL) as process:
        yield {
            "--sip-port": options["--sip-port"],
            "--ari-url": f"http://127.0.0.1:{options['--ari-port']}",
            "--ari-password-file": str(tmp_path / "password"),
        }
        process.terminate()


def _tree_of(centre: Centre) -> Path:
    program = Path(centre.sheet["asterisk"].rpartition(", ")[2])
    return program.parents[2]


@pytest.mark.timeout(FIRST_START_WITHIN_SECONDS)
def test_a_running_asterisk_is_used_and_left_running(running_asterisk: dict[str, str], tmp_path: Path) -> None:
    with running(tmp_path / "state", options_of(**running_asterisk)) as up:
        assert set(up.sheet["pids"]) == {"up", "postgresql", "engine"}
        assert up.sheet["sip"]["port"] == int(running_asterisk["--sip-port"])
        assert running_asterisk["--ari-url"] in up.sheet["asterisk"]
    assert fetched(running_asterisk["--ari-url"] + "/ari/asterisk/ping")[0] == 401


def test_a_wrong_ari_password_is_told(running_asterisk: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "password").write_text("guessed")
    told = refused(tmp_path / "state", options_of(**running_asterisk))
    assert told.returncode == 1
    assert "answers 401" in told.stderr
    assert "--ari-password-file" in told.stderr
    assert "guessed" not in told.stderr


def test_a_running_asterisk_needs_its_password(tmp_path: Path) -> None:
    told = refused(tmp_path / "state", options_of(**{"--ari-url": "http://127.0.0.1:1"}))
    assert told.returncode == 2
    assert "--ari-password-file" in told.stderr


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    environment = {**os.environ, "ACD_DATABASE_URL": "postgresql://acd:pssst@127.0.0.1:1/acd"}
    told = refused(tmp_path / "state", options_of(), environment=environment)
    assert told.returncode == 1
    assert "127.0.0.1:1" in told.stderr
    assert "pssst" not in told.stderr
