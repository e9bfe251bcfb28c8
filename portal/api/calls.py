"""What people do with calls beyond the phone: agents with their own, supervisors with those of their queues.

Whether it may be asked is decided here, whether it can be done by the engine. Listening in is noted in the audit: where
that cannot be written, nobody does.
"""

import re
from typing import Annotated, Final

import msgspec

from acd.centre import Role
from acd.inputs import (
    ChangeMonitor,
    DialFor,
    EndMonitor,
    HangUp,
    Hold,
    Monitor,
    MoveCall,
    PickCall,
    Request,
    Resume,
    SetPriority,
)
from acd.model import CallId, MonitorMode, queue_id
from portal.audit import note
from portal.endpoint import Asked, endpoint
from portal.problems import not_found, refused
from portal.who import Scope, himself_or_supervised, own_device, own_or_supervised_call, supervised_call

_PUNCTUATION: Final = re.compile(r"[\s().\-/\u00a0\u2010-\u2013]")
"""With which people write numbers."""


class Dialled(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A click on a number."""

    device: str
    """The phone that rings first: one of his own."""
    number: Annotated[str, msgspec.Meta(max_length=40)]
    """As people write it; an extension of the account too."""


class Moved(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another queue for somebody who waits."""

    queue: str
    """The number of any queue of the account."""


class Picked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is rung for somebody who waits."""

    agent: str
    """The extension of an agent of his queues, or his own."""


class Prioritised(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose turn is changed."""

    priority: Annotated[int, msgspec.Meta(ge=1, le=999_999)] | None
    """1 is served first, null last."""


class Monitored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How he listens in."""

    mode: MonitorMode
    """`listen`: nobody hears him. `whisper`: the agent alone does. `join`: both do."""
    device: str
    """The phone that rings for it: one of his own."""


class Mode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who hears him from now on."""

    mode: MonitorMode


# --- a talk: its agent, or his supervisor


@endpoint("POST", "/calls/{call}/hang-up", scope=Scope.CALLS)
async def hang_up(asked: Asked, *, call: str) -> None:
    """End a talk.

    As if the agent had put his phone down: his wrap-up follows.
    """
    found = own_or_supervised_call(asked.who, asked.portal.engine.state, call)
    await _ask(asked, HangUp(call=found, by=asked.who.agent))


@endpoint("POST", "/calls/{call}/hold", scope=Scope.CALLS)
async def hold(asked: Asked, *, call: str) -> None:
    """Hold the caller of a talk.

    He hears his queue's music, the agent nothing. Asked twice it does no harm.
    """
    await _ask(asked, Hold(call=own_or_supervised_call(asked.who, asked.portal.engine.state, call)))


@endpoint("POST", "/calls/{call}/resume", scope=Scope.CALLS)
async def resume(asked: Asked, *, call: str) -> None:
    """Come back to the caller who is held.

    Whom the phone itself holds only the phone brings back. Asked twice it does no harm.
    """
    await _ask(asked, Resume(call=own_or_supervised_call(asked.who, asked.portal.engine.state, call)))


@endpoint("POST", "/dial", scope=Scope.CALLS, status=202)
async def dial(asked: Asked, *, body: Dialled) -> None:
    """Call a number.

    His own phone rings; picked up, it calls. To a number outside only by the account's rules and caps.
    """
    device = own_device(asked.who, asked.portal.engine.state, body.device)
    await _ask(asked, DialFor(device=device, number=_PUNCTUATION.sub("", body.number)))


# --- one who waits: a supervisor


@endpoint("POST", "/calls/{call}/move", needs=Role.SUPERVISOR, scope=Scope.CALLS)
async def move(asked: Asked, *, call: str, body: Moved) -> None:
    """Let a waiting caller wait in another queue.

    He has waited there as long as he has waited at all: he stands where he would stand had he called it himself.
    """
    state, who = asked.portal.engine.state, asked.who
    found, queue = supervised_call(who, state, call), queue_id(who.account, body.queue)
    if queue not in state.records.queues:
        raise not_found("queue")
    await _ask(asked, MoveCall(call=found, queue=queue, by=who.agent))


@endpoint("POST", "/calls/{call}/pick", needs=Role.SUPERVISOR, scope=Scope.CALLS)
async def pick(asked: Asked, *, call: str, body: Picked) -> None:
    """Ring an agent for a waiting caller, or oneself.

    Out of order and whatever his status; not answered, the caller is where he was.
    """
    state, who = asked.portal.engine.state, asked.who
    found, agent = supervised_call(who, state, call), himself_or_supervised(who, state, body.agent)
    await _ask(asked, PickCall(call=found, agent=agent, by=who.agent))


@endpoint("POST", "/calls/{call}/priority", needs=Role.SUPERVISOR, scope=Scope.CALLS)
async def prioritise(asked: Asked, *, call: str, body: Prioritised) -> None:
    """Change the turn of a waiting caller."""
    found = supervised_call(asked.who, asked.portal.engine.state, call)
    await _ask(asked, SetPriority(call=found, priority=body.priority, by=asked.who.agent))


# --- a talk: a supervisor who listens in


@endpoint("POST", "/calls/{call}/monitor", needs=Role.SUPERVISOR, scope=Scope.CALLS)
async def monitor(asked: Asked, *, call: str, body: Monitored) -> None:
    """Listen in on a talk, whisper, or join it.

    His own phone rings; picked up, it hears the talk, until he hangs up, says so, or the talk is over.
    """
    state, who = asked.portal.engine.state, asked.who
    found, device = supervised_call(who, state, call), own_device(who, state, body.device)
    request = Monitor(call=found, by=who.agent, device=device, mode=body.mode)
    await _ask_and_note(asked, request, found, {"mode": body.mode, "device": device})


@endpoint("POST", "/calls/{call}/monitor/mode", needs=Role.SUPERVISOR, scope=Scope.CALLS)
async def change_monitor(asked: Asked, *, call: str, body: Mode) -> None:
    """Change who hears him while he listens in."""
    found = supervised_call(asked.who, asked.portal.engine.state, call)
    request = ChangeMonitor(call=found, by=asked.who.agent, mode=body.mode)
    await _ask_and_note(asked, request, found, {"mode": body.mode})


@endpoint("DELETE", "/calls/{call}/monitor", needs=Role.SUPERVISOR, scope=Scope.CALLS)
async def end_monitor(asked: Asked, *, call: str) -> None:
    """Listen in no more."""
    found = supervised_call(asked.who, asked.portal.engine.state, call)
    await _ask(asked, EndMonitor(call=found, by=asked.who.agent))


async def _ask(asked: Asked, request: Request) -> None:
    refusal = await asked.portal.engine.ask(request)
    if refusal is not None:
        raise refused(refusal)


async def _ask_and_note(asked: Asked, request: Request, call: CallId, detail: dict[str, object]) -> None:
    talk = asked.portal.engine.state.records.calls[call]
    about = {"call": call, "queue": talk.queue, "agent": talk.agent, **detail}
    async with asked.portal.database.of(asked.who.account) as rows:
        await note(rows, asked.who, "call_monitored", f"call {call}", about)
        await _ask(asked, request)
