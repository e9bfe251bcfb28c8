"""Whatever a caller writes into his call stays text: in the journal, the logs, the figures, on the agent's phone.

Each text of the corpus in every fifth place; `make chaos` has all of them in all places.
"""

from pathlib import Path

from tests.acceptance.centre import RunningCentre
from tests.attack import injection
from tests.attack.corpus import corpus
from tests.attack.harmless import (
    asterisk_log_faults,
    journal_faults,
    log_faults,
    page_faults,
    shown_faults,
    told_faults,
)
from tests.attack.injection import attempts, inject
from tests.attack.trunk import add_trunk

PART = injection.PART
EVERY = 5


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
