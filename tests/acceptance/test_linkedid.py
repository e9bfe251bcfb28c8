"""Log lines tell of each call by which id Asterisk's own records find it, also where that is another one's channel."""

import json
from typing import Any

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import CALLER_HZ, Floor, connected
from tests.acceptance.parts import DOMAIN, Part, Queue, agents
from tests.phone.waiting import until

PART = Part(users=agents("5801"), queues=(Queue(number="5800", seats=()),))


async def test_who_was_called_and_then_put_into_a_queue_is_linked_with_his_caller(
    centre: RunningCentre, floor: Floor
) -> None:
    person, caller = await floor.phone("5801-desk"), await floor.caller("2001")
    call = await caller.dial("5801", tone=CALLER_HZ)
    ring = await connected(call, person)
    transfer = await call.transfer("5800")
    assert await transfer.is_done() == 200

    def lines() -> list[dict[str, Any]]:
        said = centre.engine_log.read_text().splitlines()
        return [json.loads(line) for line in said if line.startswith("{") and line.endswith("}")]

    def queued() -> dict[str, Any] | None:
        found = (line for line in lines() if line["event"] == "call_queued" and line["queue"] == f"5800@{DOMAIN}")
        return next(found, None)

    waits = await until("he waits", queued, within=5)
    began = [line["channel"] for line in lines() if line["event"] == "device_engaged" and line["number"] == "5801"]
    assert waits["linkedid"] == began[-1]
    assert waits["linkedid"] != waits["call"]
    await ring.hang_up()
