"""The bridge hears Asterisk from its first moment on, whatever else ends there just then."""

import asyncio
from datetime import timedelta
from typing import Final

import pytest

from acd.inputs import AsteriskSeen, DeviceRegistered
from acd.model import DeviceId
from ari_bridge import watch
from ari_bridge.client import Client
from ari_bridge.wire import EventSocket
from tests.integration.asterisk import ARI_PASSWORD, TestAsterisk
from tests.integration.switchboard import Switchboard, switchboard
from tests.phone.waiting import until

GOES: Final = 60
LATER_S: Final = 0.00005
"""By so much later in each go ends the connection of before: in some it meets the very moment in which Asterisk can
take the new connection's application for that one's. A bridge that did not make sure heard nothing in one of these goes
in five of six runs."""


async def test_a_bridge_that_begins_in_the_moment_in_which_another_ends_knows_all(
    asterisk: TestAsterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "TOLD_WITHIN", timedelta(seconds=0.4))
    async with switchboard(asterisk):
        pass  # it leaves its phones there, and what it listens to
    async with Client(asterisk.url, "acd", ARI_PASSWORD) as another:
        for nth in range(GOES):
            before = await another.rest.events("acd")
            ending = asyncio.create_task(_end(before, after_s=nth * LATER_S))
            async with switchboard(asterisk) as board:
                phone = await board.phone("1001")
                await until("the phone is known", lambda: _knows(board, DeviceId("1001-desk")), within=5)
                await phone.unregister()
            await ending


async def _end(connection: EventSocket, *, after_s: float) -> None:
    await asyncio.sleep(after_s)
    await connection.close()


def _knows(board: Switchboard, phone: DeviceId) -> bool:
    """By an event, or because all was looked at once more."""
    return DeviceRegistered(device=phone) in board.told or any(
        phone in seen.registered for seen in board.all(AsteriskSeen)
    )
