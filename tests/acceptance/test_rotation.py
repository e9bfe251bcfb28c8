"""A new password while calls go on: of a phone by `acd apply`, of ARI by a reload and a new engine."""

import asyncio
import os
import secrets
import signal

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, connected, talk_both_ways
from tests.acceptance.parts import Part, Queue, User, agents, seats
from tests.phone.phone import Phone
from tests.phone.waiting import until

PART = Part(users=agents("4701"), queues=(Queue(number="9601", seats=seats("4701")),))


async def test_a_phones_password_changes_and_its_call_goes_on(centre: RunningCentre, floor: Floor) -> None:
    before, after = "before-" + secrets.token_hex(8), "after-" + secrets.token_hex(8)
    old = Part(users=(User(extension="4702", name="Ann", secret=before),))
    new = Part(users=(User(extension="4702", name="Ann", secret=after),))
    await centre.apply(old)
    agent = await floor.agent("4701-desk")
    async with Phone(centre.sheet.sip, "4702-desk", before) as phone:
        assert await _status(phone, 200) == 200
        call = await phone.dial("9601", tone=CALLER_HZ)
        ring = await connected(call, agent)
        said = await centre.apply(new, instead_of=[old])
        assert "password" in said
        assert after not in said
        async with Phone(centre.sheet.sip, "4702-desk", after) as changed:
            assert await _status(changed, 200) == 200
        async with Phone(centre.sheet.sip, "4702-desk", before) as late:
            assert await late.register() == 401
        await talk_both_ways(call, ring)
        await ring.hang_up()
        await call.is_over()
        phone.registered = False


async def _status(phone: Phone, wanted: int) -> int:
    """Of a registration, once what was applied has reached Asterisk."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 10
    status = await phone.register()
    while status != wanted and loop.time() < deadline:
        await asyncio.sleep(0.05)
        status = await phone.register()
    return status


async def test_the_password_of_ari_changes_and_calls_go_on(centre: RunningCentre, floor: Floor) -> None:
    agent = await floor.agent("4701-desk")
    call = await (await floor.caller()).dial("9601", tone=CALLER_HZ)
    ring = await connected(call, agent)
    state = centre.home / "state"
    before, after = (state / "ari.secret").read_text().strip(), secrets.token_urlsafe(24)
    for file in (state / "ari.secret", state / "asterisk" / "etc" / "ari.conf"):
        file.write_text(file.read_text().replace(before, after))
    await centre.asterisk_says("module reload res_ari.so")
    engine = centre.engine_pid()
    os.kill(engine, signal.SIGTERM)
    await until("a new engine", lambda: centre.engine_pid() not in (0, engine), within=20)
    await centre.is_ready(within=20)
    await talk_both_ways(call, ring)
    waiting = await (await floor.caller("2002")).dial("9601", tone=CALLER_HZ)
    await call.hang_up()
    await ring.is_over()
    following = await agent.rings()
    following.answer(tone=AGENT_HZ)
    await talk_both_ways(waiting, following)
    await waiting.hang_up()
