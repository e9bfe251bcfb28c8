"""The same plays by a real Asterisk with real phones and by the double: the same events, and the same answers."""

import asyncio
import difflib
import json
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack

import pytest

from tests.double.compared import Names, by_subject, comparable_answer
from tests.double.plays import PLAYS, Play
from tests.double.server import double_server
from tests.double.stage import DoubleStage, RealStage, Stage
from tests.integration.asterisk import TestAsterisk


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestAsterisk]:
    running = TestAsterisk(tmp_path_factory.mktemp("asterisk"))
    try:
        running.start()
        yield running
    finally:
        running.kill()


async def _played(play: Play, make: Callable[[AsyncExitStack], Stage]) -> list[str]:
    """What was told, by subject, and what was answered, by path; one a line."""
    async with AsyncExitStack() as stack:
        stage = make(stack)
        await stage.begin()
        await play(stage)
        await stage.settles()
        names = Names()
        told = sorted(by_subject(names.plain(event) for event in stage.told).items())
        answers = [names.plain(comparable_answer(*each)) for each in stage.answers]
        await stage.tidy()
        return [
            *(json.dumps(event) for _, events in told for event in events),
            *(json.dumps(each) for each in sorted(answers, key=lambda each: str(each[1]))),
        ]


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.__name__)
async def test_the_double_does_as_asterisk_does(asterisk: TestAsterisk, play: Play) -> None:
    async with double_server() as server:
        real, double = await asyncio.gather(
            _played(play, lambda stack: RealStage(asterisk, stack)),
            _played(play, lambda stack: DoubleStage(server, stack)),
        )
        assert double == real, "\n".join(difflib.unified_diff(real, double, "asterisk", "double", n=1, lineterm=""))
        assert server.switch.leftovers() == []
