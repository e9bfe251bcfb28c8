"""Who asks, and what he may: a user of one account with a role, or a program in his name with some of his rights."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from acd.centre import Role
from acd.model import AccountId, AgentId, CallId, DeviceId, QueueId, agent_id, queue_id
from acd.state import State
from portal.problems import not_allowed, not_found

_RANKS: Final = {Role.AGENT: 0, Role.SUPERVISOR: 1, Role.OFFICE_MANAGER: 2}


class Scope(StrEnum):
    """What a program may do with a token."""

    READ = "read"
    """See what its user sees."""
    STATUS = "status"
    """Change statuses, end wrap-ups, switch devices."""
    CALLS = "calls"
    """Act on calls."""
    CONFIGURE = "configure"
    """Change what supervisors decide."""
    REPORTS = "reports"
    """History and reports."""
    FACTS = "facts"
    """Follow everything that happens in the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A user who is logged in, or whose token was shown. True as long as it was looked up: for one request."""

    account: AccountId
    extension: str
    name: str
    role: Role
    supervises: frozenset[str] = frozenset()
    """The numbers of a supervisor's queues."""
    scopes: frozenset[Scope] | None = None
    """None: a person at a page, who may all that his role may."""
    session: UUID | None = None
    """None: it is a token."""

    @property
    def login(self) -> str:
        """As he logs in."""
        return f"{self.extension}@{self.account}"

    @property
    def agent(self) -> AgentId:
        """As the engine names him, whether he answers a queue or not."""
        return agent_id(self.account, self.extension)

    def has_role(self, least: Role) -> bool:
        """Whether his role is this one or a higher one."""
        return _RANKS[self.role] >= _RANKS[least]

    def has_scope(self, scope: Scope) -> bool:
        """Whether this key may do such things."""
        return self.scopes is None or scope in self.scopes

    def supervises_queue(self, number: str) -> bool:
        """Whether the queue with this number, in his account, is one of his to look after."""
        return self.role is Role.OFFICE_MANAGER or (self.role is Role.SUPERVISOR and number in self.supervises)


# --- things by their names, as far as they are his; what is not raises `Problem` 404


def supervised_queue(who: Who, state: State, number: str) -> QueueId:
    """The queue with this number, where he looks after it."""
    queue = queue_id(who.account, number)
    if queue not in state.records.queues or not who.supervises_queue(number):
        raise not_found("queue")
    return queue


def visible_queue(who: Who, state: State, number: str) -> QueueId:
    """The queue with this number, where he looks after it or answers it."""
    queue = queue_id(who.account, number)
    if queue in state.records.assignments.get(who.agent, {}):
        return queue
    return supervised_queue(who, state, number)


def supervised_agent(who: Who, state: State, extension: str) -> AgentId:
    """The user with this extension, where he answers one of the queues that are looked after."""
    agent = agent_id(who.account, extension)
    if agent not in state.records.agents or not _supervises(who, state, agent):
        raise not_found("agent")
    return agent


def himself_or_supervised(who: Who, state: State, extension: str) -> AgentId:
    """The user with this extension: he himself, or one he supervises. Of others an agent is told 403, whoever they are.

    Raises `Problem`.
    """
    if extension == who.extension and who.agent in state.records.agents:
        return who.agent
    if who.role is Role.AGENT:
        raise not_allowed("Agents can do this for themselves only.")
    return supervised_agent(who, state, extension)


def his_device(who: Who, state: State, name: str) -> DeviceId:
    """The phone of this name: his own, or one of an agent he supervises."""
    device = state.records.devices.get(DeviceId(name))
    if device is None:
        raise not_found("phone")
    if device.owner != who.agent:
        owner = state.records.agents.get(device.owner)
        if owner is None or owner.account != who.account or not _supervises(who, state, device.owner):
            raise not_found("phone")
    return device.id


def own_device(who: Who, state: State, name: str) -> DeviceId:
    """The phone of this name, where it is his own."""
    device = state.records.devices.get(DeviceId(name))
    if device is None or device.owner != who.agent:
        raise not_found("phone")
    return device.id


def supervised_call(who: Who, state: State, call: str) -> CallId:
    """The call with this id, where it is of a queue that he looks after."""
    found = state.records.calls.get(CallId(call))
    if found is None or found.account != who.account or not who.supervises_queue(found.queue.partition("@")[0]):
        raise not_found("call")
    return found.id


def own_or_supervised_call(who: Who, state: State, call: str) -> CallId:
    """The call with this id, where he has it, or it is of a queue that he looks after."""
    found = state.records.calls.get(CallId(call))
    if found is not None and found.agent == who.agent:
        return found.id
    return supervised_call(who, state, call)


def _supervises(who: Who, state: State, agent: AgentId) -> bool:
    if who.role is Role.OFFICE_MANAGER:
        return True
    queues = state.records.assignments.get(agent, {})
    return any(who.supervises_queue(state.records.queues[queue].number) for queue in queues)
