"""The same plays by a real Asterisk with real phones and by the double: the same events, and the same answers."""

import asyncio
import difflib
import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Final

import pytest

from tests.double import plays_apart, plays_calls, plays_portal, plays_talks
from tests.double.beginnings import Play
from tests.double.compared import Names, by_subject, comparable_answer
from tests.double.server import double_server
from tests.double.stage import DoubleStage, RealStage, Stage
from tests.integration.asterisk import TestAsterisk

PLAYS: Final[tuple[Play, ...]] = (*plays_calls.PLAYS, *plays_talks.PLAYS, *plays_apart.PLAYS, *plays_portal.PLAYS)

SIDE_BY_SIDE: Final = 3
"""Asterisks, each with a play of its own: most of a play is waiting for what people do."""


@pytest.fixture(scope="module")
def asterisks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[TestAsterisk]]:
    running = [TestAsterisk(tmp_path_factory.mktemp("asterisk")) for _ in range(SIDE_BY_SIDE)]
    try:
        for each in running:
            each.start()
        yield running
    finally:
        for each in running:
            each.kill()


async def test_the_double_does_as_asterisk_does(asterisks: list[TestAsterisk]) -> None:
    waiting, differences = deque(PLAYS), dict[str, str]()

    async def perform(asterisk: TestAsterisk) -> None:
        while waiting:
            play = waiting.popleft()
            if found := await _difference(play, asterisk):
                differences[play.__name__] = found

    await asyncio.gather(*(perform(asterisk) for asterisk in asterisks))
    assert not differences, "\n\n".join(f"{name}:\n{found}" for name, found in differences.items())


async def _difference(play: Play, asterisk: TestAsterisk) -> str:
    """In what the double's performance of this play differs; empty: in nothing."""
    async with double_server() as server:
        real, double = await asyncio.gather(
            _performed(play, lambda stack: RealStage(asterisk, stack)),
            _performed(play, lambda stack: DoubleStage(server, stack)),
        )
        assert server.switch.leftovers() == [], play.__name__
        return "\n".join(difflib.unified_diff(real, double, "asterisk", "double", n=1, lineterm=""))


async def _performed(play: Play, make: Callable[[AsyncExitStack], Stage]) -> list[str]:
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
