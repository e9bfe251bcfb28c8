"""Nobody makes the centre call a number that its rules do not allow: dialled, passed on to, or called back.

A phone plays the way out to the telephone network: it would ring for whatever number got there.
"""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from acd.outputs import CallbackRefused
from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import CALLER_HZ, Floor, connected, dial_code, talk_both_ways
from tests.acceptance.journal import Journal
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.attack.forgery import Forgery, escaped
from tests.attack.fraud import NUMBERS
from tests.attack.stranger import Stranger
from tests.attack.trunk import add_trunk
from tests.phone.digest import Credentials
from tests.phone.phone import Phone

PART = Part(
    users=agents("4401", "4402", "4403"),
    outbound=("0301XXX",),
    queues=(
        Queue(number="9401", seats=seats("4401")),
        Queue(
            number="9402",
            seats=seats("4402"),
            rules={"callback": {"key": "2", "attempts": 1, "retry": "10s", "ring_time": "5s"}},
        ),
    ),
)

WAY_OUT = """
[acd-outbound]
exten => _[0-9*#+a-zA-Z].,1,Dial(PJSIP/4403-desk)
exten => _[0-9*#+a-zA-Z],1,Dial(PJSIP/4403-desk)
"""

OUTSIDE = [number for number in NUMBERS if not re.fullmatch(r"[0-9]{2,10}|\*[0-9]{2}.*", number)][::6]
"""What the dial plan does not even know as a number or a star code, so that a phone hears so at once."""

SETTLED_SECONDS = 0.5
"""Longer than any leg takes to ring."""


@pytest.fixture
async def way_out(centre: RunningCentre, floor: Floor) -> AsyncIterator[Phone]:
    """Rings for every call that leaves the centre."""
    await centre.add_to_dial_plan(WAY_OUT)
    phone = await floor.phone("4403-desk")
    yield phone
    await asyncio.sleep(SETTLED_SECONDS)
    assert [ring.invite.start_line for ring in phone.incoming] == []


@pytest.mark.usefixtures("way_out")
async def test_no_phone_dials_out(centre: RunningCentre) -> None:
    who = Credentials(user="2001-desk", secret=centre.sheet.secrets["2001-desk"])
    async with Stranger(centre.sheet.sip, "127.0.0.1") as stranger:
        answers = [await stranger.ask_as(who, Forgery(number=escaped(number))) for number in NUMBERS]
    refused = [number for number, answer in zip(NUMBERS, answers, strict=True) if answer and answer.status >= 400]
    told = [number for number in NUMBERS if number not in refused]
    # A star and two digits are a star code, whatever follows; that there is none such is said by voice.
    assert all(number.startswith("*") and number[1:3].isdecimal() for number in told), told
    assert len(refused) > len(told)


@pytest.mark.usefixtures("way_out")
async def test_no_agent_passes_his_caller_on_there(floor: Floor) -> None:
    agent = await floor.agent("4401-desk")
    call = await (await floor.caller()).dial("9401", tone=CALLER_HZ)
    ring = await connected(call, agent)
    for number in NUMBERS:
        transfer = await ring.transfer(escaped(number))
        assert await transfer.is_done() >= 400, number
    await talk_both_ways(call, ring)
    await call.hang_up()


@pytest.mark.usefixtures("way_out")
async def test_no_caller_passes_his_queue_or_his_agent_on(floor: Floor) -> None:
    """A phone may ask Asterisk for a transfer of any call of its own; only its account's numbers are reached by it."""
    agent, caller = await floor.agent("4401-desk", "*52"), await floor.caller()
    for number in OUTSIDE[:3]:
        waiting = await caller.dial("9401", tone=CALLER_HZ)
        await waiting.media.hears_sound()
        transfer = await waiting.transfer(escaped(number))
        assert await transfer.is_done() >= 400, number
        await waiting.hang_up()
    call = await caller.dial("9401", tone=CALLER_HZ)
    await call.media.hears_sound()
    await dial_code(agent, "*51")
    ring = await connected(call, agent)
    for number in OUTSIDE:
        transfer = await call.transfer(escaped(number))
        assert await transfer.is_done() >= 400, number
    await talk_both_ways(call, ring)
    await call.hang_up()


@pytest.mark.parametrize("number", ["*31#0900123456", "9402", "4402"])
@pytest.mark.usefixtures("way_out")
async def test_a_caller_who_passes_his_agent_on_has_only_ended_his_own_call(floor: Floor, number: str) -> None:
    agent, next_caller = await floor.agent("4401-desk"), await floor.caller("2002")
    call = await (await floor.caller("2001")).dial("9401", tone=CALLER_HZ)
    ring = await connected(call, agent)
    await call.transfer(escaped(number))
    await call.hang_up()
    await ring.is_over(within=3)
    following = await next_caller.dial("9401", tone=CALLER_HZ)
    await connected(following, agent)
    await following.hang_up()


@pytest.mark.usefixtures("way_out")
async def test_nobody_is_called_back_there(centre: RunningCentre, journal: Journal) -> None:
    """He says himself, through a trunk, which number is his."""
    trunk = await add_trunk(centre)
    numbers = NUMBERS[::16]
    for number in numbers:
        async with Phone(centre.sheet.sip, trunk.user, trunk.secret) as phone:
            phone.user = escaped(number)
            call = await phone.dial("9402")
            await call.media.hears_sound()
            await call.press("2")
    refused = await journal.facts(CallbackRefused, "9402", count=len(numbers))
    assert len(refused) == len(numbers)
