"""Calling a number by a click: the agent's own phone rings, and once he has picked it up the number is called for him.

The call is one like any that he dials on his phone, so it counts as another call of it; to a number outside it goes by
the same rules, and under the same caps, as a caller who is passed on.
"""

from acd import caps
from acd.dialled import dialled_channel
from acd.eligibility import calls_on
from acd.inputs import DialFor, Refusal
from acd.model import Agent, Caller, DeviceId
from acd.model import agent_id as agent_id_of
from acd.model import queue_id as queue_id_of
from acd.outbound import is_number, may_call
from acd.outputs import DeviceEngaged, DialFrom, NumberDialled
from acd.records import AgentRecord
from acd.step import Step


def dial(step: Step, request: DialFor) -> Refusal | None:
    """Ring the phone, if it and its owner are free and the number may be called."""
    agent = step.state.agent_of_device(request.device)
    if agent is None:
        return Refusal.UNKNOWN_DEVICE
    person = step.state.records.agents[agent.id]
    shown = _own_number(step, person, request.number)
    outside = shown is None
    refusal = _hindrance(step, agent, request.device) or _not_called(step, person, request.number, outside=outside)
    if refusal is not None:
        return refusal
    channel = dialled_channel("dial", request.device, step.now)
    step.record(
        NumberDialled(agent=agent.id, device=request.device, channel=channel, number=request.number, outside=outside)
    )
    step.record(DeviceEngaged(device=request.device, channel=channel, outgoing=True, number=request.number))
    step.order(
        DialFrom(
            channel=channel,
            device=request.device,
            account=person.account,
            number=request.number,
            outside=outside,
            shown=shown or Caller(number=request.number),
            caller=Caller(number=person.extension, name=person.name),
        )
    )
    return None


def _own_number(step: Step, person: Agent, number: str) -> Caller | None:
    """Who has this number in his account; None: nobody."""
    records = step.state.records
    colleague = records.agents.get(agent_id_of(person.account, number))
    queue = records.queues.get(queue_id_of(person.account, number))
    known = colleague or queue
    return None if known is None else Caller(number=number, name=known.name)


def _hindrance(step: Step, agent: AgentRecord, device: DeviceId) -> Refusal | None:
    if agent.calls or agent.offer is not None:
        return Refusal.QUEUE_CALL
    if not step.state.device(device).reachable:
        return Refusal.NOT_REGISTERED
    if calls_on(device, agent):
        return Refusal.DEVICE_IN_USE
    return None if step.state.records.asterisk_in_sight else Refusal.ASTERISK_OUT_OF_SIGHT


def _not_called(step: Step, person: Agent, number: str, *, outside: bool) -> Refusal | None:
    if not is_number(number):
        return Refusal.NOT_A_NUMBER
    if number == person.extension:
        return Refusal.OWN_NUMBER
    if not outside:
        return None
    account = step.state.records.accounts.get(person.account)
    if account is None or not may_call(account.outbound, number):
        return Refusal.NUMBER_NOT_ALLOWED
    capped = caps.reached(step.state, person.account, person.id, step.now) is not None
    return Refusal.OUTBOUND_CAP if capped else None
