"""What facts touch is all that changes on a page: in every story, and on days drawn with dice."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from acd.inputs import Event, Request
from acd.outputs import Outcome
from tests.portal.kept_rows import KeptRows
from tests.property.day import Day
from tests.property.drive import moves
from tests.scenarios.language import lines
from tests.scenarios.story import Story
from tests.scenarios.test_scenarios import STORIES

STEPS = 250


class WatchedStory(Story):
    """A story that pages watch."""

    def __init__(self) -> None:
        super().__init__()
        self._kept = KeptRows(self.engine.state)

    def _keep(self, outcome: Outcome) -> Outcome:
        if self._kept.state is not self.engine.state:  # the engine has begun anew
            self._kept = KeptRows(self.engine.state)
        self._kept.happened(outcome.facts, self.now)
        return super()._keep(outcome)


class WatchedDay(Day):
    """A day that pages watch."""

    def __init__(self) -> None:
        self._kept: KeptRows | None = None
        super().__init__()

    def _taken(self, outcome: Outcome, what: Event | Request | None) -> Outcome:
        if self._kept is None or self._kept.state is not self.engine.state:
            self._kept = KeptRows(self.engine.state)
        self._kept.happened(outcome.facts, self.now)
        return super()._taken(outcome, what)


def test_pages_show_what_is_through_every_story() -> None:
    """Of each kind of story the pages are sent all that changes, and nothing is computed that cannot be."""
    for path in STORIES:
        try:
            _watch(path)
        except Exception as error:
            raise AssertionError(f"{path.parent.name}/{path.stem}") from error


def _watch(path: Path) -> None:
    story = WatchedStory()
    for line in lines(path.read_text(encoding="utf-8")):
        if line.kind == "head":
            story.declare(line.text)
        elif line.kind == "input":
            story.tell(line.text)


@pytest.mark.parametrize("seed", range(4))
def test_pages_show_what_is_on_days_drawn_with_dice(seed: int) -> None:
    dice, day = random.Random(seed), WatchedDay()
    for _ in range(STEPS):
        day.now += timedelta(milliseconds=1)
        dice.choice(moves(day, dice))()
