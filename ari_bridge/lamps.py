"""The lamps on agents' phones: one for each star code that sets a status, lit while the agent has that status.

They are device states in Asterisk, kept there over a restart; only what differs is written. A state that was never
written is dark.
"""

from collections.abc import Mapping
from typing import Final

from acd.model import DeviceId, Status
from acd.outputs import ShowStatus
from ari_bridge.client import Client
from ari_bridge.errands import Errand, Operation
from ari_bridge.names import lamp
from ari_bridge.reading import text_in

LIT: Final = "INUSE"
DARK: Final = "NOT_INUSE"

_LANE: Final = "lamps"
"""One for all: those of a whole centre, written after a connect, must not hold up its calls."""


class Lamps:
    """All lamps of one Asterisk, as far as we have seen or set them."""

    def __init__(self, lit_in: Mapping[str, Status]) -> None:
        """`lit_in`: the star codes that have a lamp, and the status in which it is lit."""
        self._lit_in = lit_in
        self._states: dict[str, str] = {}

    async def read(self, client: Client) -> None:
        """See what Asterisk shows. Raises AriError."""
        states = await client.deviceStates.list()
        self._states = {text_in(state, "name"): text_in(state, "state") for state in states}

    def show(self, command: ShowStatus) -> tuple[Errand, ...]:
        """What has to be asked so that the phones show this status."""
        return tuple(
            Errand(lane=_LANE, operations=operations)
            for device in command.devices
            if (operations := tuple(self._changes(device, command.status)))
        )

    def _changes(self, device: DeviceId, status: Status) -> list[Operation]:
        changes: list[Operation] = []
        for code, when in self._lit_in.items():
            name, state = lamp(code, device), LIT if status == when else DARK
            if self._states.get(name, DARK) != state:
                self._states[name] = state
                changes.append(_write(name, state))
        return changes


def _write(name: str, state: str) -> Operation:
    return Operation(
        resource="deviceStates",
        name="update",
        arguments={"deviceName": name, "deviceState": state},
    )
