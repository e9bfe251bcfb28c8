"""What an agent hears when he dials a star code."""

import asyncio

from acd.outputs import StatusChanged
from tests.acceptance.conftest import CALLER_HZ, Floor, connected, dial_code, words_heard
from tests.acceptance.journal import Journal
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.phone.phone import Phone
from tests.phone.prompts import Prompts

PART = Part(
    users=agents("1101", "1102", "1103"),
    queues=(
        Queue(number="7101", seats=seats("1101")),
        Queue(number="7102", seats=seats("1103"), wrap_up="30s"),
    ),
    statuses=("training",),
)

LIKE = 0.95
"""A prompt through G.711 reaches 0.99; two different prompts stay below 0.9."""


async def hears(phone: Phone, code: str, prompts: Prompts) -> str:
    """Dial, listen until Asterisk hangs up, and tell which prompt it was."""
    call = await phone.dial(code)
    await call.is_answered()
    await call.is_over(within=15)
    heard = prompts.recognise(call.media.heard())
    assert heard.likeness > LIKE > heard.second, heard
    return heard.name


async def test_each_code_is_confirmed_in_words_of_its_own(floor: Floor, prompts: Prompts) -> None:
    phone = await floor.phone("1101-desk")
    assert await hears(phone, "*51", prompts) == "available"
    assert await hears(phone, "*50", prompts) == "available-for-one-call"
    assert await hears(phone, "*52", prompts) == "unavailable"


async def test_an_away_status_is_chosen_by_its_number(floor: Floor, prompts: Prompts) -> None:
    phone, caller = await floor.agent("1101-desk"), await floor.caller()
    assert await hears(phone, "*552", prompts) == "on-break"
    call = await caller.dial("7101")
    await call.is_answered()
    assert await hears(phone, "*54", prompts) == "not-in-wrap-up"
    assert not phone.incoming, "he is away"
    await dial_code(phone, "*51")
    await phone.rings()
    await call.hang_up()


async def test_an_accounts_own_status_comes_after_those_that_all_have(floor: Floor, journal: Journal) -> None:
    phone = await floor.phone("1101-desk")
    call = await phone.dial("*556")
    await call.is_over(within=15)
    assert [word.name for word in await words_heard(call)] == ["away-by-number"]
    assert (await journal.facts(StatusChanged, "1101"))[-1].fact.status == "training"


async def test_star_53_says_how_the_agent_stands(floor: Floor) -> None:
    agent, caller, waiting = await floor.agent("1103-desk"), await floor.caller("2001"), await floor.caller("2002")
    call = await caller.dial("7102", tone=CALLER_HZ)
    ring = await connected(call, agent)
    await call.hang_up()
    await ring.is_over()
    await (await waiting.dial("7102")).is_answered()
    status = await agent.dial("*53")
    await status.is_over(within=15)
    assert [word.name for word in await words_heard(status)] == [
        "available",
        "queues",
        "callers-waiting",
        "wrap-up-left",
        "seconds",
    ]


async def test_a_repeated_code_says_the_same_again(floor: Floor, prompts: Prompts) -> None:
    phone = await floor.phone("1101-desk")
    assert [await hears(phone, "*51", prompts) for _ in range(2)] == ["available"] * 2


async def test_a_device_that_is_no_agents_hears_a_refusal(floor: Floor, prompts: Prompts) -> None:
    # The second one has no queue; the third pretends to be an agent.
    strangers = [
        await floor.caller(),
        await floor.phone("1102-desk"),
        await floor.caller("2002", name="Agent 1101"),
    ]
    heard = await asyncio.gather(*(hears(stranger, "*51", prompts) for stranger in strangers))
    assert heard == ["not-an-agent"] * 3


async def test_a_code_that_does_not_exist_is_said(floor: Floor, prompts: Prompts) -> None:
    phone = await floor.phone("1101-desk")
    assert await hears(phone, "*99", prompts) == "unknown-code"
