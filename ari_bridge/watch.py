"""Whether Asterisk still hears us, and we it: asked every second, with a time limit of its own.

On an open socket all of this can happen: that requests are answered no more, those for channels alone even, that
Asterisk forgets what we listen to, and that it tells us nothing at all. Decides nothing about calls. A broken or silent
socket is noticed where it is read.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog

from ari_bridge.client import AriError, AriTimeout, Client
from ari_bridge.names import PROBE

ASK_EVERY: Final = timedelta(seconds=1)
ANSWERED_WITHIN: Final = timedelta(seconds=2)
"""An idle Asterisk takes under a millisecond, one at the end of its strength a few hundred."""

FAILURES: Final = 2
"""In a row, the second one asked at once: so five seconds after its last answer Asterisk counts as lost."""

TOLD_WITHIN: Final = timedelta(seconds=1)
"""After the answer; an idle Asterisk takes milliseconds. Where events are late by more, others come meanwhile."""

_log = structlog.get_logger(__name__)


async def watch(client: Client, app: str, *, listening: Callable[[], bool]) -> None:
    """Raises AriError once Asterisk answers no more, or nothing is told; `listening`: of phones too."""
    failures = 0
    while True:
        if not failures:
            await asyncio.sleep(ASK_EVERY.total_seconds())
        try:
            await _ask(client, app, listening=listening())
        except AriError as error:
            failures += 1
            _log.warning("ari_watch_failed", why=str(error), in_a_row=failures)
            if failures >= FAILURES or error.status:
                raise
        else:
            failures = 0


async def hear(client: Client, app: str) -> None:
    """Have Asterisk tell us something. Raises AriError where nothing comes.

    When a connection ends in the very moment in which the next one begins, Asterisk switches the application off that
    was just switched on: the dial plan then finds nobody there, while every request is answered as ever (22.10.1).
    """
    told = asyncio.Event()
    subscription = client.on_event(None, lambda _: told.set())
    try:
        await client.events.userEvent(eventName=PROBE, application=app)
        async with asyncio.timeout(TOLD_WITHIN.total_seconds()):
            await told.wait()
    except TimeoutError:
        raise AriError(200, "Asterisk tells us nothing of what happens", "watch") from None
    finally:
        subscription.close()


async def _ask(client: Client, app: str, *, listening: bool) -> None:
    """Raises AriError; with a status where Asterisk did answer, and not as it should."""
    try:
        async with asyncio.timeout(ANSWERED_WITHIN.total_seconds()):
            await _ask_for_a_channel(client)
            there = await client.applications.get(applicationName=app)
    except TimeoutError:
        raise AriTimeout(0, f"Asterisk did not answer within {ANSWERED_WITHIN.total_seconds():g} s", "watch") from None
    if listening and not there.get("endpoint_ids"):
        raise AriError(200, "Asterisk has forgotten that we listen to its phones", "watch")
    await hear(client, app)


async def _ask_for_a_channel(client: Client) -> None:
    """One that is not there: the answer costs nothing, and comes only where channels can be asked for."""
    try:
        await client.channels.get(channelId=PROBE)
    except AriError as error:
        if error.status != 404:
            raise
