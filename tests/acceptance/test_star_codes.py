"""What an agent hears when he dials a star code."""

import asyncio
from pathlib import Path

from acd.outputs import PhoneModelKnown, StatusChanged
from ari_bridge.reading import printable
from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import CALLER_HZ, Floor, connected, dial_code, words_heard
from tests.acceptance.journal import Journal
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.attack.corpus import corpus
from tests.attack.harmless import asterisk_log_faults, log_faults
from tests.phone.phone import Phone
from tests.phone.prompts import Prompts

PART = Part(
    users=agents("1101", "1102", "1103", "1104", "1105"),
    queues=(
        Queue(number="7101", seats=seats("1101", "1104", "1105")),
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


# --- what the phone is

HOSTILE = ("SHELL", "nested variables", "further arguments", "quotes", "no UTF-8", "right to left", "HTML")
"""Texts that leave the call one that Asterisk takes."""


async def test_a_phone_is_known_by_what_it_says_of_itself(centre: RunningCentre, journal: Journal) -> None:
    first, second = "Yealink SIP-T46U 108.86.0.20", "snomD785/10.1 (old, but good)"
    for model in (first, first, second):
        async with centre.phone("1104-desk", model=model) as phone:
            await dial_code(phone, "*51")
    entries = await journal.facts(PhoneModelKnown, "1104-desk", count=2)
    assert [entry.fact.model for entry in entries] == [first, second]


async def test_a_phones_text_about_itself_stays_text(centre: RunningCentre, journal: Journal, tmp_path: Path) -> None:
    """One that is no UTF-8 Asterisk itself cannot tell: it costs the phone its name, and nobody his star code."""
    canary = tmp_path / "canary"
    texts = corpus(canary)
    before = log_faults(centre) + asterisk_log_faults(centre)  # a trunk can break a line of Asterisk's notices
    for kind in HOSTILE:
        async with centre.phone("1105-desk", model=texts[kind]) as phone:
            await dial_code(phone, "*52")
    entries = await journal.facts(PhoneModelKnown, "1105-desk", count=len(HOSTILE) - 1)
    said = [printable(texts[kind]) for kind in HOSTILE if kind != "no UTF-8"]
    assert [entry.fact.model for entry in entries] == said
    assert not canary.exists()
    assert log_faults(centre) + asterisk_log_faults(centre) == before
