"""Who misses as many calls in a row as his queue allows is taken offline."""

from acd.outputs import Source, StatusChanged
from tests.acceptance.conftest import CALLER_HZ, Floor, connected, dial_code
from tests.acceptance.journal import Journal
from tests.acceptance.parts import Part, Queue, agents, seats

PART = Part(
    users=agents("3021"),
    queues=(Queue(number="8021", seats=seats("3021"), ring_time="1s", rules={"after_missed": 2}),),
)


async def test_two_missed_calls_in_a_row_take_the_agent_offline(floor: Floor, journal: Journal) -> None:
    agent, caller = await floor.agent("3021-desk"), await floor.caller()
    call = await caller.dial("8021", tone=CALLER_HZ)
    for _ in range(2):
        await (await agent.rings()).is_over(within=3)
    changes = await journal.facts(StatusChanged, "3021", count=2)
    assert [change.fact.source for change in changes] == [Source.PHONE, Source.MISSED_OFFERS]
    await call.media.hears_sound()
    assert len(agent.incoming) == 2, "he is offered nothing more"
    await dial_code(agent, "*51")
    await connected(call, agent)
