"""How old an event of Asterisk is, whatever its clock says and whenever that is set."""

from datetime import UTC, datetime, timedelta

import pytest

from ari_bridge.asterisk_clock import AsteriskClock

START = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""By Asterisk's clock, where the event loop's stands at 0."""


def stamp(seconds: float, *, set_by: timedelta = timedelta(0)) -> str:
    """As Asterisk writes it, when the event loop's clock stands there."""
    return (START + timedelta(seconds=seconds) + set_by).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def test_without_a_ping_nothing_is_known() -> None:
    assert AsteriskClock().age_s(stamp(0), 1.0) is None


def test_the_age_of_an_event() -> None:
    clock = AsteriskClock()
    clock.learn(stamp(10.0), 9.99, 10.01)
    assert clock.age_s(stamp(11.0), 11.25) == pytest.approx(0.25, abs=0.001)
    assert clock.age_s(stamp(11.0), 10.999) == 0


def test_a_slow_ping_does_not_spoil_what_a_quick_one_has_told() -> None:
    clock = AsteriskClock()
    clock.learn(stamp(10.0), 9.999, 10.001)
    clock.learn(stamp(11.0), 10.9, 11.8)
    assert clock.age_s(stamp(12.0), 12.0) == pytest.approx(0, abs=0.002)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_set_is_known_with_the_next_ping(hours: int) -> None:
    clock, by = AsteriskClock(), timedelta(hours=hours)
    clock.learn(stamp(10.0), 9.999, 10.001)
    assert clock.age_s(stamp(10.2, set_by=by), 10.3) is None
    clock.learn(stamp(10.5, set_by=by), 10.4, 10.6)
    assert clock.age_s(stamp(11.0, set_by=by), 11.1) == pytest.approx(0.1, abs=0.001)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-40T00:00:00.000+0000"])
def test_what_is_no_instant_tells_nothing(text: str) -> None:
    clock = AsteriskClock()
    clock.learn(text, 1.0, 1.1)
    assert clock.age_s(stamp(0), 1.0) is None
    clock.learn(stamp(1.0), 1.0, 1.1)
    assert clock.age_s(text, 2.0) is None
