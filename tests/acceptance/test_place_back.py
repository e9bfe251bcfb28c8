"""Who hung up in the queue and calls again in time has his old place."""

from tests.acceptance.conftest import CALLER_HZ, Floor
from tests.acceptance.parts import Part, Queue, agents, seats

PART = Part(users=agents("3011"), queues=(Queue(number="8011", seats=seats("3011"), rules={"place_back": "1m"}),))


async def test_a_caller_whose_line_broke_is_served_before_those_who_came_after_him(floor: Floor) -> None:
    first, second = await floor.caller("2001"), await floor.caller("2002")
    broken = await first.dial("8011")
    await broken.is_answered()
    await (await second.dial("8011")).is_answered()
    await broken.hang_up()
    again = await first.dial("8011", tone=CALLER_HZ)
    await again.media.hears_sound()
    agent = await floor.agent("3011-desk")
    ring = await agent.rings()
    assert ring.caller.user == "2001"
    ring.answer()
    await ring.media.hears_tone(CALLER_HZ)
    await ring.hang_up()
    assert (await agent.rings()).caller.user == "2002"
