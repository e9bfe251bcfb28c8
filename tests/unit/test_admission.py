"""How many new calls are let in: everybody, until requests take long, and again once they do not."""

from collections.abc import Callable

import pytest

from ari_bridge.admission import CALM_S, LEAST_PER_S, Admission, Period

FAST_S, SLOW_S = 0.003, 0.5
SECONDS = 0.25


def period(
    latency_s: float,
    *,
    offered: int = 30,
    places: int | None = None,
    requests: int = 100,
    ages_s: list[float] | None = None,
    ping_s: float = 0.001,
) -> Period:
    """A quarter of a second."""
    let_in = offered if places is None else min(offered, places)
    latencies_s = [latency_s] * requests
    return Period(
        seconds=SECONDS,
        let_in=let_in,
        shed=offered - let_in,
        latencies_s=latencies_s,
        event_ages_s=ages_s or [],
        ping_s=ping_s,
    )


def limited() -> Admission:
    """After two slow periods with 120 calls a second."""
    admission = Admission()
    for latency_s in (FAST_S, SLOW_S, SLOW_S):
        admission.judge(period(latency_s))
    return admission


def live(admission: Admission, *, offered: int, knee: int, periods: int) -> list[int]:
    """Let calls come to a machine that is the slower the more of them get in, from `knee` in a period; how many did."""
    let_in = list[int]()
    for _ in range(periods):
        places = admission.places(SECONDS)
        let_in.append(offered if places is None else min(offered, places))
        latency_s = 0.16 * (let_in[-1] / knee) ** 3 if let_in[-1] > knee else FAST_S
        admission.judge(period(latency_s, offered=offered, places=places))
    return let_in


def test_everybody_is_let_in_while_requests_are_fast() -> None:
    assert live(Admission(), offered=10_000, knee=10_000, periods=100) == [10_000] * 100


def test_a_single_slow_period_is_a_hiccup() -> None:
    admission = Admission()
    for latency_s in [FAST_S, SLOW_S] * 20:
        admission.judge(period(latency_s))
        assert admission.places(SECONDS) is None


def test_two_slow_periods_let_fewer_in_than_came() -> None:
    assert limited().places(SECONDS) == 7


def test_for_a_little_slowness_few_are_turned_away_and_not_at_once() -> None:
    admission = Admission()
    for _ in range(4):
        admission.judge(period(0.065))
        assert admission.limit_per_s is None
    admission.judge(period(0.065))
    assert admission.limit_per_s == pytest.approx(120 * 0.85**2)


def test_moments_of_a_little_slowness_turn_nobody_away() -> None:
    admission = Admission()
    for latency_s in [0.065, 0.07, 0.065, 0.07, FAST_S] * 20:
        admission.judge(period(latency_s))
        assert admission.limit_per_s is None


def test_with_few_requests_nothing_is_overloaded() -> None:
    admission = Admission()
    for _ in range(10):
        admission.judge(period(5.0, offered=2, requests=9))
    assert admission.places(SECONDS) is None


def test_half_of_the_requests_have_to_be_slow() -> None:
    admission = Admission()
    for _ in range(10):
        latencies_s = [FAST_S] * 51 + [5.0] * 49
        admission.judge(
            Period(seconds=SECONDS, let_in=30, shed=0, latencies_s=latencies_s, event_ages_s=[], ping_s=0.001)
        )
    assert admission.places(SECONDS) is None


def test_what_is_left_of_a_place_counts_for_the_next_ones() -> None:
    admission = limited()
    assert admission.limit_per_s == 30
    given_out = [admission.places(SECONDS / 3) for _ in range(12)]
    assert given_out[:3] == [2, 3, 2]
    assert sum(places or 0 for places in given_out) == 30


def test_late_events_are_an_overload_though_requests_are_fast() -> None:
    admission = Admission()
    for _ in range(2):
        admission.judge(period(FAST_S, ages_s=[0.8] * 5))
    assert admission.places(SECONDS) == 7


def test_an_asterisk_that_is_far_away_is_not_overloaded() -> None:
    admission = Admission()
    for _ in range(100):
        admission.judge(period(0.3, ping_s=0.1))
    assert admission.places(SECONDS) is None


def test_a_way_that_becomes_long_for_good_is_no_overload_for_ever() -> None:
    admission = limited()
    for _ in range(1200):
        admission.judge(period(0.3, offered=1, places=admission.places(SECONDS), ping_s=0.1))
    assert admission.places(SECONDS) is None


@pytest.mark.parametrize("offered", [45, 60, 120, 600])
def test_about_as_many_get_in_as_can_be_served(offered: int) -> None:
    let_in = live(Admission(), offered=offered, knee=30, periods=240)
    settled = let_in[40:]
    assert 0.7 * 30 < sum(settled) / len(settled) < 1.05 * 30
    assert sum(each > 33 for each in settled) < 0.2 * len(settled)


def test_nobody_is_turned_away_once_fewer_come_than_can_be_served() -> None:
    admission = Admission()
    live(admission, offered=120, knee=30, periods=60)
    assert live(admission, offered=20, knee=30, periods=4)[-1] == 20
    live(admission, offered=20, knee=30, periods=20)
    assert admission.limit_per_s is None


def test_some_always_get_in() -> None:
    admission = limited()
    for _ in range(200):
        admission.judge(period(5.0, places=admission.places(SECONDS)))
    assert admission.places(SECONDS) == 1


SLOT_S = SECONDS / 3


def with_least() -> Admission:
    """After an overload that left room for hardly anybody."""
    admission = limited()
    while admission.limit_per_s != LEAST_PER_S:
        admission.judge(period(5.0, places=0))
    return admission


def live_in_slots(admission: Admission, came: Callable[[int], int], *, seconds: float) -> list[int]:
    """To a quick machine so many come in each slot; how many were turned away in each."""
    turned_away, offered, shed = list[int](), 0, 0
    for nth in range(round(seconds / SLOT_S)):
        places, now = admission.places(SLOT_S), came(nth)
        turned_away.append(0 if places is None else max(0, now - places))
        offered, shed = offered + now, shed + turned_away[-1]
        if nth % 3 == 2:
            admission.judge(period(FAST_S, offered=offered, places=offered - shed))
            offered = shed = 0
    return turned_away


@pytest.mark.parametrize("slot", range(12, 24))
def test_a_single_caller_after_an_overload_is_let_in(slot: int) -> None:
    admission = with_least()
    assert sum(live_in_slots(admission, lambda nth: int(nth == slot), seconds=3)) == 0
    assert admission.limit_per_s is not None


def test_two_callers_at_once_make_no_overload_last() -> None:
    admission = with_least()
    turned_away = live_in_slots(admission, lambda nth: 2 if nth % 24 == 23 else 0, seconds=CALM_S + 1)
    assert sum(turned_away) > 0
    assert admission.limit_per_s is None


@pytest.mark.parametrize("apart", [1, 2])
def test_while_more_come_than_may_no_place_is_kept(apart: int) -> None:
    """Six or twelve a second, and at first four may: what gets in more is what the limit has grown by."""
    admission = with_least()
    came = [int(nth % apart == 0) for nth in range(round(3 / SLOT_S))]
    let_in = sum(came) - sum(live_in_slots(admission, lambda nth: came[nth], seconds=3))
    assert admission.limit_per_s is not None
    assert let_in <= 3 * admission.limit_per_s + 1


def test_after_a_pause_no_more_come_at_once_than_are_kept() -> None:
    admission = with_least()
    live_in_slots(admission, lambda _: 0, seconds=4)
    turned_away = live_in_slots(admission, lambda _: 20, seconds=1)
    assert [sum(turned_away[nth : nth + 3]) for nth in (0, 3, 6, 9)] == [57, 59, 59, 59]
