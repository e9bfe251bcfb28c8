"""What operators see of a call: figures while it lives, and its whole life in the log by one id."""

import asyncio
import json
import time
from typing import Any

import aiohttp

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, talk_both_ways
from tests.acceptance.parts import DOMAIN, Part, Queue, agents, seats

QUEUE = f"7801@{DOMAIN}"

PART = Part(users=agents("1801"), queues=(Queue(number="7801", seats=seats("1801"), wrap_up="1h"),))


class Figures:
    """What Prometheus would scrape."""

    def __init__(self, text: str) -> None:
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        self._values = {series: float(value) for series, _, value in lines}

    def of(self, name: str, **labels: str) -> float:
        """One series; 0 where it has not begun."""
        inside = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
        return self._values.get(f"{name}{{{inside}}}" if inside else name, 0)


async def scrape(centre: RunningCentre) -> Figures:
    async with aiohttp.ClientSession() as session, session.get(centre.sheet.urls["metrics"]) as answer:
        assert answer.status == 200
        return Figures(await answer.text())


async def test_one_call_in_figures_and_in_the_log(centre: RunningCentre, floor: Floor) -> None:
    before = await scrape(centre)
    assert before.of("acd_ari_connected") == 1
    caller = await floor.caller("2001")
    began = time.time()
    call = await caller.dial("7801", tone=CALLER_HZ)
    await call.media.hears_sound()
    waiting = await scrape(centre)
    assert waiting.of("acd_queue_callers_waiting", queue=QUEUE) == 1
    entered = waiting.of("acd_queue_oldest_caller_entered_timestamp_seconds", queue=QUEUE)
    assert began - 1 < entered < time.time() + 1
    assert waiting.of("acd_queue_agents", queue=QUEUE, state="offline") == 1

    agent = await floor.agent("1801-desk")
    ring = await agent.rings()
    assert (await scrape(centre)).of("acd_queue_agents", queue=QUEUE, state="ringing") == 1
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)
    talking = await scrape(centre)
    assert talking.of("acd_queue_callers_waiting", queue=QUEUE) == 0
    assert talking.of("acd_queue_agents", queue=QUEUE, state="talking") == 1
    await call.hang_up()
    await ring.is_over()

    async with asyncio.timeout(5):
        while (after := await scrape(centre)).of("acd_queue_agents", queue=QUEUE, state="wrap_up") != 1:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert after.of("acd_queue_calls_offered_total", queue=QUEUE) == 1
    assert after.of("acd_queue_calls_answered_total", queue=QUEUE) == 1
    assert after.of("acd_queue_calls_abandoned_total", queue=QUEUE) == 0
    assert after.of("acd_offers_total", queue=QUEUE, result="answered") == 1
    assert after.of("acd_queue_wait_seconds_count", outcome="answered", queue=QUEUE) == 1
    assert 0 < after.of("acd_queue_talk_seconds_sum", queue=QUEUE) < 30
    offers = after.of("acd_offer_latency_seconds_count") - before.of("acd_offer_latency_seconds_count")
    seconds = after.of("acd_offer_latency_seconds_sum") - before.of("acd_offer_latency_seconds_sum")
    assert offers >= 1
    assert seconds / offers < 0.05, "an offer is ordered at once"

    story = life_of_the_call(centre)
    assert [line["event"] for line in story if line["event"] in LIFE] == list(LIFE)
    assert {line["queue"] for line in story if "queue" in line} == {QUEUE}
    assert {line["agent"] for line in story if "agent" in line} == {f"1801@{DOMAIN}"}


LIFE = (
    "call_queued",
    "offer_made",
    "offer_ended",
    "call_answered",
    "talk_started",
    "talk_ended",
    "wrap_up_started",
    "call_ended",
)


def life_of_the_call(centre: RunningCentre) -> list[dict[str, Any]]:
    """Every line of the engine's log that names the one call of our queue."""
    [log] = (centre.home / "state").glob("**/engine.log")
    lines: list[dict[str, Any]] = [json.loads(text) for text in log.read_text(encoding="utf-8").splitlines()]
    [call] = {line["call"] for line in lines if line["event"] == "call_queued" and line["queue"] == QUEUE}
    return [line for line in lines if line.get("call") == call]
