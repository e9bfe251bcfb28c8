"""Every story in this directory is told again and compared word for word."""

from pathlib import Path

import pytest

from tests.scenarios.language import lines
from tests.scenarios.story import told

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


def test_there_are_stories() -> None:
    """An empty directory would pass for a good one."""
    assert len(STORIES) >= 60
