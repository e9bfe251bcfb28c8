"""Broken SIP beside honest calls: some thousand messages here, a hundred thousand in `make chaos`."""

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import CALLER_HZ, Floor, connected
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.attack import barrage
from tests.attack.barrage import fire_half_open, fire_mutated, fire_torture
from tests.attack.harmless import log_faults
from tests.attack.trunk import add_trunk

HONEST = Queue(number="9502", seats=seats("4602"))
PART = Part(users=(*barrage.PART.users, *agents("4602")), queues=(*barrage.PART.queues, HONEST))
SOURCE = "127.0.0.66"
SEED = 7


async def test_an_honest_call_goes_on_through_it_and_another_one_works_after(
    centre: RunningCentre, floor: Floor
) -> None:
    engine, trunk = centre.engine_pid(), await add_trunk(centre)
    agent = await floor.agent("4602-desk")
    call = await (await floor.caller("2001")).dial("9502", tone=CALLER_HZ)
    ring = await connected(call, agent)
    fired = [
        await fire_torture(centre, SOURCE),
        await fire_mutated(centre, trunk, SOURCE, count=3000, a_second=600, seed=SEED),
        await fire_half_open(centre, SOURCE, count=100),
    ]
    assert all(each.answered > each.sent / 4 for each in fired), fired
    assert fired[1].taken > 0
    assert ring.is_up
    await call.hang_up()
    await ring.is_over()
    following = await (await floor.caller("2002")).dial("9502", tone=CALLER_HZ)
    await connected(following, agent)
    await following.hang_up()
    assert centre.engine_pid() == engine
    assert log_faults(centre) == []
