"""What the engine has kept of a load: figures of its metrics, and whether its journal holds every call."""

import asyncio
import re
import time
import tomllib
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import asyncpg
import msgspec

from tests.acceptance.centre import RunningCentre
from tests.chaos.load import QUEUE, Load
from tests.chaos.load_call import LoadCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One look at the metrics: each series by its name with labels."""

    series: dict[str, float]

    def __getitem__(self, name: str) -> float:
        return self.series.get(name, 0.0)


async def figures(centre: RunningCentre) -> Figures:
    """What /metrics says now."""
    text = await asyncio.to_thread(_get, centre.sheet.urls["metrics"])
    lines = [line.rpartition(" ") for line in text.decode().splitlines() if not line.startswith("#")]
    return Figures(series={name: float(value) for name, _, value in lines})


async def warnings(centre: RunningCentre) -> list[str]:
    """What /readyz warns of, where it says that calls can be taken."""
    told: dict[str, Any] = msgspec.json.decode(await asyncio.to_thread(_get, centre.sheet.urls["readyz"]))
    return list(told["warnings"])


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as answer:
        content: bytes = answer.read()
        return content


async def until_figures(centre: RunningCentre, met: Callable[[Figures], bool], *, within: float) -> float:
    """Wait until the metrics say so; how many seconds that took."""
    began = time.monotonic()
    while not met(await figures(centre)):
        assert time.monotonic() - began < within, "the metrics never said so"
        await asyncio.sleep(0.1)
    return time.monotonic() - began


def latency(before: Figures, after: Figures) -> tuple[float, float]:
    """From the moment an offer is possible until its ring is ordered: the mean, and a bound of 99 %, milliseconds."""
    name = "acd_offer_latency_seconds"
    count = after[f"{name}_count"] - before[f"{name}_count"]
    mean = (after[f"{name}_sum"] - before[f"{name}_sum"]) / max(count, 1)
    bounds = sorted(
        (float(bound.group(1)), after[series] - before[series])
        for series in after.series
        if (bound := re.fullmatch(name + r'_bucket\{le="([0-9.e+-]+|\+Inf)"\}', series))
    )
    p99 = next((bound for bound, below in bounds if below >= 0.99 * count), float("inf"))
    return mean * 1000, p99 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The journal against the load."""

    facts: int
    lost: int
    """Numbers that are missing, and calls whose beginning or end nobody wrote down."""
    backwards: int
    """Facts whose instant is before that of the fact in front of them."""


async def books(url: str, load: Load) -> Books:
    """Read them whole, and count for each caller of the load how often he came and went."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("select seq, at, kind, call_id, body from fact order by seq")
    finally:
        await connection.close()
    numbers = [row["seq"] for row in rows]
    missing = (numbers[-1] - numbers[0] + 1) - len(numbers) if numbers else 0
    callers: dict[str, str] = {}
    ended: set[str] = set()
    for row in rows:
        if row["kind"] == "call_queued" and (body := msgspec.json.decode(row["body"]))["queue"].startswith(QUEUE):
            callers[row["call_id"]] = body["caller"]["number"]
        elif row["kind"] == "call_ended":
            ended.add(row["call_id"])
    unwritten = _unwritten(load.calls, list(callers.values())) + len(callers.keys() - ended)
    instants = [row["at"] for row in rows]
    return Books(
        facts=len(rows),
        lost=missing + unwritten,
        backwards=sum(after < before for before, after in pairwise(instants)),
    )


def _unwritten(calls: list[LoadCall], callers: list[str]) -> int:
    """Calls that were taken, of callers of whom the journal knows fewer."""
    taken = [call.caller for call in calls if call.taken_at is not None]
    return sum(max(taken.count(caller) - callers.count(caller), 0) for caller in set(taken))


def database_url(centre: RunningCentre) -> str:
    """Of the centre's database."""
    url: str = tomllib.loads((centre.home / "state" / "engine.toml").read_text())["database"]["url"]
    return url


def logged(centre: RunningCentre, event: str) -> int:
    """How often the engine's log has a line of this name."""
    files = (centre.home / "state" / "log").glob("engine.log*")
    return sum(file.read_text(encoding="utf-8", errors="replace").count(event) for file in files)
