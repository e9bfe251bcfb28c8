"""A dial plan of the centre's own may say whose call goes before others'."""

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import Floor
from tests.acceptance.parts import Part, Queue, agents, seats

PART = Part(users=agents("3061"), queues=(Queue(number="8061", seats=seats("3061")),))

DIAL_PLAN = """
[acd-phones]
exten => 8069,1,Set(ACD_PRIORITY=1)
 same => n,Set(ACD_NUMBER=8061)
 same => n,Goto(acd-number,s,1)
"""


async def test_a_caller_with_a_priority_goes_before_those_who_have_none(centre: RunningCentre, floor: Floor) -> None:
    await centre.add_to_dial_plan(DIAL_PLAN)
    for extension, number in (("2001", "8061"), ("2002", "8069")):
        call = await (await floor.caller(extension)).dial(number)
        await call.media.hears_sound()
    ring = await (await floor.agent("3061-desk")).rings()
    assert ring.caller.user == "2002"
