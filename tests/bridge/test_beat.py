"""What the engine writes into Asterisk for its dial plan, on a stand-in for Asterisk."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from ari_bridge.asterisk_clock import AsteriskClock
from ari_bridge.beat import beat
from ari_bridge.client import Client
from ari_bridge.gate import Gate
from ari_bridge.pressure import Pressure
from tests.bridge.ari_double import PASSWORD, USER, Answer, AriDouble, ari_double
from tests.bridge.bridged import OF_THE_CALL, bridged, has_nothing
from tests.bridge.live_engine import until

THEN = datetime(2026, 3, 29, 1, 59, 59, 900_000, tzinfo=UTC)
"""By Asterisk's clock."""


def says(double: AriDouble, time: datetime) -> None:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
    double.answers["GET", "/asterisk/ping"] = Answer.of({"ping": "pong", "timestamp": stamp})


def written(double: AriDouble, variable: str) -> list[str]:
    """To this global variable, in order."""
    bodies = [each.body for each in double.beats if (each.method, each.path) == ("POST", "/asterisk/variable")]
    return [str(body["value"]) for body in bodies if body["variable"] == variable]


@pytest.fixture
async def double() -> AsyncGenerator[AriDouble]:
    async with ari_double() as running:
        has_nothing(running)
        says(running, THEN)
        yield running


async def test_the_beat_is_the_time_by_asterisks_own_clock_whenever_that_is_set(double: AriDouble) -> None:
    async with bridged(double.url):
        await until(lambda: written(double, "ACD_BEAT"))
        later = THEN + timedelta(hours=1)
        says(double, later)
        await until(lambda: written(double, "ACD_BEAT")[-1] == str(int(later.timestamp())))
    assert written(double, "ACD_BEAT")[0] == str(int(THEN.timestamp()))


async def test_a_beat_that_fails_ends_nothing(double: AriDouble) -> None:
    double.answers["POST", "/asterisk/variable"] = Answer.of({"message": "no"}, status=500)
    async with bridged(double.url) as (bridge, _, _life):
        await until(lambda: bridge.connected)
        await until(lambda: len(written(double, "ACD_BEAT")) > 1 and len(written(double, "ACD_PLACES")) > 1)
        assert bridge.counters.connects == 1


async def test_everybody_is_let_in_as_a_rule(double: AriDouble) -> None:
    double.answers["GET", "/asterisk/variable"] = Answer.of({"value": "17"})
    async with bridged(double.url) as (bridge, _, _life):
        await until(lambda: len(written(double, "ACD_PLACES")) > 1)
        assert set(written(double, "ACD_PLACES")) == {""}
        assert (bridge.gate.shed, bridge.gate.ratio) == (0, 1.0), "those of another engine are none of ours"


async def test_late_events_mean_busy_for_some_and_that_is_told_once(double: AriDouble) -> None:
    clock, asterisk_clock = asyncio.get_running_loop().time, AsteriskClock()
    double.answers["GET", "/asterisk/variable"] = Answer.of({"value": "0"})
    start = next(each for each in OF_THE_CALL if each["type"] == "StasisStart")
    stamp = datetime.fromisoformat(start["timestamp"])
    with structlog.testing.capture_logs() as lines:
        async with Client(double.url, USER, PASSWORD) as client:
            gate = Gate(client, Pressure(), asterisk_clock)
            running = asyncio.create_task(gate.run())
            while not any(written(double, "ACD_PLACES")):
                now = (stamp + timedelta(seconds=0.4)).isoformat()
                asterisk_clock.learn(now, clock(), clock())
                gate.hear(start)
                await asyncio.sleep(0.01)
            double.answers["GET", "/asterisk/variable"] = Answer.of({"value": "3"})
            await until(lambda: gate.counters.shed == 3)
            assert gate.counters.ratio == 0
            running.cancel()
    assert int(written(double, "ACD_PLACES")[-1]) > 0
    assert [line["event"] for line in lines] == ["overload_began"]


async def test_an_asterisk_that_says_nothing_of_the_time_gets_no_beat(double: AriDouble) -> None:
    double.answers["GET", "/asterisk/ping"] = Answer.of({"ping": "pong"})
    async with Client(double.url, USER, PASSWORD) as client:
        running = asyncio.create_task(beat(client, AsteriskClock()))
        await until(lambda: len(double.beats) > 1)
        running.cancel()
    assert written(double, "ACD_BEAT") == []
