"""An agent who must press 1 to take a call, so that no voice mail ever does."""

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, listen, talk_both_ways, words_heard
from tests.acceptance.parts import Part, Queue, Seat, agents
from tests.phone.audio import share_of_tone

CONFIRM_SECONDS = 10

NAME = "queues"
"""A prompt of ours that plays the part of the queue's spoken name."""

PART = Part(
    users=agents("3501", "3502", "3503"),
    queues=(
        Queue(
            number="8501",
            type="linear_hunt",
            seats=tuple(
                Seat(agent=agent, order=place, rules={"confirm": True})
                for place, agent in enumerate(("3501", "3502"), start=1)
            ),
        ),
        Queue(
            number="8502",
            seats=(Seat(agent="3503", rules={"confirm": True}),),
            rules={"agent_announcement": f"acd/{NAME}"},
        ),
    ),
)


async def test_another_key_gives_the_caller_to_the_next_agent_who_presses_one(floor: Floor) -> None:
    (first, second), caller = await floor.agents("3501-desk", "3502-desk"), await floor.caller()
    call = await caller.dial("8501", tone=CALLER_HZ)
    refused = await first.rings()
    refused.answer(tone=AGENT_HZ)
    await listen(refused)
    await refused.press("5")
    await refused.is_over(within=2)
    ring = await second.rings(within=2)
    ring.answer(tone=AGENT_HZ)
    await listen(ring)
    await ring.press("1")
    await talk_both_ways(call, ring)
    for side in (refused, ring):
        [asked] = await words_heard(side)
        assert (asked.name, asked.is_cut) == ("press-one", True)
    assert share_of_tone(refused.media.heard(), CALLER_HZ) < 0.1, "they were never joined"


async def test_no_key_at_all_is_a_miss_and_who_presses_it_later_hears_how_long_the_caller_has_waited(
    floor: Floor,
) -> None:
    agent, caller = await floor.agent("3503-desk"), await floor.caller()
    call = await caller.dial("8502", tone=CALLER_HZ)
    ring = await agent.rings()
    ring.answer(tone=AGENT_HZ)
    await call.media.hears_sound()
    ending = await ring.is_over(within=CONFIRM_SECONDS + 2)
    assert ring.up_at is not None
    assert CONFIRM_SECONDS - 0.2 < ending.at - ring.up_at < CONFIRM_SECONDS + 1
    assert not call.ending
    again = await agent.rings()
    again.answer(tone=AGENT_HZ)
    await listen(again)
    await again.press("1")
    await again.media.hears_tone(CALLER_HZ, within=8)
    await talk_both_ways(call, again)
    said = [(word.name, word.is_cut) for word in await words_heard(again)]
    assert said == [("press-one", True), (NAME, False), ("waited", False), ("seconds", False)]
