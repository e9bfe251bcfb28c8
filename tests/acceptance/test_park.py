"""A call park: callers wait with music, and whoever of the account dials its number gets the one who waits longest."""

from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, talk_both_ways, words_heard
from tests.acceptance.parts import Part, Queue, agents, seats

PART = Part(
    users=agents("3301", "3302"),
    queues=(
        Queue(number="8301", type="call_park", seats=()),
        # A phone of the account that dials the park fetches; so callers come by the overflow of a queue without agents.
        Queue(number="8302", seats=seats("3302"), rules={"agents_required": 1, "overflow": {"queue": "8301"}}),
    ),
)


async def test_who_dials_the_park_gets_the_caller_who_waits_longest(floor: Floor) -> None:
    retriever, first, second = await floor.phone("3301-desk"), await floor.caller("2001"), await floor.caller("2002")
    longest = await first.dial("8302", tone=CALLER_HZ)
    await longest.media.hears_sound()
    other = await second.dial("8302")
    await other.media.hears_sound()
    fetching = await retriever.dial("8301", tone=AGENT_HZ)
    await talk_both_ways(longest, fetching)
    await longest.hang_up()
    await fetching.is_over()
    again = await retriever.dial("8301", tone=AGENT_HZ)
    await other.media.hears_tone(AGENT_HZ)
    await again.hang_up()
    await other.is_over()


async def test_an_empty_park_says_so(floor: Floor) -> None:
    call = await (await floor.phone("3301-desk")).dial("8301")
    await call.is_over(within=10)
    [heard] = await words_heard(call)
    assert (heard.name, heard.is_cut) == ("nobody-parked", False)
