"""Whom a phone hears where several speak at once, each with a tone of its own."""

import asyncio
from collections.abc import Iterable
from typing import Final

from tests.phone.audio import share_of_tone
from tests.phone.call import Call
from tests.phone.media import LISTEN_PACKETS, PACKET_SECONDS
from tests.phone.waiting import until

HEARD: Final = 0.15
"""The share of its energy that each of up to three tones has at least; one that is not there has a tenth of that."""


def voices(call: Call, among: Iterable[int]) -> set[int]:
    """Those of these tones that this side has heard in the last 200 ms."""
    since = asyncio.get_running_loop().time() - LISTEN_PACKETS * PACKET_SECONDS
    latest = call.media.heard(since=since)
    return {hz for hz in among if share_of_tone(latest, hz) > HEARD}


async def hears(call: Call, *tones: int, among: Iterable[int]) -> None:
    """Exactly these of them, all at once, from now on."""
    known = tuple(among)
    await asyncio.sleep(LISTEN_PACKETS * PACKET_SECONDS)
    await until(f"{tones} at once", lambda: voices(call, known) == set(tones), within=5)
