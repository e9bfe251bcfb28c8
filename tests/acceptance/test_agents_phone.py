"""What an agent's phone is asked to do, and what he hears before the caller is joined."""

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, talk_both_ways, words_heard
from tests.acceptance.parts import Part, Queue, Seat, agents, seats
from tests.phone.audio import share_of_tone

NAME = "queues"
"""A prompt of ours that plays the part of the queue's spoken name."""

PART = Part(
    users=agents("3601", "3602"),
    queues=(
        Queue(number="8601", seats=(Seat(agent="3601", rules={"auto_answer": True}),)),
        Queue(number="8602", seats=seats("3602"), rules={"agent_announcement": f"acd/{NAME}"}),
    ),
)


async def test_the_phone_of_one_who_wants_it_is_asked_to_pick_up(floor: Floor) -> None:
    agent, caller = await floor.agent("3601-desk"), await floor.caller("2002")
    await caller.dial("8601")
    ring = await agent.rings()
    assert "answer-after=0" in ring.invite.get("Call-Info")
    assert "info=alert-autoanswer" in ring.invite.get("Alert-Info")


async def test_the_agent_hears_who_comes_before_they_are_joined(floor: Floor) -> None:
    agent, caller = await floor.agent("3602-desk"), await floor.caller()
    call = await caller.dial("8602", tone=CALLER_HZ)
    ring = await agent.rings()
    assert not ring.invite.all("Alert-Info")
    ring.answer(tone=AGENT_HZ)
    await ring.media.hears_sound()
    await call.media.hears_sound()
    assert share_of_tone(call.media.heard(), AGENT_HZ) < 0.1, "the caller hears his music meanwhile"
    await ring.media.hears_tone(CALLER_HZ, within=12)
    await talk_both_ways(call, ring)
    [name] = await words_heard(ring)
    assert (name.name, name.is_cut) == (NAME, False)
