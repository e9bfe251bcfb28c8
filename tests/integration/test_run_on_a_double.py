"""`acd run` on the double of Asterisk, in failures that a real one cannot be made to show."""

import time
from pathlib import Path

from acd.runtime.database import Connection
from tests.double.lines import Line
from tests.double.server import PASSWORD, DoubleServer, Fault, double_server
from tests.integration.centres import SMALL, apply
from tests.integration.engine_process import EngineProcess, engine_process
from tests.phone.waiting import until

WITHIN_S = 10.0
NOTICED_WITHIN_S = 6.0


async def _talk(server: DoubleServer) -> tuple[Line, Line]:
    """1002 calls a queue and 1001, who has made himself available, answers."""
    for device in ("1001-desk", "1002-desk"):
        assert server.switch.register(device)
    code = server.switch.dial("1001-desk", "*51")
    assert code is not None
    await until("the end of the star code", lambda: code.is_over, within=WITHIN_S)
    caller = server.switch.dial("1002-desk", "7001")
    assert caller is not None
    await until("the agent's phone", lambda: server.rung, within=WITHIN_S)
    agent = server.rung[-1]
    agent.rings()
    agent.answers()
    await until("a talk", lambda: _talks(server), within=WITHIN_S)
    return caller, agent


def _talks(server: DoubleServer) -> bool:
    return any(bridge.kind == "mixing" and len(bridge.channels) == 2 for bridge in server.switch.bridges.values())


async def _lost(engine: EngineProcess) -> float:
    """Seconds until it says that Asterisk is out of sight."""
    began = time.monotonic()
    await engine.not_ready_because("Asterisk")
    return time.monotonic() - began


async def test_channel_routes_that_hang_and_a_half_open_socket_are_noticed_and_the_talk_goes_on(
    tmp_path: Path, database: str, connection: Connection
) -> None:
    await apply(connection, SMALL)
    async with double_server() as server:
        reaching = {"ACD__ARI__URL": server.url, "ACD__ARI__PASSWORD": PASSWORD}
        async with engine_process(tmp_path, database, reaching) as engine:
            await engine.ready()
            caller, agent = await _talk(server)
            server.faults["channels"] = Fault.HANGS
            assert await _lost(engine) < NOTICED_WITHIN_S
            server.faults.clear()
            await engine.ready()
            server.freeze()
            assert await _lost(engine) < NOTICED_WITHIN_S
            server.thaw()
            await engine.ready()
            assert caller.is_up
            assert agent.is_up
            caller.hangs_up()
            await until("the end of the talk", lambda: agent.is_over, within=WITHIN_S)
            await until("nothing left", lambda: not server.switch.leftovers(), within=WITHIN_S)
