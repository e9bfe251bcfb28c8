"""What Prometheus is told, from real steps of the core."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs
from prometheus_client import Histogram
from prometheus_client.parser import text_string_to_metric_families

from acd.inputs import (
    AsteriskLost,
    CallConnected,
    CallerHungUp,
    ConfigurationLoaded,
    DeviceUnregistered,
    EndWrapUp,
    LegAnswered,
    LegEnd,
    LegEnded,
    OtherCallEnded,
    OtherCallStarted,
)
from acd.model import LUNCH, OFFLINE, ONLINE, SINGLE_CALL, CallId, ChannelId, Target, TargetKind
from acd.outputs import (
    CallbackDialled,
    CallbackObstacle,
    CallbackPostponed,
    CallbackRefused,
    CallTransferred,
    OutboundCap,
    Outcome,
    Recorded,
    TransferKind,
    TransferRefused,
)
from acd.runtime.metrics import Metrics
from ari_bridge.counters import BridgeCounters
from ari_bridge.gate import GateCounters
from tests.unit.running_centre import (
    ALICE,
    BOB,
    DESK_OF,
    HELP,
    SALES,
    START,
    RunningCentre,
    arrival,
    configuration,
    offer,
)


class Journal:
    """A journal that is a little behind."""

    pending = 7
    pending_on_disk = 2
    behind_seconds = 1.5
    written_total = 100
    last_error = None
    spool_bytes = 4096
    spool_errors_total = 3
    spool_writes = Histogram("acd_spool_write_duration_seconds", "Writes.", registry=None)
    spool_trouble = "No space left on device"
    set_aside_count = 1


class Bridge:
    """A bridge that has had some trouble."""

    connected = True
    provisioned = False
    counters = BridgeCounters(connects=3, malformed=1, dropped=2)
    gate = GateCounters(shed=8, ratio=0.75)


Bridge.counters.events["StasisStart"] = 5
Bridge.counters.requests["channels.answer", "timeout"] = 4
for seconds in (0.002, 0.003, 4, 9):
    Bridge.counters.durations["channels.answer"].note(seconds)


class Scraped:
    """A centre, and the figures of its metrics as a scrape gives them."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.centre = RunningCentre([self.metrics])
        self.metrics.watch(self.centre.state, Journal(), Bridge())

    def value(self, sample: str, **labels: str) -> float | None:
        asyncio.run(self.metrics.look())
        return self.metrics.registry.get_sample_value(sample, labels)

    def agents(self, queue: str) -> dict[str, float]:
        """The states of this queue's agents that are not empty."""
        asyncio.run(self.metrics.look())
        samples = [s for family in self.metrics.registry.collect() for s in family.samples]
        found = {
            s.labels["state"]: s.value for s in samples if s.name == "acd_queue_agents" and s.labels["queue"] == queue
        }
        assert len(found) == 10, "every state is always there"
        return {state: value for state, value in found.items() if value}


def test_a_call_from_arrival_to_the_end_of_its_wrap_up() -> None:
    scraped = Scraped()
    centre = scraped.centre
    assert scraped.value("acd_queue_calls_offered_total", queue=SALES) == 0, "a series begins at 0"

    centre.do(10, arrival("c1"))
    assert scraped.value("acd_queue_callers_waiting", queue=SALES) == 1
    assert scraped.value("acd_queue_callers_waiting", queue=HELP) == 0
    entered = "acd_queue_oldest_caller_entered_timestamp_seconds"
    assert scraped.value(entered, queue=SALES) == START.timestamp() + 10
    assert scraped.value(entered, queue=HELP) == 0
    assert scraped.agents(SALES) == {"offline": 2}

    centre.choose(17, ALICE, ONLINE)
    assert scraped.agents(SALES) == {"ringing": 1, "offline": 1}
    centre.do(19, LegAnswered(offer=offer("c1"), device=DESK_OF[ALICE]))
    assert scraped.value("acd_queue_calls_answered_total", queue=SALES) == 0, "not joined yet"
    centre.do(19, CallConnected(call=CallId("c1")))
    assert scraped.value("acd_queue_calls_offered_total", queue=SALES) == 1
    assert scraped.value("acd_queue_calls_answered_total", queue=SALES) == 1
    assert scraped.value("acd_queue_wait_seconds_sum", queue=SALES, outcome="answered") == 9
    assert scraped.value("acd_offers_total", queue=SALES, result="answered") == 1
    assert scraped.value("acd_queue_callers_waiting", queue=SALES) == 0
    assert scraped.value(entered, queue=SALES) == 0
    assert scraped.agents(SALES) == {"talking": 1, "offline": 1}
    assert scraped.agents(HELP) == {"talking": 1}, "an agent's talk counts in all his queues"

    centre.do(59, CallerHungUp(call=CallId("c1")))
    assert scraped.value("acd_queue_talk_seconds_sum", queue=SALES) == 40
    assert scraped.agents(SALES) == {"wrap_up": 1, "offline": 1}
    centre.do(89, None)
    assert scraped.value("acd_queue_wrap_up_seconds_sum", queue=SALES) == 30
    assert scraped.agents(SALES) == {"available": 1, "offline": 1}
    assert scraped.value("acd_queue_wait_seconds_count", queue=SALES, outcome="answered") == 1
    assert scraped.value("acd_queue_calls_abandoned_total", queue=SALES) == 0


def test_the_oldest_caller_is_not_always_the_next_one() -> None:
    scraped = Scraped()
    scraped.centre.do(10, arrival("c1"))
    scraped.centre.do(15, structs.replace(arrival("c2"), priority=1))
    entered = "acd_queue_oldest_caller_entered_timestamp_seconds"
    assert scraped.value(entered, queue=SALES) == START.timestamp() + 10


def test_an_abandoned_call_waited_until_it_left() -> None:
    scraped = Scraped()
    scraped.centre.do(0, arrival("c1"))
    scraped.centre.do(42, CallerHungUp(call=CallId("c1")))
    assert scraped.value("acd_queue_calls_abandoned_total", queue=SALES) == 1
    assert scraped.value("acd_queue_calls_short_abandoned_total", queue=SALES) == 0
    assert scraped.value("acd_queue_calls_abandoned_after_target_total", queue=SALES) == 0
    assert scraped.value("acd_queue_wait_seconds_sum", queue=SALES, outcome="abandoned") == 42
    assert scraped.value("acd_queue_wait_seconds_bucket", queue=SALES, outcome="abandoned", le="30.0") == 0
    assert scraped.value("acd_queue_wait_seconds_bucket", queue=SALES, outcome="abandoned", le="45.0") == 1


def test_who_hangs_up_at_once_is_a_short_abandon() -> None:
    scraped = Scraped()
    scraped.centre.do(0, arrival("c1"))
    scraped.centre.do(9.5, CallerHungUp(call=CallId("c1")))
    assert scraped.value("acd_queue_calls_abandoned_total", queue=SALES) == 1
    assert scraped.value("acd_queue_calls_short_abandoned_total", queue=SALES) == 1


def test_who_gave_up_after_the_target_counts_against_the_service_level() -> None:
    scraped = Scraped()
    scraped.centre.do(0, arrival("c1"))
    scraped.centre.do(61, CallerHungUp(call=CallId("c1")))
    assert scraped.value("acd_queue_calls_abandoned_after_target_total", queue=SALES) == 1


def test_service_level_counts_answers_within_the_queues_own_target() -> None:
    scraped = Scraped()
    centre = scraped.centre
    assert scraped.value("acd_queue_service_level_target_seconds", queue=SALES) == 60
    assert scraped.value("acd_queue_calls_answered_in_target_total", queue=SALES) == 0, "a series begins at 0"
    for begin, wait in ((0, 60), (200, 61)):
        call = CallId(f"c{begin}")
        centre.do(begin, arrival(call))
        centre.choose(begin + wait - 1, ALICE, ONLINE)
        centre.do(begin + wait, LegAnswered(offer=offer(call), device=DESK_OF[ALICE]))
        centre.do(begin + wait, CallConnected(call=call))
        centre.do(begin + wait + 5, CallerHungUp(call=call))
        centre.choose(begin + wait + 6, ALICE, OFFLINE)
    assert scraped.value("acd_queue_calls_answered_total", queue=SALES) == 2
    assert scraped.value("acd_queue_calls_answered_in_target_total", queue=SALES) == 1


def test_queues_by_name_and_who_takes_their_calls() -> None:
    scraped = Scraped()
    assert scraped.value("acd_queue_info", queue=SALES, name="Sales", type="round_robin") == 1
    assert scraped.value("acd_queue_agents_online", queue=SALES) == 0
    scraped.centre.choose(0, ALICE, ONLINE)
    scraped.centre.choose(0, BOB, SINGLE_CALL)
    assert scraped.value("acd_queue_agents_online", queue=SALES) == 2
    scraped.centre.do(1, DeviceUnregistered(device=DESK_OF[BOB]))
    assert scraped.value("acd_queue_agents_online", queue=SALES) == 1
    scraped.centre.do(2, arrival("c1"))
    scraped.centre.do(3, LegAnswered(offer=offer("c1"), device=DESK_OF[ALICE]))
    assert scraped.value("acd_queue_agents_online", queue=SALES) == 1, "once he is free"


def test_offers_are_counted_by_how_they_ended() -> None:
    scraped = Scraped()
    centre = scraped.centre
    centre.choose(0, ALICE, ONLINE)
    centre.choose(1, BOB, ONLINE)
    centre.do(2, arrival("c1"))
    centre.do(3, LegEnded(offer=offer("c1", 1), device=DESK_OF[ALICE], how=LegEnd.BUSY))
    assert scraped.agents(SALES) == {"back_off": 1, "ringing": 1}
    centre.do(4, LegEnded(offer=offer("c1", 2), device=DESK_OF[BOB], how=LegEnd.DECLINED))
    centre.do(40, None)
    centre.do(41, CallerHungUp(call=CallId("c1")))
    results = {
        result: scraped.value("acd_offers_total", queue=SALES, result=result)
        for result in ("busy", "declined", "no_answer", "withdrawn")
    }
    assert results["busy"] == results["declined"] == results["no_answer"] == results["withdrawn"] == 1


def test_offer_latency_counts_from_what_made_the_offer_possible() -> None:
    scraped = Scraped()
    centre = scraped.centre
    centre.choose(0, ALICE, ONLINE)
    centre.do(1, arrival("c1"), ordered_after=timedelta(seconds=0.25))
    assert scraped.value("acd_offer_latency_seconds_sum") == 0.25
    centre.do(2, LegAnswered(offer=offer("c1"), device=DESK_OF[ALICE]))
    centre.do(2, CallConnected(call=CallId("c1")))
    centre.do(10, CallerHungUp(call=CallId("c1")))
    centre.do(11, arrival("c2"))
    # The wrap-up ends at 40; the process is woken 0.5 s late and takes another 0.25 s.
    centre.do(40.5, None, ordered_after=timedelta(seconds=0.25))
    assert scraped.value("acd_offer_latency_seconds_count") == 2
    assert scraped.value("acd_offer_latency_seconds_sum") == 0.25 + 0.75


def test_agents_by_status_and_the_changes_of_it() -> None:
    scraped = Scraped()
    scraped.centre.choose(0, ALICE, LUNCH)
    scraped.centre.choose(1, BOB, SINGLE_CALL)
    assert scraped.value("acd_agents", status="lunch") == 1
    assert scraped.value("acd_agents", status="single_call") == 1
    assert scraped.value("acd_agents", status="offline") == 0
    assert scraped.value("acd_agents", status="custom") == 0
    assert scraped.value("acd_agent_status_changes_total", status="lunch", source="request") == 1
    assert scraped.agents(SALES) == {"away": 1, "single_call": 1}
    scraped.centre.do(2, DeviceUnregistered(device=DESK_OF[BOB]))
    assert scraped.agents(SALES) == {"away": 1, "unreachable": 1}


def test_an_agent_on_a_call_of_his_own_is_not_available() -> None:
    scraped = Scraped()
    scraped.centre.choose(0, ALICE, ONLINE)
    scraped.centre.do(1, OtherCallStarted(channel=ChannelId("x"), device=DESK_OF[ALICE]))
    assert scraped.agents(HELP) == {"other_call": 1}
    scraped.centre.do(2, OtherCallEnded(channel=ChannelId("x")))
    assert scraped.agents(HELP) == {"available": 1}


def test_refused_requests_stale_events_and_unknown_numbers_are_counted() -> None:
    scraped = Scraped()
    scraped.centre.do(0, EndWrapUp(agent=ALICE))
    scraped.centre.do(1, CallerHungUp(call=CallId("nobody")))
    scraped.centre.do(2, arrival("c1", number="9999"))
    assert scraped.value("acd_requests_refused_total", request="EndWrapUp", reason="not_in_wrap_up") == 1
    assert scraped.value("acd_stale_events_total", event="CallerHungUp") == 1
    assert scraped.value("acd_calls_refused_total", account="demo.example") == 1


def test_after_a_restart_running_wrap_ups_and_answered_calls_are_counted_whole() -> None:
    scraped = Scraped()
    centre = scraped.centre
    centre.choose(0, ALICE, ONLINE)
    centre.do(1, arrival("c1"))
    centre.do(8, LegAnswered(offer=offer("c1"), device=DESK_OF[ALICE]))

    after_answer = Metrics()
    after_answer.watch(centre.state, Journal(), Bridge())
    centre.observers = [after_answer]
    centre.do(9, CallConnected(call=CallId("c1")))
    wait = {"queue": str(SALES), "outcome": "answered"}
    assert after_answer.registry.get_sample_value("acd_queue_wait_seconds_sum", wait) == 7

    centre.do(20, CallerHungUp(call=CallId("c1")))
    in_wrap_up = Metrics()
    in_wrap_up.watch(centre.state, Journal(), Bridge())
    centre.observers = [in_wrap_up]
    centre.do(25, EndWrapUp(agent=ALICE))
    assert in_wrap_up.registry.get_sample_value("acd_queue_wrap_up_seconds_sum", {"queue": SALES}) == 5


def test_a_journal_that_falls_behind_is_seen() -> None:
    scraped = Scraped()
    assert scraped.value("acd_journal_facts_pending") == 7
    assert scraped.value("acd_journal_facts_written_total") == 100
    assert scraped.value("acd_journal_behind_seconds") == 1.5
    assert scraped.value("acd_journal_writable") == 1
    assert scraped.value("acd_spool_facts_pending") == 2
    assert scraped.value("acd_spool_bytes") == 4096
    assert scraped.value("acd_spool_errors_total") == 3
    assert scraped.value("acd_spool_writable") == 0
    assert scraped.value("acd_spool_files_set_aside") == 1


def test_the_traffic_with_asterisk_is_seen() -> None:
    scraped = Scraped()
    assert scraped.value("acd_ari_connected") == 1
    assert scraped.value("acd_ari_provisioned") == 0
    assert scraped.value("acd_ari_connects_total") == 3
    assert scraped.value("acd_ari_malformed_events_total") == 1
    assert scraped.value("acd_ari_dropped_commands_total") == 2
    assert scraped.value("acd_ari_events_total", type="StasisStart") == 5
    assert scraped.value("acd_ari_requests_total", request="channels.answer", outcome="timeout") == 4
    took = "acd_ari_request_duration_seconds"
    assert scraped.value(f"{took}_sum", request="channels.answer") == pytest.approx(13.005)
    within = {le: scraped.value(f"{took}_bucket", request="channels.answer", le=le) for le in ("0.002", "5", "+Inf")}
    assert within == {"0.002": 1, "5": 3, "+Inf": 4}
    assert scraped.value("acd_calls_shed_total") == 8
    assert scraped.value("acd_admission_ratio") == 0.75


def test_labels_name_no_caller_call_agent_or_phone() -> None:
    scraped = Scraped()
    centre = scraped.centre
    centre.choose(0, ALICE, ONLINE)
    centre.do(1, arrival("c1-of-carl"))
    centre.do(2, arrival("c2-of-carl", number="5559999"))
    centre.do(3, AsteriskLost())
    values = {
        value
        for family in text_string_to_metric_families(asyncio.run(scraped.metrics.text()).decode())
        for sample in family.samples
        for value in sample.labels.values()
    }
    assert SALES in values
    for secret in ("carl", "5550100", "5559999", ALICE, "1001-desk"):
        assert not [value for value in values if secret in value.lower()], secret


def test_the_event_loop_is_seen_to_be_late() -> None:
    metrics = Metrics()

    async def block_for_a_while() -> None:
        watching = asyncio.create_task(metrics.watch_event_loop())
        await asyncio.sleep(0)
        time.sleep(0.7)  # noqa: ASYNC251 - what blocks the loop is the thing to be seen
        async with asyncio.timeout(10):
            while not metrics.registry.get_sample_value("acd_event_loop_lag_seconds_count"):  # noqa: ASYNC110 - a figure has no event
                await asyncio.sleep(0)
        watching.cancel()

    asyncio.run(block_for_a_while())
    assert (metrics.registry.get_sample_value("acd_event_loop_lag_seconds_sum") or 0) >= 0.19


def test_names_help_and_units_follow_prometheus_rules() -> None:
    scraped = Scraped()
    scraped.centre.choose(0, ALICE, OFFLINE)
    families = [
        f
        for f in text_string_to_metric_families(asyncio.run(scraped.metrics.text()).decode())
        if f.name.startswith("acd_")
    ]
    assert len(families) > 15
    for family in families:
        assert family.documentation.endswith("."), family.name
        assert family.name == family.name.lower(), family.name
        assert not family.name.endswith(("_ms", "_minutes", "_count")), family.name


def test_the_error_of_the_expected_wait() -> None:
    scraped = Scraped()
    centre = scraped.centre
    centre.choose(0, BOB, ONLINE)
    centre.do(0, OtherCallStarted(channel=ChannelId("x"), device=DESK_OF[BOB]))
    centre.do(0, arrival("c1"))  # nothing is known yet: three minutes and the wrap-up of 30 s
    centre.do(180, OtherCallEnded(channel=ChannelId("x")))
    centre.do(190, LegAnswered(offer=offer("c1"), device=DESK_OF[BOB]))
    count = "acd_queue_expected_wait_error_seconds_count"
    assert scraped.value(count, queue=SALES) is None, "not joined yet"
    centre.do(190, CallConnected(call=CallId("c1")))
    assert scraped.value(count, queue=SALES) == 1
    bucket = "acd_queue_expected_wait_error_seconds_bucket"
    assert scraped.value(bucket, queue=SALES, le="-30.0") == 0
    assert scraped.value(bucket, queue=SALES, le="-10.0") == 1, "20 s shorter than the 210 s that were expected"
    assert scraped.value("acd_queue_expected_wait_absolute_error_seconds_sum", queue=SALES) == 20


def test_no_estimate_no_error() -> None:
    scraped = Scraped()
    centre = scraped.centre
    centre.do(0, arrival("c1"))
    centre.choose(10, BOB, ONLINE)
    centre.do(12, LegAnswered(offer=offer("c1"), device=DESK_OF[BOB]))
    centre.do(12, CallConnected(call=CallId("c1")))
    assert scraped.value("acd_queue_calls_answered_total", queue=SALES) == 1
    assert scraped.value("acd_queue_expected_wait_absolute_error_seconds_count", queue=SALES) is None


def test_callers_whom_a_queue_does_not_keep() -> None:
    scraped = Scraped()
    centre = scraped.centre
    known = configuration()
    to_help = Target(kind=TargetKind.QUEUE, name="7002")
    sales = replace(known.queues[SALES], max_callers=1, max_wait=timedelta(seconds=30), overflow=to_help)
    centre.do(0, ConfigurationLoaded(configuration=replace(known, queues={**known.queues, SALES: sales})))
    centre.do(0, arrival("c1"))
    centre.do(10, arrival("c2"))
    assert scraped.value("acd_queue_entries_refused_total", queue=SALES, reason="full") == 1
    assert scraped.value("acd_queue_calls_offered_total", queue=SALES) == 1
    assert scraped.value("acd_queue_calls_offered_total", queue=HELP) == 1
    centre.do(30, None)
    assert scraped.value("acd_queue_calls_overflowed_total", queue=SALES, reason="max_wait") == 1
    assert scraped.value("acd_queue_calls_left_total", queue=SALES, reason="moved") == 1
    assert scraped.value("acd_queue_calls_offered_total", queue=HELP) == 2
    assert scraped.value("acd_queue_callers_waiting", queue=HELP) == 2


def test_calls_that_go_out_and_those_that_must_not() -> None:
    scraped = Scraped()
    call, queue = CallId("c1"), SALES
    for fact in (
        CallbackDialled(call=call, queue=queue, agent=ALICE, channel=ChannelId("c1~back~1"), attempt=1),
        CallTransferred(call=call, queue=queue, agent=ALICE, kind=TransferKind.BLIND, to="0301", outside=True),
        CallTransferred(call=call, queue=queue, agent=ALICE, kind=TransferKind.BLIND, to="1002"),
        CallbackPostponed(call=call, queue=queue, cap=OutboundCap.AT_ONCE, again=None),
        CallbackRefused(call=call, queue=queue, why=CallbackObstacle.NOT_ALLOWED),
        TransferRefused(call=call, queue=queue, agent=ALICE, to="0301", cap=OutboundCap.AGENT_PER_DAY),
        TransferRefused(call=call, queue=queue, agent=ALICE, to="9"),
    ):
        scraped.metrics.observe(None, Outcome(facts=(Recorded(at=START, fact=fact),)), START)
    out = {
        kind: scraped.value("acd_outbound_calls_total", queue=queue, kind=kind) for kind in ("call_back", "transfer")
    }
    assert out == {"call_back": 1, "transfer": 1}
    for reason in ("at_once", "not_allowed", "agent_per_day", "no_such_number"):
        assert scraped.value("acd_outbound_calls_refused_total", queue=queue, reason=reason) == 1, reason
