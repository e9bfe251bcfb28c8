"""What an installation is made of: a wheel with all that is needed at run time, and a unit without faults.

That it installs, and that the unit runs, is shown on a clean Debian: `python -m tests.install`.
"""

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from acd.runtime.up.asterisk import PROMPTS, TEMPLATES
from tests.install.wheel import ROOT, build

UNIT = ROOT / "ops" / "systemd" / "acd.service"
NOT_AT_RUN_TIME = ("__pycache__", ".pyc")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_has_all_that_is_needed_at_run_time(wheel: Path) -> None:
    packed = zipfile.ZipFile(wheel)
    names = set(packed.namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in ("acd", "ari_bridge", "feature_codes", "portal")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and not any(part in str(path) for part in NOT_AT_RUN_TIME)
    }
    for folder, place in (("asterisk-conf", TEMPLATES), ("prompts", PROMPTS), ("migrations", ROOT / "migrations")):
        wanted |= {f"acd/share/{folder}/{path.relative_to(place)}" for path in place.rglob("*.*") if path.is_file()}
    assert wanted - names == set()
    assert len(wanted) > 300
    assert packed.read("acd/share/schema.sql") == (ROOT / "schema.sql").read_bytes()
    assert packed.read("acd/share/requirements.txt") == (ROOT / "requirements.txt").read_bytes()
    assert not any(name.startswith(("tests/", "docs/")) for name in names)


def test_what_the_wheel_installs_runs_without_the_checkout(wheel: Path, empty_database: str, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--target", str(target)]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    acd = [sys.executable, str(target / "bin" / "acd")]
    environment = {"PYTHONPATH": str(target), "ACD_DATABASE_URL": empty_database, "PATH": "/usr/bin:/bin"}
    for words, expected in (("database upgrade", "has version"), ("database status", "it is whole")):
        done = subprocess.run(
            [*acd, *words.split()], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout
    where = subprocess.run(
        [
            sys.executable,
            "-c",
            "import acd.runtime.schema as s, acd.runtime.up.asterisk as a; print(s.SCHEMA, a.PROMPTS)",
        ],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert all(Path(place).exists() and Path(place).is_relative_to(target) for place in where)


def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    """Told the truth about everything but where the program is, which is not installed here."""
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/asterisk-acd/current/bin/acd", "/bin/true"))
    verified = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60)
    assert [line for line in verified.stderr.splitlines() if UNIT.name in line] == []
    assert verified.returncode == 0, verified.stderr


def test_the_unit_is_sandboxed(tmp_path: Path) -> None:
    """By systemd's own measure, in which 0 is safe and 10 is not; what most services ship is above 9."""
    measured = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=20", str(UNIT)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert measured.returncode == 0, measured.stdout
    found = re.search(r"exposure level for acd.service: ([0-9.]+)", measured.stdout)
    assert found
    assert float(found[1]) <= 1.5


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "Name the wheel to install"),
        (("none.whl",), 2, "none.whl cannot be read"),
        (("--remove",), 2, "--remove is not known"),
        (("a.whl", "b.whl"), 2, "Give one wheel, not two"),
        (("--database-url-file",), 2, "needs the name of a file"),
        (("--help",), 0, "--uninstall"),
    ],
)
def test_the_install_script_refuses_in_words(arguments: tuple[str, ...], code: int, words: str, tmp_path: Path) -> None:
    command = ["bash", str(ROOT / "ops" / "install"), *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert words in done.stdout + done.stderr
    assert done.returncode == code


@pytest.mark.parametrize("arguments", [("asterisk_acd-1.0-py3-none-any.whl",), ("--uninstall",)])
def test_the_install_script_is_for_root(arguments: tuple[str, ...]) -> None:
    text = (ROOT / "ops" / "install").read_bytes()
    with tempfile.TemporaryDirectory() as place:  # pytest's own directories are closed to others
        Path(place).chmod(0o755)
        (Path(place) / "asterisk_acd-1.0-py3-none-any.whl").touch()
        command = ["bash", "-s", "--", *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid", "65534", *command]
        done = subprocess.run(command, input=text, cwd=place, capture_output=True, timeout=60)
    assert (done.returncode, b"run it as root" in done.stderr) == (1, True)
