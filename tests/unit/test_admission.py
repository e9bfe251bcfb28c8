"""How many new calls are let in: everybody, until requests take long, and again once they do not."""

import pytest

from ari_bridge.admission import UNLIMITED, Admission, Period

FAST_S, SLOW_S = 0.003, 0.2


def period(
    latency_s: float, *, offered: int = 30, places: int = UNLIMITED, requests: int = 100, ping_s: float = 0.001
) -> Period:
    """Half a second."""
    return Period(seconds=0.5, offered=offered, places=places, latencies_s=[latency_s] * requests, ping_s=ping_s)


def limited() -> Admission:
    """After two slow periods with 60 calls a second."""
    admission = Admission()
    for latency_s in (FAST_S, SLOW_S, SLOW_S):
        admission.judge(period(latency_s))
    return admission


def live(admission: Admission, *, offered: int, knee: int, periods: int) -> list[int]:
    """Let calls come to a machine that is the slower the more of them get in, from `knee` in a period; how many did."""
    let_in = list[int]()
    for _ in range(periods):
        places = admission.places(0.5)
        let_in.append(min(offered, places))
        latency_s = 0.06 * (let_in[-1] / knee) ** 3 if let_in[-1] > knee else FAST_S
        admission.judge(period(latency_s, offered=offered, places=places))
    return let_in


def test_everybody_is_let_in_while_requests_are_fast() -> None:
    assert live(Admission(), offered=10_000, knee=10_000, periods=100) == [10_000] * 100


def test_a_single_slow_period_is_a_hiccup() -> None:
    admission = Admission()
    for latency_s in [FAST_S, SLOW_S] * 20:
        admission.judge(period(latency_s))
        assert admission.places(0.5) == UNLIMITED


def test_two_slow_periods_let_fewer_in_than_came() -> None:
    assert limited().places(0.5) == 15


def test_with_few_requests_nothing_is_overloaded() -> None:
    admission = Admission()
    for _ in range(10):
        admission.judge(period(5.0, offered=2, requests=9))
    assert admission.places(0.5) == UNLIMITED


def test_half_of_the_requests_have_to_be_slow() -> None:
    admission = Admission()
    for _ in range(10):
        admission.judge(
            Period(seconds=0.5, offered=30, places=UNLIMITED, latencies_s=[FAST_S] * 51 + [5.0] * 49, ping_s=0)
        )
    assert admission.places(0.5) == UNLIMITED


def test_an_asterisk_that_is_far_away_is_not_overloaded() -> None:
    admission = Admission()
    for _ in range(100):
        admission.judge(period(0.15, ping_s=0.1))
    assert admission.places(0.5) == UNLIMITED


def test_a_way_that_becomes_long_for_good_is_no_overload_for_ever() -> None:
    admission = limited()
    for _ in range(600):
        admission.judge(period(0.15, offered=1, places=admission.places(0.5), ping_s=0.1))
    assert admission.places(0.5) == UNLIMITED


@pytest.mark.parametrize("offered", [45, 60, 120, 600])
def test_about_as_many_get_in_as_can_be_served(offered: int) -> None:
    let_in = live(Admission(), offered=offered, knee=30, periods=240)
    settled = let_in[40:]
    assert 0.8 * 30 < sum(settled) / len(settled) < 1.05 * 30
    assert sum(each > 30 for each in settled) < 0.2 * len(settled)


def test_nobody_is_turned_away_once_fewer_come_than_can_be_served() -> None:
    admission = Admission()
    live(admission, offered=120, knee=30, periods=60)
    assert live(admission, offered=20, knee=30, periods=4)[-1] == 20
    live(admission, offered=20, knee=30, periods=10)
    assert admission.limit_per_s is None


def test_some_always_get_in() -> None:
    admission = limited()
    for _ in range(200):
        admission.judge(period(5.0, places=admission.places(0.5)))
    assert admission.places(0.5) == 1
