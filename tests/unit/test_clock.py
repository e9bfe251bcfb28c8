"""The clock keeps growing whatever the machine's clock does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from acd.runtime.clock import BOOT, Clock, Kept, since_boot

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Seconds:
    """A monotonic clock in the test's hand."""

    def __init__(self) -> None:
        self.value = 1000.0

    def __call__(self) -> float:
        return self.value


def test_it_starts_at_the_wall_and_goes_on_with_the_monotonic_clock() -> None:
    seconds = Seconds()
    clock = Clock(wall=NOON, monotonic_seconds=seconds)
    assert clock.now() == NOON
    seconds.value += 2.5
    assert clock.now() == NOON + timedelta(seconds=2.5)
    assert clock.now().tzinfo is UTC


def test_it_never_begins_before_the_last_fact_of_the_journal() -> None:
    last = NOON + timedelta(hours=1)
    assert Clock(wall=NOON, not_before=last, monotonic_seconds=Seconds()).now() == last
    assert Clock(wall=NOON, not_before=NOON - timedelta(hours=1), monotonic_seconds=Seconds()).now() == NOON


def test_this_machines_clock_grows(tmp_path: Path) -> None:
    clock = Clock.of_this_machine(tmp_path, not_before=None, busy=False)
    before = datetime.now(UTC)
    readings = [clock.now() for _ in range(1000)]
    assert readings == sorted(readings)
    assert abs(readings[0] - before) < timedelta(seconds=5)
    assert abs(clock.offset()) < timedelta(seconds=5)


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_jump_of_the_systems_clock_is_not_noticed_over_a_restart_with_calls(tmp_path: Path, jump: timedelta) -> None:
    """As if the system's clock had jumped since: what was kept says another instant for the same moment."""
    before = datetime.now(UTC) - jump
    keep(tmp_path, before)
    clock = Clock.of_this_machine(tmp_path, not_before=None, busy=True)
    assert abs(clock.now() - before) < timedelta(seconds=5)
    assert abs(clock.offset() - jump) < timedelta(seconds=5), "told as a figure"
    again = Clock.of_this_machine(tmp_path, not_before=None, busy=True)
    assert abs(again.now() - before) < timedelta(seconds=5), "and so at the start after it"


def test_with_nothing_under_way_the_systems_clock_is_adopted(tmp_path: Path) -> None:
    keep(tmp_path, datetime.now(UTC) - timedelta(hours=1))
    clock = Clock.of_this_machine(tmp_path, not_before=None, busy=False)
    assert abs(clock.offset()) < timedelta(seconds=5)


def test_the_count_of_seconds_of_another_boot_says_nothing(tmp_path: Path) -> None:
    keep(tmp_path, datetime.now(UTC) - timedelta(hours=1), boot="another")
    clock = Clock.of_this_machine(tmp_path, not_before=None, busy=True)
    assert abs(clock.offset()) < timedelta(seconds=5)


@pytest.mark.parametrize("content", [b"", b"{", b'{"boot": 5}'])
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "clock.json").write_bytes(content)
    clock = Clock.of_this_machine(tmp_path, not_before=None, busy=True)
    assert abs(clock.offset()) < timedelta(seconds=5)


def test_a_place_that_cannot_be_written_is_no_reason_not_to_start(tmp_path: Path) -> None:
    clock = Clock.of_this_machine(tmp_path / "nowhere", not_before=None, busy=True)
    assert abs(clock.offset()) < timedelta(seconds=5)


def keep(directory: Path, instant: datetime, boot: str | None = None) -> None:
    """What an engine left for which it was this instant now."""
    kept = Kept(boot=boot or BOOT.read_text().strip(), seconds=since_boot(), instant=instant)
    (directory / "clock.json").write_bytes(msgspec.json.encode(kept))
