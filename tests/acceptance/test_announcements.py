"""What a waiting caller is told over his music, in order and to its end; and that nothing of it delays an answer."""

from acd.outputs import AnnouncementEnded, AnnouncementKind, AnnouncementStarted
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, connected, listen, talk_both_ways, words_heard
from tests.acceptance.journal import Journal
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.phone.call import Call

WELCOME, COMFORT, LONG_WELCOME = "callers-waiting", "queues", "unavailable"
"""Prompts of ours that play the part of the centre's own sounds."""

PART = Part(
    users=agents("3201", "3202"),
    queues=(
        Queue(
            number="8201",
            seats=seats("3201"),
            rules={
                "announcements": {
                    "welcome": f"acd/{WELCOME}",
                    "position_every": "1m",
                    "expected_wait_every": "1m",
                    "comfort": [f"acd/{COMFORT}"],
                    "comfort_every": "5s",
                }
            },
        ),
        Queue(number="8203", seats=seats("3201")),
        Queue(number="8202", seats=seats("3202"), rules={"announcements": {"welcome": f"acd/{LONG_WELCOME}"}}),
    ),
)


async def first_told(call: Call) -> list[str]:
    """The first five prompts that he heard, each to its end; the comfort is repeated after them."""
    heard = (await words_heard(call))[:5]
    assert not [one for one in heard if one.is_cut]
    return [one.name for one in heard]


AT_ONCE = 0.4
"""Seconds, of which 200 ms are those that a tone takes to be told from other sound."""


async def test_welcome_position_expected_wait_and_comfort_follow_one_another(floor: Floor, journal: Journal) -> None:
    talking, first, second = [await floor.caller(f"200{n}") for n in (1, 2, 3)]
    await connected(await talking.dial("8203", tone=CALLER_HZ), await floor.agent("3201-desk"))
    next_one = await first.dial("8201")
    await next_one.is_answered()
    last = await second.dial("8201")
    await journal.facts(AnnouncementEnded, "8201", count=2 * 4, within=20)
    values = [(entry.fact.kind, entry.fact.value) for entry in await journal.facts(AnnouncementStarted, "8201")]
    assert {value for kind, value in values if kind is AnnouncementKind.POSITION} == {1, 2}
    expected = {value for kind, value in values if kind is AnnouncementKind.EXPECTED_WAIT}
    assert expected == {3, 5}, "minutes, where a call is thought to take three"
    assert await first_told(next_one) == [WELCOME, "you-are-next", "expected-wait-about", "minutes", COMFORT]
    assert await first_told(last) == [WELCOME, "you-are-caller-number", "expected-wait-about", "minutes", COMFORT]
    await next_one.media.hears_sound()


async def test_a_welcome_neither_delays_the_ring_nor_the_answer(floor: Floor) -> None:
    agent, caller = await floor.agent("3202-desk"), await floor.caller()
    call = await caller.dial("8202", tone=CALLER_HZ)
    ring = await agent.rings()
    await call.is_answered()
    assert call.up_at is not None
    assert abs(ring.began_at - call.up_at) < AT_ONCE
    await listen(call)
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)
    assert ring.up_at is not None
    [welcome] = await words_heard(call)
    assert (welcome.name, welcome.is_cut) == (LONG_WELCOME, True)
    assert call.media.instant(welcome.ends) - ring.up_at < AT_ONCE
