"""What a trace means where it is easily misread: ties, exact times, priorities, patience."""

from acd.simulation.play import play
from acd.simulation.trace import Order, Trace
from tests.simulation.traced import call, fates


def test_nothing_happens_without_calls() -> None:
    assert fates(3) == []


def test_agent_1_is_idle_longest_even_beyond_nine_agents() -> None:
    """Numbers, not texts: 10 comes after 9."""
    assert fates(12, *(call(n, "0", "100") for n in range(12))) == [("0", agent) for agent in range(1, 13)]


def test_an_agent_who_has_just_talked_is_idle_shorter_than_one_who_never_did() -> None:
    assert fates(3, call(1, "0", "0"), call(2, "0", "0"), call(3, "0", "0"), call(4, "0", "0")) == [
        ("0", 1),
        ("0", 2),
        ("0", 3),
        ("0", 1),
    ]


def test_calls_need_not_stand_in_the_order_of_their_arrival() -> None:
    assert fates(1, call(1, "5", "10"), call(2, "0", "10")) == [("5", 1), ("0", 1)]


def test_of_equal_arrivals_the_first_in_the_trace_comes_first() -> None:
    assert fates(1, *(call(n, "0", "10") for n in range(11))) == [(f"{10 * n}", 1) for n in range(11)]


def test_a_talk_that_ends_as_a_caller_arrives_has_ended() -> None:
    """0.1 + 0.2 is 0.3 here, which it is not in binary floats."""
    assert fates(1, call(1, "0.1", "0.2"), call(2, "0.3", "1")) == [("0.0", 1), ("0.0", 1)]


def test_who_waits_comes_before_who_arrives_as_the_talk_ends() -> None:
    assert fates(1, call(1, "0", "10"), call(2, "10", "10"), call(3, "3", "10")) == [("0", 1), ("10", 1), ("7", 1)]


def test_of_talks_that_end_together_the_lower_agent_is_free_first() -> None:
    """Whichever call came first."""
    calls = (call(1, "0", "1"), call(2, "0", "10"), call(3, "2", "8"), call(4, "3", "1"), call(5, "4", "1"))
    assert fates(2, *calls) == [("0", 1), ("0", 2), ("0", 1), ("7", 1), ("6", 2)]


def test_times_closer_than_a_microsecond_keep_their_order() -> None:
    """The second agent is free a nanosecond before the first, and has been idle longer by it."""
    calls = (call(1, "0", "10.000000002"), call(2, "0", "10.000000001"), call(3, "20", "1"), call(4, "20.5", "1"))
    assert fates(2, *calls) == [("0", 1), ("0", 2), ("0", 2), ("0.0", 1)]


def test_a_caller_gives_up_when_his_patience_is_over() -> None:
    assert fates(1, call(1, "0", "10"), call(2, "1", "10", patience="8.999"), call(3, "2", "1")) == [
        ("0", 1),
        ("8.999", None),
        ("8", 1),
    ]


def test_a_caller_who_can_be_answered_at_the_last_instant_is() -> None:
    assert fates(1, call(1, "0", "10"), call(2, "1", "10", patience="9")) == [("0", 1), ("9", 1)]


def test_without_patience_only_a_free_agent_will_do() -> None:
    assert fates(1, call(1, "0", "10", patience="0"), call(2, "1", "10", patience="0")) == [("0", 1), ("0", None)]


def test_the_smallest_priority_goes_first_and_interrupts_nobody() -> None:
    calls = (
        call(1, "0", "10", priority=3),
        call(2, "1", "10", priority=2),
        call(3, "2", "10", priority=1),
        call(4, "3", "10", priority=1),
        call(5, "4", "10", priority=-7),
    )
    assert fates(1, *calls, order=Order.PRIORITY) == [("0", 1), ("39", 1), ("18", 1), ("27", 1), ("6", 1)]
    assert fates(1, *calls, order=Order.FCFS) == [("0", 1), ("9", 1), ("18", 1), ("27", 1), ("36", 1)]


def test_progress_counts_the_calls_that_are_settled() -> None:
    told: list[int] = []
    calls = (call(1, "0", "10"), call(2, "1", "10", patience="5"), call(3, "2", "10"))
    play(Trace(agents=1, order=Order.FCFS, calls=calls), told.append)
    assert told == [1, 2, 3]
