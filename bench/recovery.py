"""How long nobody is served when the engine is killed: from the start of the next one to its first offer.

    python -m bench.recovery [--waiting 1000] [--talking 500] [--facts 500000] [--times 5] [--json FILE]

The engine is a process of its own with a real PostgreSQL; Asterisk is the double, so that a thousand calls need no
sound. The journal holds a day before the snapshot from which the engine begins. A caller hangs up while no engine is
there: the first offer is to his agent, who has to be found free.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from os import sysconf
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

from acd.centre import read_centre
from acd.journal import encode_state
from acd.runtime.apply import apply_centre
from acd.runtime.database import Connection, connected
from acd.runtime.schema import ensure_schema
from acd.state import State
from tests.double.lines import Line
from tests.double.server import PASSWORD, DoubleServer, double_server
from tests.integration.engine_process import EngineProcess, engine_process
from tests.integration.postgres import ALLOW_FACTS, TestPostgres
from tests.phone.waiting import until

QUEUES: Final = 20
PHONES_OF_CALLERS: Final = 50
CODES_AT_ONCE: Final = 50
CALLS_AT_ONCE: Final = 8
"""So many dial at a time: a star code takes seconds to be heard; who calls faster than may be hears that it is busy."""

_PATIENCE_S: Final = 120.0

T = TypeVar("T")


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m bench.recovery", description="From a start to the first offer.")
    parser.add_argument("--waiting", type=int, default=1000)
    parser.add_argument("--talking", type=int, default=500)
    parser.add_argument("--facts", type=int, default=500_000, help="in the journal before the snapshot")
    parser.add_argument("--times", type=int, default=5, help="how often the engine is killed")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found = asyncio.run(measured(asked.waiting, asked.talking, asked.facts, asked.times))
    took = [each["seconds"] for each in found]
    for each in found:
        print(json.dumps(each))
    print(f"from the start to the first offer: {median(took):.2f} s ({min(took):.2f}-{max(took):.2f})")
    if asked.json is not None:
        kept = {"waiting": asked.waiting, "talking": asked.talking, "facts_before": asked.facts, "starts": found}
        asked.json.write_text(json.dumps(kept, indent=1) + "\n")


async def measured(waiting: int, talking: int, facts: int, times: int) -> list[dict[str, Any]]:
    """One entry for each start."""
    postgres = TestPostgres()
    try:
        postgres.start()
        async with connected(postgres.url()) as connection:
            await ensure_schema(connection)
            await apply_centre(connection, read_centre(_centre(talking), "bench"))
            await _write_a_day(connection, facts)
        with TemporaryDirectory(prefix="acd-bench-") as directory:
            async with double_server() as server:
                return await _killed_and_started(Path(directory), postgres.url(), server, waiting, talking, times)
    finally:
        postgres.kill()
        postgres.remove()


async def _killed_and_started(
    directory: Path, database: str, server: DoubleServer, waiting: int, talking: int, times: int
) -> list[dict[str, Any]]:
    reaching = {"ACD__ARI__URL": server.url, "ACD__ARI__PASSWORD": PASSWORD}
    found: list[dict[str, Any]] = []
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(engine_process(directory, database, reaching))
        await _ready(engine)
        callers = await _fill(server, waiting, talking)
        for _ in range(times):
            await _everything_stored(engine)
            engine.process.kill()
            await engine.process.wait()
            callers.pop(0).hangs_up()
            await asyncio.sleep(0.2)
            rung, began = len(server.rung), time.monotonic()
            engine = await stack.enter_async_context(engine_process(directory, database, reaching))
            await until("the first offer", partial(_more, server.rung, rung), within=_PATIENCE_S)
            seconds, cpu_seconds = time.monotonic() - began, _cpu_seconds(engine.process.pid)
            [read] = [line for line in engine.log() if line["event"] == "journal_read"]
            found.append(
                {
                    "seconds": round(seconds, 2),
                    "of_its_processor": round(cpu_seconds, 2),
                    "facts": read["facts"],
                    "calls": read["calls"],
                }
            )
    return found


async def _ready(engine: EngineProcess) -> None:
    while True:
        if not await engine.reasons():
            return
        await asyncio.sleep(0.1)


async def _everything_stored(engine: EngineProcess) -> None:
    while True:
        if not await engine.metric("acd_journal_facts_pending"):
            return
        await asyncio.sleep(0.1)


def _more(of: Sequence[Line], before: int) -> bool:
    return len(of) > before


def _cpu_seconds(pid: int) -> float:
    """So much of a processor it has had; the rest was waiting, for others or for a busy machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / sysconf("SC_CLK_TCK")


# --- the day before


async def _write_a_day(connection: Connection, facts: int) -> None:
    """So many facts before the snapshot of a centre in which nothing is under way."""
    await connection.execute("update lease set epoch = epoch + 1")
    await connection.execute(ALLOW_FACTS)
    await connection.execute(
        "insert into fact (seq, at, kind, call_id, agent_id, queue_id, body)"
        " select n, now() - interval '10 hours' + n * interval '72 milliseconds', 'talk_started',"
        f" 'day.' || n / 9, (5000 + n % 500) || '@bench.example', (7000 + n % {QUEUES}) || '@bench.example',"
        """ '{"call": "day", "queue": "7001@bench.example", "agent": "5001@bench.example"}'::jsonb"""
        " from generate_series(1, $1::bigint) n",
        facts,
    )
    await connection.execute("insert into snapshot (seq, body) values ($1, $2)", facts, encode_state(State()).decode())
    await connection.execute("analyze fact")


def _centre(agents: int) -> str:
    """So many agents in five of the queues each, and phones from which callers come."""
    users = [f'[[users]]\nextension = "{5000 + n}"\nname = "Agent {n}"' for n in range(agents)]
    users += [f'[[users]]\nextension = "{3000 + n}"\nname = "Caller {n}"' for n in range(PHONES_OF_CALLERS)]
    owners = [*(5000 + n for n in range(agents)), *(3000 + n for n in range(PHONES_OF_CALLERS))]
    devices = [f'[[devices]]\nname = "{owner}-desk"\nowner = "{owner}"' for owner in owners]
    queues = [f'[[queues]]\nnumber = "{7000 + n}"\nname = "Queue {n}"' for n in range(QUEUES)]
    assignments = [
        f'[[assignments]]\nqueue = "{7000 + (n + 4 * k) % QUEUES}"\nagent = "{5000 + n}"'
        for n in range(agents)
        for k in range(5)
    ]
    return "\n".join(['[account]\ndomain = "bench.example"', *users, *devices, *queues, *assignments])


# --- the people


async def _fill(server: DoubleServer, waiting: int, talking: int) -> list[Line]:
    """Agents come, and callers; gives the lines of those who talk."""

    def picks_up(line: Line) -> None:
        if line.device.startswith("5"):
            line.answers()

    server.people = picks_up
    agents = [f"{5000 + n}-desk" for n in range(talking)]
    phones = [f"{3000 + n}-desk" for n in range(PHONES_OF_CALLERS)]
    await until("the phones", lambda: all(map(server.switch.register, [*agents, *phones])), within=_PATIENCE_S)
    await _some_at_a_time([partial(_comes, server, agent) for agent in agents], CODES_AT_ONCE)
    calls = [(phones[n % len(phones)], f"{7000 + n % QUEUES}") for n in range(talking + waiting)]
    lines = await _some_at_a_time([partial(_calls, server, phone, number) for phone, number in calls], CALLS_AT_ONCE)
    await until("all talks", lambda: _talks(server) == talking, within=_PATIENCE_S)
    return lines[:talking]


async def _comes(server: DoubleServer, agent: str) -> None:
    code = server.switch.dial(agent, "*51")
    assert code is not None
    await until("the end of the star code", lambda: code.is_over, within=_PATIENCE_S)


async def _calls(server: DoubleServer, phone: str, number: str) -> Line:
    """Until he is let in, and hears music."""
    while True:
        line = server.switch.dial(phone, number)
        assert line is not None
        await until("music", partial(_hears_something, line), within=_PATIENCE_S)
        if line.is_up:
            return line
        await asyncio.sleep(0.5)


def _hears_something(line: Line) -> bool:
    return line.is_up or line.is_over


async def _some_at_a_time(acts: Sequence[Callable[[], Awaitable[T]]], at_once: int) -> list[T]:
    places = asyncio.Semaphore(at_once)

    async def one(act: Callable[[], Awaitable[T]]) -> T:
        async with places:
            return await act()

    return await asyncio.gather(*(one(act) for act in acts))


def _talks(server: DoubleServer) -> int:
    return sum(bridge.kind == "mixing" and len(bridge.channels) == 2 for bridge in server.switch.bridges.values())


if __name__ == "__main__":
    main()
