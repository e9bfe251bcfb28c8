"""The engine is killed at an exact moment of a call, and the call comes to its end: some of what `make chaos` does."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest

from tests.chaos.engine_killed import Walk, at_any_moment, go, in_a_wrap_up, seen
from tests.chaos.stage import staged
from tests.chaos.walks import a_call
from tests.integration.tap import Moment

POINTS: Final[tuple[tuple[Walk, Moment | None, int], ...]] = (
    (a_call, Moment.ANSWERED, 1),
    (a_call, Moment.ASKED, 3),
    (a_call, Moment.ANSWERED, 6),
    (at_any_moment, None, 1),
    (in_a_wrap_up, None, 1),
)
"""He is answered, and nobody knows; a phone is to ring; the two are being joined; some talk and some wait; the agent
finishes his notes."""


@pytest.mark.timeout(90)
async def test_a_call_comes_to_its_end_wherever_the_engine_dies(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        stage = await staged(tmp_path, stack)
        for walk, moment, nth in POINTS:
            await go(stage, walk, "", moment, nth)
    assert stage.kills == len(POINTS), "each was struck"
    assert stage.offers_s, "the time to the next ring was measured"
    assert seen(stage).passed, seen(stage).figures
