"""Every story in this directory is told again and compared word for word."""

from datetime import UTC
from pathlib import Path

import pytest

from acd.explain.reasons import Explanation
from acd.explain.story import Happened, NobodyRung
from acd.explain.telling import agrees, as_lines
from acd.explain.words import sentence
from acd.journal import about
from acd.outputs import OfferMade
from tests.scenarios.language import lines
from tests.scenarios.story import explained, journal_of, told

STORIES = sorted(Path(__file__).parent.glob("**/*.txt"))


@pytest.mark.parametrize("path", STORIES, ids=[f"{path.parent.name}/{path.stem}" for path in STORIES])
def test_story(path: Path, request: pytest.FixtureRequest) -> None:
    """What the engine does is what the story says; `--rewrite` lets the story say what the engine does."""
    text = path.read_text(encoding="utf-8")
    now = told(text)
    if request.config.getoption("--rewrite"):
        path.write_text(now, encoding="utf-8")
    else:
        assert now == text


@pytest.mark.parametrize("path", STORIES, ids=[f"{path.parent.name}/{path.stem}" for path in STORIES])
def test_story_says_what_it_shows(path: Path) -> None:
    """A story opens with a comment that names the rule, and something happens in it."""
    story = list(lines(path.read_text(encoding="utf-8")))
    assert story[0].text.startswith("# ")
    assert any(line.kind == "input" for line in story)
    assert any(line.kind == "transcript" for line in story)


@pytest.mark.parametrize("path", STORIES, ids=[f"{path.parent.name}/{path.stem}" for path in STORIES])
def test_every_call_of_a_story_can_be_explained(path: Path) -> None:
    """By the rules that explain it each offer had to be made, and nobody could be rung wherever nobody was."""
    journal = journal_of(path.read_text(encoding="utf-8"))
    for call in sorted({call for it in journal if (call := about(it.fact).call) is not None}):
        entries = explained(call, journal)
        assert all(as_lines(call, entries, UTC))
        for entry in entries:
            match entry:
                case Happened(fact=OfferMade() as fact, explanation=Explanation() as explanation):
                    assert agrees(fact, explanation), entry
                case Happened(fact=fact, at=at):
                    assert sentence(fact, at, UTC), entry
                    chosen = not isinstance(fact, OfferMade) or fact.picked_by is not None
                    assert chosen, "every offer is explained, but those that a supervisor has chosen"
                case NobodyRung():
                    assert entry.explanation.chosen is None, entry
                case _:
                    pass


def test_there_are_stories() -> None:
    """An empty directory would pass for a good one."""
    assert len(STORIES) >= 60
