"""What people ask of the engine, and why it is refused.

Who may ask what is the matter of whoever passes a request on: the engine knows agents and phones, no roles.
"""

from enum import StrEnum

from msgspec import Struct

from acd.model import AgentId, CallId, DeviceId, MonitorMode, QueueId, Status

# --- of agents and phones


class SetStatusByPhone(Struct, frozen=True, kw_only=True):
    """The agent whose phone this is wants this status. Online also switches this phone on."""

    device: DeviceId
    status: Status


class SetAwayByPhone(Struct, frozen=True, kw_only=True):
    """The agent whose phone this is wants the away status of this number, from 1: ours, then his account's own."""

    device: DeviceId
    number: int


class SetStatus(Struct, frozen=True, kw_only=True):
    """An agent (or a supervisor for him) wants this status."""

    agent: AgentId
    status: Status
    by: AgentId | None = None
    """The supervisor who asks for him; None: he himself."""


class EndWrapUp(Struct, frozen=True, kw_only=True):
    """An agent is ready before his wrap-up has run out."""

    agent: AgentId


class EndWrapUpByPhone(Struct, frozen=True, kw_only=True):
    """The agent whose phone this is is ready before his wrap-up has run out."""

    device: DeviceId


class SwitchDevice(Struct, frozen=True, kw_only=True):
    """Whether this phone rings for queue calls."""

    device: DeviceId
    on: bool


# --- of calls


class HangUp(Struct, frozen=True, kw_only=True):
    """End this talk: the agent himself, or a supervisor."""

    call: CallId
    by: AgentId


class Hold(Struct, frozen=True, kw_only=True):
    """Let the caller hear his queue's music, and the agent nothing, until `Resume`."""

    call: CallId


class Resume(Struct, frozen=True, kw_only=True):
    """Bring the two together again."""

    call: CallId


class DialFor(Struct, frozen=True, kw_only=True):
    """Ring this phone; once its owner has picked it up, call the number for him."""

    device: DeviceId
    number: str


# --- of supervisors: callers who wait


class SetPriority(Struct, frozen=True, kw_only=True):
    """Who is served first, as in `CallArrived`; None: last."""

    call: CallId
    priority: int | None
    by: AgentId


class MoveCall(Struct, frozen=True, kw_only=True):
    """Let him wait in this queue instead, as long as he has waited already."""

    call: CallId
    queue: QueueId
    by: AgentId


class PickCall(Struct, frozen=True, kw_only=True):
    """Ring this agent for him now, whoever's turn it is; who asks may take him himself."""

    call: CallId
    agent: AgentId
    by: AgentId


# --- of supervisors: listening in


class Monitor(Struct, frozen=True, kw_only=True):
    """Ring this phone of his; picked up, he hears the talk."""

    call: CallId
    by: AgentId
    device: DeviceId
    mode: MonitorMode


class ChangeMonitor(Struct, frozen=True, kw_only=True):
    """Who hears him from now on."""

    call: CallId
    by: AgentId
    mode: MonitorMode


class EndMonitor(Struct, frozen=True, kw_only=True):
    """He has heard enough."""

    call: CallId
    by: AgentId


Request = (
    SetStatusByPhone
    | SetAwayByPhone
    | SetStatus
    | EndWrapUp
    | EndWrapUpByPhone
    | SwitchDevice
    | HangUp
    | Hold
    | Resume
    | DialFor
    | SetPriority
    | MoveCall
    | PickCall
    | Monitor
    | ChangeMonitor
    | EndMonitor
)


class Refusal(StrEnum):
    """Why a request was not granted; worded where a person meets it."""

    NOT_AN_AGENT = "not_an_agent"
    """The phone is unknown, or its owner answers no queue."""
    UNKNOWN_AGENT = "unknown_agent"
    UNKNOWN_DEVICE = "unknown_device"
    UNKNOWN_STATUS = "unknown_status"
    NOT_IN_WRAP_UP = "not_in_wrap_up"
    WRAP_UP_MANDATORY = "wrap_up_mandatory"
    UNKNOWN_CALL = "unknown_call"
    """It is over, or never was; or it is of another account."""
    UNKNOWN_QUEUE = "unknown_queue"
    ASTERISK_OUT_OF_SIGHT = "asterisk_out_of_sight"
    """Nothing can be done with calls at the moment."""
    NOT_TALKING = "not_talking"
    """Nobody talks with this caller."""
    HELD_BY_PHONE = "held_by_phone"
    """The agent's phone holds him, and must come back to him itself."""
    NOT_WAITING = "not_waiting"
    """Somebody has answered him."""
    CALLED_BACK = "called_back"
    """He is not on the line, but is to be called back."""
    WAITS_THERE = "waits_there"
    """He waits in this very queue."""
    RINGS_ALREADY = "rings_already"
    """A queue call rings at this agent."""
    HAS_CALLS = "has_calls"
    """This agent has as many calls in hand as he may."""
    NO_USABLE_DEVICE = "no_usable_device"
    """None of his phones can ring: not registered, switched off, not for this queue, or in use."""
    NOT_REGISTERED = "not_registered"
    DEVICE_IN_USE = "device_in_use"
    QUEUE_CALL = "queue_call"
    """Its owner has a queue call, or one rings at him."""
    NOT_A_NUMBER = "not_a_number"
    OWN_NUMBER = "own_number"
    NUMBER_NOT_ALLOWED = "number_not_allowed"
    """None of the account's own, and its outbound rules have no pattern for it."""
    OUTBOUND_CAP = "outbound_cap"
    """As many calls go out as may."""
    OWN_TALK = "own_talk"
    """It is his own talk."""
    LISTENS_ALREADY = "listens_already"
    """He listens in on a talk, this one or another."""
    NOT_LISTENING = "not_listening"
    NOT_STORED = "not_stored"
    """Decided, but the journal could not take it in time. Said by the process, never by the engine."""
