"""The state directory: held by one, its secrets for one."""

import os
import stat
import time
from pathlib import Path

import pytest

from acd.runtime.up import place
from acd.runtime.up.errors import StartError


def test_a_second_centre_is_refused_and_the_first_is_named(tmp_path: Path) -> None:
    with (
        place.taken(tmp_path / "state"),
        pytest.raises(StartError, match=rf"in use by a running centre \(process {os.getpid()}\)"),
        place.taken(tmp_path / "state"),
    ):
        pass


def test_it_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with place.taken(tmp_path / "state") as taken:
            assert taken.root == tmp_path / "state"


def test_what_is_left_of_a_dead_owner_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "LEFTOVERS_WITHIN_SECONDS", 0.2)
    with place.taken(tmp_path / "state") as taken:
        os.ftruncate(taken.lock, 0)
        os.pwrite(taken.lock, b"999999999\n", 0)
        began = time.monotonic()
        with pytest.raises(StartError, match="in use"), place.taken(tmp_path / "state"):
            pass
    assert time.monotonic() - began >= 0.2


def test_a_directory_that_cannot_be_made_is_told_with_its_option(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match=r"cannot be written .*--state-dir"), place.taken(tmp_path / "file" / "state"):
        pass


def test_a_secret_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    made = place.kept_secret(file)
    assert len(made) >= 24
    assert place.kept_secret(file) == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_secret_never_goes_into_a_file_that_others_opened(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.touch(mode=0o644)
    with file.open() as spy:
        place.write_secret(file, "pssst")
        assert spy.read() == ""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_socket_has_a_path_that_fits(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 20) / ("deeper" * 10)
    for root in (tmp_path / "state", deep):
        with place.taken(root) as taken, place.socket_directory(taken) as sockets:
            assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= 107
            assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
