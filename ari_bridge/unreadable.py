"""Asterisk's list of channels, also when it cannot be told because of a single one.

A channel that carries text which is no UTF-8, such as a Call-ID, cannot be written as JSON: Asterisk then answers 500
for the whole list, as long as that channel lives (22.10.1). Our dial plan turns such calls away, but an Asterisk may
have others; the one in question is found, and hung up. Asked for alone it is answered with 200 and nothing, and only
that tells it from a good one: a refusal can have any other reason.
"""

from typing import Final

import structlog

from ari_bridge.client import AriError, Client
from ari_bridge.errands import CANNOT_TELL, NOT_FOUND
from ari_bridge.lists import entries_of
from ari_bridge.rest import Entry

CHANNELS: Final = "channels"

_log = structlog.get_logger(__name__)


async def all_channels(client: Client) -> list[Entry]:
    """Every channel that can be told of, not read yet. Raises AriError."""
    try:
        return await entries_of(client, CHANNELS)
    except AriError as error:
        if error.status != CANNOT_TELL:
            raise
    for channel in await _names(client):
        if await _cannot_be_told(client, channel):
            await client.channels.hangup(channelId=channel)
            _log.warning("channel_unreadable", channel=channel, why="its texts are no UTF-8; it was hung up")
    return await entries_of(client, CHANNELS)


async def _names(client: Client) -> list[str]:
    """As the phones, the bridges and the applications name them, which they can."""
    named: set[str] = set()
    for endpoint in await client.endpoints.list():
        named.update(endpoint.json.get("channel_ids", ()))
    for bridge in await client.bridges.list():
        named.update(bridge.json.get("channels", ()))
    for application in await client.applications.list():
        named.update(application.get("channel_ids", ()))
    return sorted(named)


async def _cannot_be_told(client: Client, channel: str) -> bool:
    """Raises AriError where nothing can be said of it."""
    try:
        return not await client.rest.request("GET", ["channels", channel])
    except AriError as error:
        if error.status == NOT_FOUND:
            return False
        raise
