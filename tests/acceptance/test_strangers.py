"""Who has no password gets nowhere, and who has one reaches his own account's numbers and nothing else."""

import asyncio
from pathlib import Path

import pytest

from tests.acceptance.centre import ACD, RunningCentre
from tests.acceptance.conftest import Floor
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.attack.forgery import Forgery
from tests.attack.stranger import Stranger
from tests.phone.digest import Credentials
from tests.phone.phone import Phone

PART = Part(users=agents("4301", "4302"), queues=(Queue(number="9301", seats=seats("4301")),))

NUMBERS = ("9301", "4301", "4301-desk", "*51", "*514301-desk", "s", "i", "h", "1900", "", "acd-outbound", "0301234")
OTHER_ACCOUNT = """
[account]
domain = "other.example"

[[users]]
extension = "4303"
name = "Somebody Else"

[[devices]]
name = "4303-other"
owner = "4303"

[[devices]]
name = "4303-second"
owner = "4303"
password = "the-password-of-the-other-account"

[[queues]]
number = "9302"
name = "Theirs"

[[assignments]]
queue = "9302"
agent = "4303"
devices = ["4303-other"]
"""

CONTEXTS = (
    "acd-queue",
    "acd-person",
    "acd-number",
    "acd-star-code",
    "acd-send-on",
    "acd-join",
    "acd-dismiss",
    "acd-call-back",
    "acd-outbound",
)


async def entries(centre: RunningCentre) -> int:
    """How many calls and star codes have reached the engine: every channel that was ever made."""
    log = centre.engine_log.read_text()
    return log.count('"event": "call_queued"') + log.count('"event": "call_refused"')


@pytest.mark.parametrize("source", ["127.0.0.1", "127.0.0.66"])
@pytest.mark.parametrize("user", ["4301-desk", "nobody", "4301", "anonymous", "trunk"])
async def test_without_a_password_no_call_and_nothing_else(centre: RunningCentre, source: str, user: str) -> None:
    before = await entries(centre)
    async with Stranger(centre.sheet.sip, source) as stranger:
        for number in NUMBERS:
            forgery = Forgery(number=number, user=user)
            answers = (await stranger.ask(forgery), await stranger.ask_as(Credentials(user=user, secret=""), forgery))
            assert {answer and answer.status for answer in answers} == {401}, number
        for method in ("OPTIONS", "SUBSCRIBE", "MESSAGE", "NOTIFY", "REFER", "PUBLISH", "INFO", "UPDATE", "PRACK", "X"):
            extra = [("Event", "dialog"), ("Refer-To", "<sip:9301@127.0.0.1>"), ("Subscription-State", "active")]
            answer = await stranger.ask(Forgery(method=method, number="9301", user=user, extra=extra))
            assert answer is not None
            assert answer.status == 401, method
    assert await entries(centre) == before


async def test_a_known_phone_from_an_unknown_address_still_proves_its_password(centre: RunningCentre) -> None:
    async with centre.phone("4301-desk") as phone, Stranger(centre.sheet.sip, "127.0.0.1") as stranger:
        assert await phone.register() == 200
        answer = await stranger.ask(Forgery(number="9301", user="4301-desk", name='"4301" '))
        assert answer is not None
        assert answer.status == 401


async def test_who_has_a_password_cannot_be_somebody_else(centre: RunningCentre, floor: Floor) -> None:
    """The caller is who has proved his password, whatever his From says."""
    agent = await floor.agent("4301-desk")
    who = Credentials(user="2001-desk", secret=centre.sheet.secrets["2001-desk"])
    async with Stranger(centre.sheet.sip, "127.0.0.1") as stranger:
        forgery = Forgery(number="9301", user="4302-desk", name='"Agent 4302" ')
        answer = await stranger.ask_as(who, forgery)
        assert answer is not None
        assert answer.status == 200
        ring = await agent.rings()
        assert (ring.caller.user, ring.caller.name) == ("2001", "Queue 9301: Caller 1")
        await ring.is_over()
    await agent.unregister()


@pytest.mark.parametrize(
    "number", ["s", "i", "h", "t", "4301-desk", "acd-send-on", "1900", "0301234", "*5", "*5x", "+49"]
)
async def test_what_is_no_number_of_the_account_is_refused(centre: RunningCentre, number: str) -> None:
    before = await entries(centre)
    async with Stranger(centre.sheet.sip, "127.0.0.1") as stranger:
        who = Credentials(user="2001-desk", secret=centre.sheet.secrets["2001-desk"])
        answer = await stranger.ask_as(who, Forgery(number=number))
        assert answer is not None
        assert answer.status in (404, 484, 480, 410, 503), answer.start_line
    assert await entries(centre) == before


async def test_no_context_of_the_engine_can_be_dialled(centre: RunningCentre) -> None:
    before = await entries(centre)
    async with Stranger(centre.sheet.sip, "127.0.0.1") as stranger:
        who = Credentials(user="2001-desk", secret=centre.sheet.secrets["2001-desk"])
        for context in CONTEXTS:
            for number in (f"9301@{context}", f"s@{context}", f"{context},s,1", f"Local/9301@{context}"):
                answer = await stranger.ask_as(who, Forgery(number=number.replace("@", "%40")))
                assert answer is not None
                assert answer.status >= 400, number
    assert await entries(centre) == before


async def test_each_account_reaches_its_own_numbers_alone(centre: RunningCentre, floor: Floor, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text(OTHER_ACCOUNT)
    apply = [*ACD, "apply", str(file), "--state-dir", str(centre.home / "state")]
    process = await asyncio.create_subprocess_exec(*apply, stdout=asyncio.subprocess.DEVNULL)
    assert await process.wait() == 0
    ours = Credentials(user="2001-desk", secret=centre.sheet.secrets["2001-desk"])
    theirs = Credentials(user="4303-second", secret="the-password-of-the-other-account")
    async with Phone(centre.sheet.sip, theirs.user, theirs.secret) as phone:
        async with asyncio.timeout(5):
            while await phone.register() != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    async with Stranger(centre.sheet.sip, "127.0.0.1") as stranger:
        for who, numbers, reached in (
            (ours, ("4303", "9302", "4303-other"), "9301"),
            (theirs, ("4301", "4302", "9301", "2001"), "9302"),
        ):
            # What `acd apply` has stored, the engine gives to Asterisk a moment later, phones first.
            async with asyncio.timeout(5):
                while not await _reaches(stranger, who, reached):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            for number in numbers:
                answer = await stranger.ask_as(who, Forgery(number=number))
                assert answer is not None
                assert answer.status == 404, (who.user, number)


async def _reaches(stranger: Stranger, who: Credentials, number: str) -> bool:
    answer = await stranger.ask_as(who, Forgery(number=number))
    return answer is not None and answer.status == 200
