"""Whatever a caller writes into his call stays text: in the journal, the logs, the figures, on the agent's phone.

Each text of the corpus in every tenth place; `make chaos` has all of them in all places.
"""

import os
import signal
from pathlib import Path

from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import CALLER_HZ, Floor, connected
from tests.attack import injection
from tests.attack.corpus import corpus
from tests.attack.forgery import DIALLED, Forgery
from tests.attack.harmless import (
    asterisk_log_faults,
    journal_faults,
    log_faults,
    page_faults,
    shown_faults,
    told_faults,
)
from tests.attack.injection import attempts, inject
from tests.attack.stranger import Stranger
from tests.attack.trunk import add_trunk
from tests.phone.waiting import until

PART = injection.PART
EVERY = 10
NO_TEXT = "\udcff\udcfe"
"""Bytes that are no UTF-8."""
OWN_PLAN = """
[an-operators-own]
exten => _X.,1,Answer()
 same => n,StartMusicOnHold()
 same => n,Wait(60)
"""


async def test_texts_stay_texts(centre: RunningCentre, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    wanted = attempts(corpus(canary), every=EVERY)
    injected = await inject(centre, await add_trunk(centre), wanted)
    assert len(injected.taken) > len(wanted) / 2
    assert injected.silent == []
    assert not canary.exists()
    assert shown_faults(injected) == []
    assert log_faults(centre) == []
    assert asterisk_log_faults(centre) == []
    assert await page_faults(centre) == []
    assert await journal_faults(centre, injected) == []
    assert await told_faults(centre, stories=1) == []


async def test_a_number_is_a_number(centre: RunningCentre, tmp_path: Path) -> None:
    """A queue's number or a star code with a text behind it, and the text alone."""
    canary = tmp_path / "canary"
    trunk = await add_trunk(centre)
    refused, sent = 0, 0
    async with Stranger(centre.sheet.sip, "127.0.0.1") as stranger:
        for number, text in enumerate(list(corpus(canary).values())[::2]):
            for before in ("9201", "*53"):
                sent += 1
                place = list(DIALLED.values())[number % len(DIALLED)]
                answer = await stranger.ask_as(trunk, place(Forgery(), before + text))
                refused += answer is None or answer.status >= 400
    assert refused > sent / 2
    assert not canary.exists()
    assert log_faults(centre) == []
    await centre.is_ready(within=5)


async def test_a_call_of_which_asterisk_cannot_tell_takes_nobody_with_it(centre: RunningCentre, floor: Floor) -> None:
    """A Call-ID that is no UTF-8, in a dial plan of somebody else's: ARI lists no channel any more while it lives."""
    await centre.add_to_dial_plan(OWN_PLAN)
    elsewhere = await add_trunk(centre, "elsewhere", context="an-operators-own")
    trunk = await add_trunk(centre)
    agent = await floor.agent("4201-desk")
    async with Stranger(centre.sheet.sip, "127.0.0.1") as stranger:
        refused = await stranger.ask_as(trunk, Forgery(number="9201", call_id=NO_TEXT))
        assert refused is not None
        assert refused.status == 403
        stranger.hangs_up = False
        taken = await stranger.ask_as(elsewhere, Forgery(number="1234", call_id=f"x{NO_TEXT}"))
        assert taken is not None
        assert taken.status == 200
        engine = centre.engine_pid()
        os.kill(engine, signal.SIGKILL)
        await until("a new engine", lambda: centre.engine_pid() not in (0, engine), within=20)
        await centre.is_ready(within=20)
        call = await (await floor.caller()).dial("9201", tone=CALLER_HZ)
        await connected(call, agent)
        await call.hang_up()
    assert '"event": "channel_unreadable"' in centre.engine_log.read_text()
