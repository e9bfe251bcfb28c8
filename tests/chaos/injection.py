"""Every text of the corpus in every place of a call: it stays text wherever it gets to."""

import asyncio
from pathlib import Path
from typing import Final

from tests.acceptance.centre import RunningCentre
from tests.attack.corpus import corpus
from tests.attack.forgery import PLACES
from tests.attack.harmless import (
    asterisk_log_faults,
    journal_faults,
    log_faults,
    page_faults,
    shown_faults,
    told_faults,
)
from tests.attack.injection import PART, attempts, inject
from tests.attack.trunk import add_trunk
from tests.chaos.row import Row, Seen


async def _check(home: Path) -> Seen:
    canary = home / "canary"
    home.chmod(0o777)  # Asterisk runs as somebody else, who could make it too
    texts = corpus(canary)
    centre = RunningCentre(home, [PART])
    await asyncio.to_thread(centre.start)
    try:
        injected = await inject(centre, await add_trunk(centre), attempts(texts))
        faults = [
            *shown_faults(injected),
            *log_faults(centre),
            *asterisk_log_faults(centre),
            *await page_faults(centre),
            *await journal_faults(centre, injected),
            *await told_faults(centre, stories=5),
            *(f"never rang: {attempt}" for attempt in injected.silent),
        ]
        if canary.exists():
            faults.append("a text was carried out as a command")
    finally:
        await asyncio.to_thread(centre.stop)
    return Seen(
        done=f"{len(texts)} texts in each of {len(PLACES)} places of a call from a trunk",
        figures=f"{len(injected.taken)} calls rang at an agent, {len(injected.refused)} refused as no SIP; "
        f"{len(faults)} texts that were more than text" + "".join(f" ({fault[:300]})" for fault in faults[:3]),
        passed=not faults,
    )


ROW: Final = Row(name="injection", failure="callers' texts that want to be commands", check=_check)
