"""What strangers and strange phones bring, and that calls go on working."""

import pytest

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import AGENT_HZ, CALLER_HZ, Floor, connected, talk_both_ways
from tests.acceptance.parts import Part, Queue, User, agents, seats
from tests.phone.phone import Phone

STRANGE = 'Ann "the ; caller" | ${SHELL(id)} \\ <sip:x@y>,'

PART = Part(
    users=(User(extension="1901", name=STRANGE), *agents("1902")),
    queues=(Queue(number="7901", seats=seats("1902")),),
)


async def test_a_wrong_password_cannot_register(centre: RunningCentre) -> None:
    async with centre.phone("1902-desk", secret="not-the-secret") as phone:
        assert await phone.register() in (401, 403)


async def test_an_unknown_device_cannot_register(centre: RunningCentre) -> None:
    async with Phone(centre.sheet.sip, "4711-desk", "anything") as phone:
        assert await phone.register() in (401, 403)


@pytest.mark.parametrize("device", ["1902-desk", "4711-desk"])
async def test_without_the_password_nobody_calls(centre: RunningCentre, device: str) -> None:
    async with Phone(centre.sheet.sip, device, "not-the-secret") as phone:
        call = await phone.dial("7901")
        assert (await call.is_over()).status in (401, 403)


@pytest.mark.parametrize("number", ["4999", "79019", "anna", "*5", "7901;x=1", "%24%7BSHELL(id)%7D"])
async def test_a_number_that_does_not_exist_is_refused(floor: Floor, number: str) -> None:
    caller = await floor.caller()
    call = await caller.dial(number)
    assert (await call.is_over()).status >= 400


@pytest.mark.parametrize(
    "name", [STRANGE, "a\tb", "${EXTEN}", "x" * 4096, "Ünïcödé \N{GRINNING FACE}", '"', "a;b=c|d,e"]
)
async def test_a_caller_may_call_himself_what_he_likes(floor: Floor, name: str) -> None:
    agent, caller = await floor.agent("1902-desk"), await floor.caller(name=name)
    call = await caller.dial("7901", tone=CALLER_HZ)
    ring = await agent.rings()
    # Who calls is known from his password: the phone shows the name that the centre's file gives him.
    assert (ring.caller.name, ring.caller.user) == ("Queue 7901: Caller 1", "2001")
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)


async def test_a_strange_name_in_the_centres_file_is_shown_and_nothing_else(floor: Floor) -> None:
    agent, caller = await floor.agent("1902-desk"), await floor.phone("1901-desk")
    call = await caller.dial("7901", tone=CALLER_HZ)
    ring = await agent.rings()
    assert ring.caller.user == "1901"
    assert ring.caller.name.startswith("Queue 7901: Ann")
    assert "uid=" not in ring.caller.name
    ring.answer(tone=AGENT_HZ)
    await talk_both_ways(call, ring)


async def test_keys_mean_nothing_to_a_caller_who_has_no_menu(floor: Floor) -> None:
    caller = await floor.caller()
    call = await caller.dial("7901", tone=CALLER_HZ)
    await call.media.hears_sound()
    await call.press("0129*#AD")
    await call.media.hears_sound()
    await connected(call, await floor.agent("1902-desk"))
