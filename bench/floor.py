"""The floor: as little as a loop over ARI can do and still serve a queue. No rules, no journal, no second thoughts.

A caller is answered and hears music, the first free agent is rung, whoever picks up is joined with him, and the next
caller rings where an agent has hung up. Events lead to requests directly. It survives nothing, and checks nothing.

    python -m bench.floor URL QUEUES.json

QUEUES.json is a dict of queue -> devices; the password of ARI comes on standard input. Says "ready" once it serves.
"""

import asyncio
import gc
import itertools
import json
import sys
from collections import deque
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec

from ari_bridge.subscription import UNWANTED

APP: Final = "floor"
SIDE_BY_SIDE: Final = 40
GONE: Final = frozenset({400, 404, 409, 412, 422})
"""What is answered where a channel has gone meanwhile."""


class Floor:
    """One Asterisk."""

    def __init__(self, session: aiohttp.ClientSession, url: str, agents_of: dict[str, list[str]]) -> None:
        self._session, self._url, self._agents_of = session, url, agents_of
        self._queues_of: dict[str, list[str]] = {}
        for queue, agents in agents_of.items():
            for agent in agents:
                self._queues_of.setdefault(agent, []).append(queue)
        self._free = dict.fromkeys(self._queues_of)  # in the order in which they became free
        self._waiting: dict[str, deque[str]] = {queue: deque() for queue in agents_of}
        self._queue_of: dict[str, str] = {}
        self._number_of: dict[str, str] = {}
        self._leg_of: dict[str, str] = {}
        self._caller_of: dict[str, str] = {}
        self._legs = itertools.count(1)
        self._arrivals = itertools.count(1)
        self._place: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def hear(self, event: dict[str, Any]) -> None:
        """One event of Asterisk's."""
        match event["type"]:
            case "StasisStart":
                match event["args"]:
                    case ["leg", caller]:
                        self._do(self._join(caller, event["channel"]["id"]))
                    case [queue]:
                        self._arrives(event["channel"], queue)
                    case _:
                        pass
            case "StasisEnd" | "ChannelDestroyed":
                self._gone(event["channel"]["id"])
            case _:
                pass

    def _arrives(self, channel: dict[str, Any], queue: str) -> None:
        caller = channel["id"]
        self._queue_of[caller], self._number_of[caller] = queue, channel["caller"]["number"]
        self._place[caller] = next(self._arrivals)
        agent = next((agent for agent in self._free if queue in self._queues_of[agent]), None)
        if agent is None:
            self._waiting[queue].append(caller)
        else:
            self._ring(agent, caller)
        self._do(self._hold(caller, queue))

    def _ring(self, agent: str, caller: str) -> None:
        self._free.pop(agent, None)
        leg = f"floor-{next(self._legs)}-{agent}"
        self._leg_of[caller], self._caller_of[leg] = leg, caller
        number = self._number_of[caller]
        wanted = {
            "endpoint": f"PJSIP/{agent}",
            "app": APP,
            "appArgs": f"leg,{caller}",
            "callerId": f'"{number}" <{number}>',
            "timeout": 80,
            "formats": "ulaw,alaw",
        }
        self._do(self._ask("POST", f"channels/{leg}", wanted))

    def _gone(self, channel: str) -> None:
        caller = self._caller_of.pop(channel, None)
        if caller is not None:  # an agent's leg
            self._agent_is_free(channel.split("-", 2)[2])
            if self._leg_of.pop(caller, None) is not None:
                self._do(self._part(caller, caller))
            return
        if self._queue_of.pop(channel, None) is None:
            return
        leg = self._leg_of.pop(channel, None)
        if leg is not None:
            self._do(self._part(channel, leg))

    def _agent_is_free(self, agent: str) -> None:
        first: str | None = None
        for queue in self._queues_of[agent]:
            waiting = self._waiting[queue]
            while waiting and waiting[0] not in self._queue_of:
                waiting.popleft()
            if waiting and (first is None or self._place[waiting[0]] < self._place[first]):
                first = waiting[0]
        if first is None:
            self._free[agent] = None
            return
        self._waiting[self._queue_of[first]].popleft()
        self._ring(agent, first)

    # --- requests

    async def _hold(self, caller: str, queue: str) -> None:
        await self._ask("POST", f"channels/{caller}/answer")
        await self._ask("POST", f"bridges/floor-{queue}/addChannel", {"channel": caller, "role": "holding_participant"})

    async def _join(self, caller: str, leg: str) -> None:
        await self._ask("POST", f"bridges/{caller}-talk", {"type": "mixing"})
        await self._ask("POST", f"bridges/{caller}-talk/addChannel", {"channel": [caller, leg]})

    async def _part(self, caller: str, other: str) -> None:
        await self._ask("DELETE", f"channels/{other}")
        await self._ask("DELETE", f"bridges/{caller}-talk")

    async def begin(self) -> None:
        """Leave out the events that nobody reads, and make the bridges with music."""
        unwanted = {"allowed": [], "disallowed": [{"type": type_} for type_ in UNWANTED]}
        await self._ask("PUT", f"applications/{APP}/eventFilter", unwanted)
        for queue in self._agents_of:
            await self._ask("POST", f"bridges/floor-{queue}", {"type": "holding"})

    async def _ask(self, method: str, path: str, body: object = None) -> None:
        data = None if body is None else msgspec.json.encode(body)
        headers = None if body is None else {"Content-Type": "application/json"}
        async with self._session.request(method, f"{self._url}/ari/{path}", data=data, headers=headers) as answer:
            await answer.read()
            if answer.status >= 300 and answer.status not in GONE:
                print(f"{answer.status} to {method} {path}", file=sys.stderr)

    def _do(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def serve(url: str, password: str, agents_of: dict[str, list[str]]) -> None:
    """Until the connection or the process ends."""
    proof = {"Authorization": aiohttp.encode_basic_auth("acd", password)}
    connector = aiohttp.TCPConnector(limit=SIDE_BY_SIDE, keepalive_timeout=10)
    async with aiohttp.ClientSession(headers=proof, connector=connector) as session:
        floor = Floor(session, url, agents_of)
        async with session.ws_connect(f"{url}/ari/events?app={APP}", decode_text=False, max_msg_size=0) as socket:
            await floor.begin()
            print("ready", flush=True)
            async for message in socket:
                floor.hear(msgspec.json.decode(message.data))


if __name__ == "__main__":
    gc.freeze()
    asyncio.run(serve(sys.argv[1], sys.stdin.readline().strip(), json.loads(Path(sys.argv[2]).read_text())))
