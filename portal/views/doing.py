"""What an agent is doing, in one word, and since when.

Of several things at once the first one counts, in the order in which `acd.measures` counts his time; what that calls
idle is told apart here by whether he could be rung.
"""

from datetime import datetime
from enum import StrEnum

from acd.model import OFFLINE, AgentId, takes_queue_calls
from acd.records import AgentRecord
from acd.state import State


class Doing(StrEnum):
    """In the order in which they count."""

    TALKING = "talking"
    """With a queue caller, from picking up on."""
    WRAP_UP = "wrap_up"
    OTHER_CALL = "other_call"
    RINGING = "ringing"
    """A queue call is offered to him."""
    OFFLINE = "offline"
    AWAY = "away"
    BACK_OFF = "back_off"
    """He takes queue calls, and is left alone for a moment."""
    UNREACHABLE = "unreachable"
    """He takes queue calls, and none of his phones is registered and switched on."""
    IDLE = "idle"


def doing(state: State, agent: AgentRecord) -> Doing:
    """The first of these that holds."""
    if agent.calls:
        return Doing.TALKING
    if agent.wrap_up is not None:
        return Doing.WRAP_UP
    if agent.other_calls:
        return Doing.OTHER_CALL
    if agent.offer is not None:
        return Doing.RINGING
    if not takes_queue_calls(agent.status):
        return Doing.OFFLINE if agent.status == OFFLINE else Doing.AWAY
    if agent.back_off_until is not None:
        return Doing.BACK_OFF
    return Doing.IDLE if can_ring(state, agent.id) else Doing.UNREACHABLE


def since(state: State, agent: AgentRecord, what: Doing) -> datetime | None:
    """When he began with it; None: nobody has noted it."""
    match what:
        case Doing.TALKING:
            answers = (state.records.calls[call].answered_at for call in agent.calls)
            return min((at for at in answers if at is not None), default=None)
        case Doing.WRAP_UP:
            return agent.wrap_up.since if agent.wrap_up else None
        case Doing.RINGING:
            return state.records.offers[agent.offer].made_at if agent.offer else None
        case Doing.IDLE:
            return agent.idle_since
        case Doing.OFFLINE | Doing.AWAY:
            return max(agent.status_since, agent.idle_since)  # chosen in mid-call, it began when that was over
        case Doing.OTHER_CALL | Doing.BACK_OFF | Doing.UNREACHABLE:
            return None


def can_ring(state: State, agent: AgentId) -> bool:
    """Whether a phone of his is registered and switched on."""
    return any(device.reachable and device.on for device in state.devices_of.get(agent, {}).values())
