"""The engine's beat in Asterisk: by it the dial plan knows that somebody is there to take a call.

Twice a second, from the event loop that takes the calls, the time is written to the global variable `ACD_BEAT`: by
Asterisk's own clock, so that it does not matter what time either machine takes it to be. A process that stands still
beats no more, though its connections look alive; what the dial plan does then is told in acd-dialplan.conf.
"""

import asyncio
from typing import Final

import structlog

from ari_bridge.asterisk_clock import AsteriskClock, seconds_of
from ari_bridge.client import AriError, Client
from ari_bridge.reading import answered

PERIOD_S: Final = 0.5
VARIABLE: Final = "ACD_BEAT"

_log = structlog.get_logger(__name__)


async def beat(client: Client, asterisk_clock: AsteriskClock) -> None:
    """Beat for ever. A beat that fails is left out: who answers no request cannot be helped by another one."""
    clock = asyncio.get_running_loop().time
    while True:
        try:
            began = clock()
            stamp = answered(await client.asterisk.ping(), "timestamp")
            asterisk_clock.learn(stamp, began, clock())
            seconds = seconds_of(stamp)
            if seconds is not None:
                await client.asterisk.setGlobalVar(variable=VARIABLE, value=str(int(seconds)))
        except AriError as error:
            _log.warning("beat_left_out", why=str(error))
        await asyncio.sleep(PERIOD_S)
