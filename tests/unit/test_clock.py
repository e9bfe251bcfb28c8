"""The clock keeps growing whatever the machine's clock does."""

from datetime import UTC, datetime, timedelta

from acd.runtime.clock import Clock

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


def test_this_machines_clock_grows() -> None:
    clock = Clock.of_this_machine()
    before = datetime.now(UTC)
    readings = [clock.now() for _ in range(1000)]
    assert readings == sorted(readings)
    assert abs(readings[0] - before) < timedelta(seconds=5)
