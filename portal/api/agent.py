"""What an agent changes of himself, or a supervisor for him: his status, the end of his wrap-up, which phones ring."""

import msgspec

from acd.centre import Role
from acd.inputs import EndWrapUp, Request, SetStatus, SwitchDevice
from acd.model import Status
from portal.endpoint import Asked, endpoint
from portal.problems import refused
from portal.who import Scope, himself_or_supervised, his_device


class StatusChosen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The status that an agent is to have."""

    status: Status


class DeviceSwitch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a phone rings for queue calls."""

    on: bool


@endpoint("PUT", "/agents/{agent}/status", needs=Role.AGENT, scope=Scope.STATUS)
async def choose_status(asked: Asked, *, agent: str, body: StatusChosen) -> None:
    """Choose a status: for yourself, or for an agent of a queue that you supervise."""
    chosen = himself_or_supervised(asked.who, asked.portal.engine.state, agent)
    by = None if chosen == asked.who.agent else asked.who.agent
    await _ask(asked, SetStatus(agent=chosen, status=body.status, by=by))


@endpoint("POST", "/agents/{agent}/wrap-up/end", needs=Role.AGENT, scope=Scope.STATUS)
async def end_wrap_up(asked: Asked, *, agent: str) -> None:
    """Be ready before the wrap-up is over."""
    await _ask(asked, EndWrapUp(agent=himself_or_supervised(asked.who, asked.portal.engine.state, agent)))


@endpoint("PUT", "/devices/{device}", needs=Role.AGENT, scope=Scope.STATUS)
async def switch_device(asked: Asked, *, device: str, body: DeviceSwitch) -> None:
    """Let a phone ring for queue calls, or not."""
    await _ask(asked, SwitchDevice(device=his_device(asked.who, asked.portal.engine.state, device), on=body.on))


async def _ask(asked: Asked, request: Request) -> None:
    refusal = await asked.portal.engine.ask(request)
    if refusal is not None:
        raise refused(refusal)
