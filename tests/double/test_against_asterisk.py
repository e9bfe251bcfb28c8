"""The same plays by a real Asterisk with real phones and by the double: the same events, and the same answers."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.double.compared import Names, by_subject, comparable_answer
from tests.double.parts import Json
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


async def _played(play: Play, make: Callable[[AsyncExitStack], Stage]) -> tuple[dict[str, list[Json]], list[Any]]:
    """What was told, by subject, and what was answered, by path."""
    async with AsyncExitStack() as stack:
        stage = make(stack)
        await stage.begin()
        await play(stage)
        await stage.settles()
        names = Names()
        told = by_subject(names.plain(event) for event in stage.told)
        answers = [names.plain(comparable_answer(*each)) for each in stage.answers]
        await stage.tidy()
        return told, sorted(answers, key=lambda each: str(each[1]))


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.__name__)
async def test_the_double_does_as_asterisk_does(asterisk: TestAsterisk, play: Play) -> None:
    async with double_server() as server:
        real, double = await asyncio.gather(
            _played(play, lambda stack: RealStage(asterisk, stack)),
            _played(play, lambda stack: DoubleStage(server, stack)),
        )
        assert double[0] == real[0]
        assert double[1] == real[1]
        assert server.switch.leftovers() == []
