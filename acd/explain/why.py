"""Why this agent is rung for a call at a moment, and agent by agent of the queue why the others are not.

Every reason is what `eligibility` and `matching` answer for the state that the dispatcher saw: nothing is judged here,
only told in detail (how much wrap-up is left, which phone is not registered).
"""

from datetime import datetime, timedelta
from typing import assert_never

from acd.eligibility import (
    CRITERIA,
    Criterion,
    Obstacle,
    calls_in_hand,
    device_obstacle,
    obstacle_everywhere,
    obstacle_in,
)
from acd.explain.reasons import (
    Away,
    BackingOff,
    Before,
    CallsInHand,
    CascadeNotThere,
    Chosen,
    Explanation,
    IdleForLess,
    LaterById,
    LaterInOrder,
    NotRung,
    NoUsablePhone,
    OtherCallFirst,
    Reason,
    Rung,
    RungToo,
    SingleCallUsed,
    Tried,
    UnusablePhone,
    WrappingUp,
)
from acd.matching import (
    RINGS_ON,
    PassedOver,
    agent_to_ring,
    begins_round,
    call_obstacle,
    next_call,
    passed_over,
    precedence,
)
from acd.model import AgentId, Assignment, Queue
from acd.records import AgentRecord, CallRecord
from acd.state import State


def explain(state: State, call: CallRecord, at: datetime) -> Explanation:
    """Who is rung next for this call in this state, by the rules that decide it, and why nobody else is.

    `at` is the moment that the state is of: whatever is left of something is counted from then.
    """
    nobody = call_obstacle(state, call)
    if nobody is not None:
        return Explanation(chosen=None, nobody=nobody)
    index = state.queue_index(call.queue)
    pick = agent_to_ring(state, call)
    others = tuple(
        NotRung(agent=agent, why=_why_not(state, call, agent, pick.agent if pick else None, at))
        for agent in sorted(index.assigned)
        if pick is None or agent != pick.agent
    )
    if pick is None:
        return Explanation(chosen=None, nobody=None, others=others)
    queue, agent = state.records.queues[call.queue], state.records.agent_records[pick.agent]
    by = CRITERIA[queue.type]
    chosen = Chosen(
        agent=pick.agent,
        round=pick.round,
        new_round=pick.round > call.round,
        order=index.assigned[pick.agent].order if Criterion.ORDER in by else None,
        idle=at - agent.idle_since if Criterion.IDLE_TIME in by else None,
        type=queue.type,
        alone=not any(isinstance(other.why, RungToo | LaterInOrder | IdleForLess | LaterById) for other in others),
    )
    return Explanation(chosen=chosen, nobody=None, others=others)


def _why_not(state: State, call: CallRecord, agent_id: AgentId, chosen: AgentId | None, at: datetime) -> Reason:
    index = state.queue_index(call.queue)
    agent, assignment = state.records.agent_records[agent_id], index.assigned[agent_id]
    devices = state.devices_of.get(agent_id, {}).values()
    obstacle = obstacle_everywhere(agent) or obstacle_in(assignment, agent, devices)
    if obstacle is not None:
        return _detail(state, obstacle, agent, assignment, at)
    why = passed_over(state, call, agent_id, new_round=begins_round(call, index.eligible))
    match why:
        case PassedOver.NOT_REACHED:
            assert call.cascade is not None, "only a cascade has somewhere to come to"
            return CascadeNotThere(order=assignment.order, reached=call.cascade.order)
        case PassedOver.TRIED:
            return Tried(round=call.round)
        case PassedOver.OTHER_CALL_FIRST:
            return other_call_first(state, call, agent_id, at)
        case None:
            assert chosen is not None, "whoever is not passed over is chosen, or stands after who is"
            return _stands_later(state, state.records.queues[call.queue], agent_id, chosen, at)
        case _:
            assert_never(why)


def _detail(state: State, obstacle: Obstacle, agent: AgentRecord, assignment: Assignment, at: datetime) -> Reason:
    """What lies behind an obstacle."""
    match obstacle:
        case Obstacle.STATUS:
            return Away(status=agent.status, since=agent.status_since)
        case Obstacle.SINGLE_CALL_USED:
            return SingleCallUsed(calls=tuple(sorted(agent.single_calls)))
        case Obstacle.WRAP_UP:
            assert agent.wrap_up is not None
            return WrappingUp(call=agent.wrap_up.call, left=agent.wrap_up.until - at)
        case Obstacle.OFFERED:
            assert agent.offer is not None
            offer = state.records.offers[agent.offer]
            return Rung(call=offer.call, queue=offer.queue)
        case Obstacle.BACK_OFF:
            assert agent.back_off_until is not None
            return BackingOff(left=agent.back_off_until - at)
        case Obstacle.CALLS_IN_HAND:
            return CallsInHand(calls=calls_in_hand(agent), at_most=assignment.max_calls)
        case Obstacle.NO_USABLE_DEVICE:
            devices = state.devices_of.get(agent.id, {})
            unusable = ((id_, device_obstacle(devices[id_], assignment, agent)) for id_ in sorted(devices))
            return NoUsablePhone(phones=tuple(UnusablePhone(device=id_, why=why) for id_, why in unusable if why))
        case _:
            assert_never(obstacle)


def other_call_first(state: State, call: CallRecord, agent_id: AgentId, at: datetime) -> OtherCallFirst:
    """Which call this agent should have before this one, and by what it goes before it."""
    other = next_call(state, state.records.agent_records[agent_id])
    assert other is not None, "if there were none, it would be this one"
    by, its_value, own_value = _before(state, agent_id, other, call, at)
    return OtherCallFirst(call=other.id, queue=other.queue, by=by, its=its_value, own=own_value)


def _before(
    state: State, agent: AgentId, other: CallRecord, call: CallRecord, at: datetime
) -> tuple[Before, int | timedelta | None, int | timedelta | None]:
    """The first thing in which the two differ, and its value for each."""
    its, own = (
        precedence(state.records.queues[c.queue], state.records.assignments[agent][c.queue], c) for c in (other, call)
    )
    waits = at - other.arrived, at - call.arrived
    if its.priority != own.priority:
        if other.lifted:
            return Before.LIFTED, *waits
        return Before.QUEUE_PRIORITY, int(its.priority), int(own.priority)
    if its.turn[0] != own.turn[0]:
        return Before.CALLER_PRIORITY, other.priority, call.priority
    if its.turn != own.turn:
        return Before.WAIT, *waits
    return Before.ID, None, None


def _stands_later(state: State, queue: Queue, agent_id: AgentId, chosen_id: AgentId, at: datetime) -> Reason:
    """In what he comes after the one who is chosen: the first criterion of the queue in which the two differ."""
    if RINGS_ON[queue.type]:
        return RungToo()
    assigned = state.queue_index(queue.id).assigned
    agent, chosen = state.records.agent_records[agent_id], state.records.agent_records[chosen_id]
    for criterion in CRITERIA[queue.type]:
        match criterion:
            case Criterion.ORDER:
                if assigned[agent_id].order != assigned[chosen_id].order:
                    return LaterInOrder(order=assigned[agent_id].order, chosen=assigned[chosen_id].order)
            case Criterion.IDLE_TIME:
                if agent.idle_since != chosen.idle_since:
                    return IdleForLess(idle=at - agent.idle_since, chosen=at - chosen.idle_since)
            case _:
                assert_never(criterion)
    return LaterById()
