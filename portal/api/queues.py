"""Queues: their rules, and who answers them. Supervisors change those of their queues, office managers all."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from acd.centre import Centre, Role
from acd.centre.writing import Entry
from portal.configuration.changing import (
    Warned,
    change,
    looked_at,
    must_be_version,
    there,
    warnings_of,
)
from portal.configuration.draft import Draft, version_of
from portal.endpoint import Asked, endpoint
from portal.problems import Fault, not_found, wrong
from portal.who import Scope, Who


class Overflow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where callers go whom the queue does not keep: one of the three."""

    queue: str | UnsetType = UNSET
    extension: str | UnsetType = UNSET
    message: str | UnsetType = UNSET


class CallbackRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How those are called back who do not want to wait on the line."""

    key: str
    attempts: int = 3
    retry: str = "5m"
    ring_time: str = "30s"


class AnnouncementRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a waiting caller hears beside the music."""

    welcome: str | None = None
    position_every: str | None = None
    expected_wait_every: str | None = None
    comfort: list[str] | None = None
    comfort_every: str | None = None


class QueueRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules of a queue, with the names and values of `[[queues]]` in a centre's file: lengths of time as "1m30s".

    In a change what is left out stays as it is, and null takes a rule away.
    """

    name: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    wrap_up: str | UnsetType = UNSET
    wrap_up_mandatory: bool | UnsetType = UNSET
    ring_time: str | UnsetType = UNSET
    busy_back_off: str | UnsetType = UNSET
    declined_back_off: str | UnsetType = UNSET
    unreachable_back_off: str | UnsetType = UNSET
    after_missed: int | UnsetType | None = UNSET
    single_call_used_by: str | UnsetType = UNSET
    first_round: int | UnsetType | None = UNSET
    increment: int | UnsetType | None = UNSET
    max_callers: int | UnsetType | None = UNSET
    max_expected_wait: str | UnsetType | None = UNSET
    agents_required: int | UnsetType = UNSET
    max_wait: str | UnsetType | None = UNSET
    overflow: Overflow | UnsetType | None = UNSET
    leave_key: str | UnsetType | None = UNSET
    callback: CallbackRules | UnsetType | None = UNSET
    place_back: str | UnsetType | None = UNSET
    longest_behind: str | UnsetType | None = UNSET
    announcements: AnnouncementRules | UnsetType = UNSET
    agent_announcement: str | UnsetType | None = UNSET
    recording: str | UnsetType = UNSET
    service_level: str | UnsetType = UNSET


class NewQueue(QueueRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A queue that is not there yet. What is left out is as in a plain queue."""

    number: str


class AssignmentRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an agent answers a queue, as `[[assignments]]` in a centre's file says it."""

    order: int = 1
    """His place in fixed orders, lowest first."""
    priority: int | None = None
    """Null: that of the queue."""
    wrap_up: str | None = None
    """Null: that of the queue."""
    max_calls: int = 1
    devices: list[str] | None = None
    """Which of his phones ring. Null: all."""
    confirm: bool = False
    auto_answer: bool = False


class Assigned(msgspec.Struct, frozen=True, kw_only=True):
    """One agent of a queue."""

    agent: str
    name: str
    rules: AssignmentRules
    phones: list[str]
    """All that he has."""
    version: str


class QueueShown(msgspec.Struct, frozen=True, kw_only=True):
    """A queue as it is configured."""

    queue: str
    rules: QueueRules
    version: str
    """For If-Match, where the rules are changed."""
    agents: list[Assigned]
    agents_version: str
    """For If-Match, where the order of all is changed."""
    warnings: list[Warned]


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All agents of a queue, the first to ring first."""

    agents: list[str]


@endpoint("GET", "/queues", needs=Role.SUPERVISOR, scope=Scope.READ)
async def list_queues(asked: Asked) -> list[QueueShown]:
    """His queues, with their rules and agents."""
    draft, centre = await looked_at(asked)
    return [_shown(draft, centre, number) for number in draft.queues if asked.who.supervises_queue(number)]


@endpoint("GET", "/queues/{queue}", needs=Role.SUPERVISOR, scope=Scope.READ)
async def show_queue(asked: Asked, *, queue: str) -> QueueShown:
    """One queue, with its rules and agents."""
    draft, centre = await looked_at(asked)
    _his(asked.who, draft, queue)
    return _shown(draft, centre, queue)


@endpoint("POST", "/queues", needs=Role.OFFICE_MANAGER, scope=Scope.CONFIGURE, status=201)
async def add_queue(asked: Asked, *, body: NewQueue) -> QueueShown:
    """Add a queue. Nobody answers it yet."""

    def edit(draft: Draft) -> Entry:
        entry: Entry = msgspec.to_builtins(body)
        draft.new.append(("queues", entry))
        return entry

    centre = await change(asked, edit)
    return _shown(Draft(centre), centre, body.number)


@endpoint("PATCH", "/queues/{queue}", needs=Role.SUPERVISOR, scope=Scope.CONFIGURE)
async def change_queue(asked: Asked, *, queue: str, body: QueueRules) -> QueueShown:
    """Change rules of a queue: in force at once, for calls that wait already too. If-Match: its `version`."""

    def edit(draft: Draft) -> Entry:
        entry = _his(asked.who, draft, queue)
        must_be_version(asked, entry)
        entry.update(msgspec.to_builtins(body))
        return entry

    centre = await change(asked, edit)
    return _shown(Draft(centre), centre, queue)


@endpoint("DELETE", "/queues/{queue}", needs=Role.OFFICE_MANAGER, scope=Scope.CONFIGURE)
async def remove_queue(asked: Asked, *, queue: str) -> None:
    """Remove a queue. Its callers hear that nobody is available and are hung up; talks go on."""

    def edit(draft: Draft) -> None:
        there(draft.queues, queue, "queue")
        draft.remove_queue(queue)

    await change(asked, edit)


@endpoint("PUT", "/queues/{queue}/agents/{agent}", needs=Role.SUPERVISOR, scope=Scope.CONFIGURE)
async def assign_agent(asked: Asked, *, queue: str, agent: str, body: AssignmentRules) -> QueueShown:
    """Let an agent answer a queue, or change how he does. If-Match, where he does already: the `version` of that."""

    def edit(draft: Draft) -> Entry:
        _his(asked.who, draft, queue)
        there(draft.users, agent, "user")
        present = draft.assignments.get((queue, agent))
        if present is not None:
            must_be_version(asked, present)
        entry: Entry = {"queue": queue, "agent": agent, **msgspec.to_builtins(body)}
        draft.assignments[queue, agent] = entry
        return entry

    centre = await change(asked, edit)
    return _shown(Draft(centre), centre, queue)


@endpoint("DELETE", "/queues/{queue}/agents/{agent}", needs=Role.SUPERVISOR, scope=Scope.CONFIGURE)
async def unassign_agent(asked: Asked, *, queue: str, agent: str) -> None:
    """Let him answer this queue no more. A call he has of it goes on."""

    def edit(draft: Draft) -> None:
        _his(asked.who, draft, queue)
        if draft.assignments.pop((queue, agent), None) is None:
            raise not_found("agent of this queue")

    await change(asked, edit)


@endpoint("PUT", "/queues/{queue}/order", needs=Role.SUPERVISOR, scope=Scope.CONFIGURE)
async def order_agents(asked: Asked, *, queue: str, body: Order) -> QueueShown:
    """Put the agents of a queue in order, from 1 on. If-Match: its `agents_version`."""

    def edit(draft: Draft) -> None:
        _his(asked.who, draft, queue)
        present = draft.assigned(queue)
        must_be_version(asked, present)
        if sorted(body.agents) != sorted(entry["agent"] for entry in present):
            said = "these are not the agents of the queue; name each of them, and once"
            raise wrong([Fault(place="agents", said=said)])
        for place, agent in enumerate(body.agents, start=1):
            draft.assignments[queue, agent]["order"] = place

    centre = await change(asked, edit)
    return _shown(Draft(centre), centre, queue)


def _his(who: Who, draft: Draft, number: str) -> Entry:
    """The queue of this number, where he looks after it. Raises `Problem` 404."""
    if not who.supervises_queue(number):
        raise not_found("queue")
    return there(draft.queues, number, "queue")


def _shown(draft: Draft, centre: Centre | None, number: str) -> QueueShown:
    entry, assigned = draft.queues[number], draft.assigned(number)
    rules: dict[str, Any] = {key: value for key, value in entry.items() if key != "number"}
    return QueueShown(
        queue=number,
        rules=msgspec.convert(rules, QueueRules),
        version=version_of(entry),
        agents=[_assigned(draft, each) for each in assigned],
        agents_version=version_of(assigned),
        warnings=warnings_of(draft, centre, entry, *assigned),
    )


def _assigned(draft: Draft, entry: Entry) -> Assigned:
    rules = {key: value for key, value in entry.items() if key not in ("agent", "queue")}
    return Assigned(
        agent=entry["agent"],
        name=draft.users[entry["agent"]]["name"],
        rules=msgspec.convert(rules, AssignmentRules),
        phones=draft.phones(entry["agent"]),
        version=version_of(entry),
    )
