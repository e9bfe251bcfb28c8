"""What a supervisor does with a caller who waits: another turn, another queue, an agent of his choice.

Whether he may is asked before: here nobody knows whose supervisor he is.

A caller who is moved keeps his arrival, so his place in the other queue is where he would stand had he called it in the
first place: by his priority, then by his whole wait. Its entry rules are not asked. Its longest wait counts anew.

A caller who is given to an agent rings at that one alone, for one ring time, whatever his status, whoever's turn it is;
what rang for him before stops. A back-off of the agent is over with that, a wrap-up runs on. Not answered, it is no
miss, and the caller is where he was: his place, his round and his longest wait have gone on, and the agent counts as
tried.
"""

from acd import announcing, offers
from acd.eligibility import calls_in_hand, usable
from acd.expected_wait import expected_wait
from acd.inputs import MoveCall, PickCall, Refusal, SetPriority
from acd.model import Assignment, CallId
from acd.outputs import CallMoved, OfferEnd, PriorityChanged
from acd.records import AgentRecord, CallRecord, turn
from acd.step import Step


def set_priority(step: Step, request: SetPriority) -> Refusal | None:
    """Somebody else's turn, from now on; a phone that rings for him rings on."""
    call = step.state.records.calls.get(request.call)
    if call is None:
        return Refusal.UNKNOWN_CALL
    if call.agent is not None:
        return Refusal.NOT_WAITING
    if call.priority != request.priority:
        step.record(PriorityChanged(call=call.id, queue=call.queue, priority=request.priority, by=request.by))
    return None


def move(step: Step, request: MoveCall) -> Refusal | None:
    """He waits in another queue of his account from now on."""
    found = _on_the_line(step, request.call)
    if isinstance(found, Refusal):
        return found
    queue = step.state.records.queues.get(request.queue)
    if queue is None or queue.account != found.account:
        return Refusal.UNKNOWN_QUEUE
    if queue.id == found.queue:
        return Refusal.WAITS_THERE
    offers.end_all(step, found, OfferEnd.REASSIGNED)
    announcing.cut(step, found)
    step.record(
        CallMoved(
            call=found.id,
            queue=found.queue,
            to=queue.id,
            arrived=found.arrived,
            expected_wait=expected_wait(step.state, queue.id, found.id, turn(found.priority, found.arrived), step.now),
            moved_by=request.by,
        )
    )
    announcing.hold(step, found)
    return None


def pick(step: Step, request: PickCall) -> Refusal | None:
    """His phones ring next for this caller."""
    found = _on_the_line(step, request.call)
    if isinstance(found, Refusal):
        return found
    person = step.state.records.agents.get(request.agent)
    if person is None or person.account != found.account:
        return Refusal.UNKNOWN_AGENT
    if found.queue not in step.state.records.queues:
        return Refusal.UNKNOWN_QUEUE
    agent = step.state.records.agent_records[person.id]
    assignment = step.state.assignment(agent.id, found.queue) or Assignment(agent=agent.id, queue=found.queue)
    refusal = _hindrance(step, agent, assignment)
    if refusal is not None:
        return refusal
    offers.end_all(step, found, OfferEnd.REASSIGNED)
    offers.give(step, found, assignment, request.by)
    return None


def _on_the_line(step: Step, call_id: CallId) -> CallRecord | Refusal:
    """The caller, who waits and hears our music."""
    call = step.state.records.calls.get(call_id)
    if call is None:
        return Refusal.UNKNOWN_CALL
    if call.agent is not None:
        return Refusal.NOT_WAITING
    if call.channel is None:
        return Refusal.CALLED_BACK
    return call if step.state.records.asterisk_in_sight else Refusal.ASTERISK_OUT_OF_SIGHT


def _hindrance(step: Step, agent: AgentRecord, assignment: Assignment) -> Refusal | None:
    if agent.offer is not None:
        return Refusal.RINGS_ALREADY
    if calls_in_hand(agent) >= assignment.max_calls:
        return Refusal.HAS_CALLS
    phones = step.state.devices_of.get(agent.id, {}).values()
    return None if any(usable(phone, assignment, agent) for phone in phones) else Refusal.NO_USABLE_DEVICE
