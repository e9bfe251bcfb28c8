"""The lamps on an agent's phone: one for each star code, lit while it is true. Any phone may watch them."""

import asyncio

from tests.acceptance.conftest import CALLER_HZ, Floor, connected, dial_code
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.phone.lamp import Lamp

PART = Part(users=agents("3051"), queues=(Queue(number="8051", seats=seats("3051")),))

LIT, DARK = "confirmed", "terminated"


async def show(lamps: list[Lamp], *expected: str) -> None:
    await asyncio.gather(*(lamp.shows(state) for lamp, state in zip(lamps, expected, strict=True)))


async def test_each_star_code_lights_its_lamp_and_darkens_the_others(floor: Floor) -> None:
    phone = await floor.phone("3051-desk")
    lamps = [await phone.watch(f"{code}3051-desk") for code in ("*50", "*51", "*52")]
    assert [lamp.status for lamp in lamps] == [200] * 3
    await dial_code(phone, "*51")
    await show(lamps, DARK, LIT, DARK)
    await dial_code(phone, "*52")
    await show(lamps, DARK, DARK, LIT)
    await dial_code(phone, "*50")
    await show(lamps, LIT, DARK, DARK)


async def test_the_lamp_of_a_single_call_goes_out_by_itself(floor: Floor) -> None:
    agent, caller = await floor.agent("3051-desk", "*50"), await floor.caller()
    single, offline = await agent.watch("*503051-desk"), await agent.watch("*523051-desk")
    await show([single, offline], LIT, DARK)
    call = await caller.dial("8051", tone=CALLER_HZ)
    ring = await connected(call, agent)
    await show([single, offline], LIT, DARK)
    await ring.hang_up()
    await show([single, offline], DARK, LIT)


async def test_a_key_with_a_lamp_dials_its_star_code(floor: Floor) -> None:
    agent = await floor.agent("3051-desk", "*52")
    lamp = await agent.watch("*513051-desk")
    assert lamp.state == DARK
    await dial_code(agent, "*513051-desk")
    await lamp.shows(LIT)
