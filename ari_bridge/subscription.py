"""Of what Asterisk tells us: every phone, and what happens to each channel; never what nobody reads."""

from typing import Final

from ari_bridge.client import AriError, Client
from ari_bridge.event_types import EventType

SOURCE: Final = "endpoint:PJSIP"
"""Every phone: its registration, and each event of its channels once. It takes the place of three others, seen with
22.10.1: when a connection ends, `endpoint:` can crash Asterisk and `deviceState:` freeze its applications for good;
with `channel:` beside it everything comes twice."""

NO_SUCH_SOURCE: Final = 422
"""Asterisk knows the technology from its first phone on."""

UNWANTED: Final[tuple[EventType, ...]] = (
    "ChannelVarset",
    "ChannelDialplan",
    "ChannelConnectedLine",
    "ChannelCallerId",
    "ChannelHangupRequest",
    "ChannelLeftBridge",
    "EndpointStateChange",
    "ContactStatusChange",
    "Dial",
    "BridgeCreated",
    "BridgeDestroyed",
    "PlaybackStarted",
)
"""Nothing reads these, and they are three quarters of all events. A trunk's `EndpointStateChange` names
all its channels, each time."""


async def leave_out(client: Client, app: str) -> None:
    """Have Asterisk keep to itself what nobody reads. Raises AriError."""
    wanted = {"allowed": [], "disallowed": [{"type": type_} for type_ in UNWANTED]}
    await client.applications.filter(applicationName=app, filter=wanted)


async def listen(client: Client, app: str) -> bool:
    """Hear of all phones. False: Asterisk has none yet, and nothing to tell. Raises AriError."""
    try:
        await client.applications.subscribe(applicationName=app, eventSource=[SOURCE])
    except AriError as error:
        if error.status != NO_SUCH_SOURCE:
            raise
        return False
    return True
