"""`acd apply` while calls go on: in force at once, without a restart."""

from dataclasses import replace

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, dial_code, talk_both_ways
from tests.acceptance.parts import Part, Queue, User, agents, seats

SLOW = Queue(number="7951", seats=seats("1951"), wrap_up="1h")
PART = Part(users=agents("1951", "1952", "1954", "1955"), queues=(SLOW,))

IN_TURN = Part(queues=(Queue(number="7954", seats=seats("1954", "1955")),))


async def test_a_new_queue_can_be_called_at_once(centre: RunningCentre, floor: Floor) -> None:
    caller = await floor.caller()
    refused = await caller.dial("7952")
    assert (await refused.is_over()).status >= 400
    said = await centre.put_in_force(Part(queues=(Queue(number="7952", seats=seats("1952")),)))
    assert "7952" in said
    agent = await floor.agent("1952-desk")
    call = await caller.dial("7952", tone=CALLER_HZ)
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)


async def test_a_new_phone_can_register_and_ring_without_a_restart(centre: RunningCentre, floor: Floor) -> None:
    secret = "a-secret-of-its-own"
    async with centre.phone("1953-desk", secret=secret) as too_early:
        assert await too_early.register() != 200
    new = User(extension="1953", name="Agent 1953", secret=secret)
    await centre.put_in_force(Part(users=(new,), queues=(Queue(number="7953", seats=seats("1953")),)))
    async with centre.phone("1953-desk", secret=secret) as agent:
        assert await agent.register() == 200
        await dial_code(agent, "*51")
        caller = await floor.caller()
        await caller.dial("7953")
        await agent.rings()


async def test_a_queue_of_another_type_rings_by_it_at_once(centre: RunningCentre, floor: Floor) -> None:
    await centre.put_in_force(IN_TURN)
    (first, second), caller = await floor.agents("1954-desk", "1955-desk"), await floor.caller()
    call = await caller.dial("7954", tone=CALLER_HZ)
    ring = await first.rings()
    together = replace(IN_TURN, queues=tuple(replace(queue, type="ring_all") for queue in IN_TURN.queues))
    await centre.apply(together, instead_of=[IN_TURN])
    joined = await second.rings(within=2)
    assert not ring.ending, "who rings goes on"
    joined.answer(tone=AGENT_HZ)
    await talk_both_ways(call, joined)
    assert (await ring.is_over(within=2)).answered_elsewhere


async def test_a_shorter_wrap_up_holds_from_the_next_call_on(centre: RunningCentre, floor: Floor) -> None:
    await centre.put_in_force(replace(PART, queues=(replace(SLOW, wrap_up="0s"),)), instead_of=[PART])
    agent, caller = await floor.agent("1951-desk"), await floor.caller()
    call = await caller.dial("7951", tone=CALLER_HZ)
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)
    await call.hang_up()
    await ring.is_over()
    await caller.dial("7951")
    await agent.rings(within=2)
