"""A bridge that runs on a stand-in for Asterisk and the real engine, and the recorded call that its tests tell of."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

from acd.model import CallId, ChannelId, DeviceId, OfferId
from ari_bridge.bridge import Bridge
from ari_bridge.client import Client
from ari_bridge.names import PROBE
from feature_codes.table import DEFAULT_CODES, StarCodes
from tests.bridge.ari_double import PASSWORD, USER, Answer, AriDouble, Asked
from tests.bridge.live_engine import LiveEngine
from tests.bridge.recorded_events import recorded

STREAM: list[dict[str, Any]] = recorded("queue_call.json")
LISTS: dict[str, list[dict[str, Any]]] = recorded("lists.json")
CALL = CallId("acd-1795389823.2")
LEG = f"{CALL}~1~1001-desk"
DESK = DeviceId("1001-desk")
CHANNEL = ChannelId(CALL)
OFFER = OfferId(f"{CALL}~1")
BACK = ChannelId(f"{CALL}~back~1")
OF_THE_CALL = [each for each in STREAM if str(each.get("channel", {}).get("id")).startswith(CALL)]
OTHER = CallId("acd-9.9")


def has_nothing(double: AriDouble) -> None:
    """Of an Asterisk in which nobody calls, and which grants what is asked for one call."""
    for kind in ("channels", "bridges", "endpoints", "deviceStates"):
        double.answers["GET", f"/{kind}"] = Answer.of([])
    for bridge in (f"{CALL}~talk", "hold~7002%40demo.example"):
        double.answers["POST", f"/bridges/{bridge}"] = Answer.of({"id": bridge})
    double.answers["POST", f"/channels/{LEG}"] = Answer.of({"id": LEG})
    double.answers["GET", "/asterisk/info"] = Answer.of({"system": {"version": "22.10.1"}})
    double.answers["GET", "/applications/acd"] = Answer.of({"name": "acd", "endpoint_ids": ["PJSIP"]})
    double.answers["GET", f"/channels/{PROBE}"] = Answer.of({"message": "Channel not found"}, status=404)
    double.answers["PUT", "/applications/acd/eventFilter"] = Answer.of({})
    double.answers["POST", "/applications/acd/subscription"] = Answer.of({})


def has_the_talk(double: AriDouble) -> None:
    """In the middle of that call."""
    for kind, content in LISTS.items():
        double.answers["GET", f"/{kind}"] = Answer.of(content)


@contextlib.asynccontextmanager
async def bridged(
    url: str, *, password: str = PASSWORD
) -> AsyncGenerator[tuple[Bridge, LiveEngine, asyncio.Task[None]]]:
    """A bridge that runs, its engine, and its life."""
    engine = LiveEngine()
    bridge = Bridge(
        client=Client(url, USER, password, time_limit=timedelta(seconds=0.5)),
        app="acd",
        engine=engine,
        codes=StarCodes(DEFAULT_CODES),
    )
    engine.switch = bridge
    life = asyncio.create_task(bridge.run())
    try:
        yield bridge, engine, life
    finally:
        life.cancel()
        await asyncio.wait([life])


def asked(double: AriDouble, method: str, path: str) -> int:
    """How often this was asked."""
    return sum((each.method, each.path) == (method, path) for each in double.asked)


def changes(double: AriDouble) -> list[Asked]:
    """What was asked to be changed; besides, Asterisk is always looked at."""
    return [each for each in double.asked if each.method != "GET"]
