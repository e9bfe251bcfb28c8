"""The pages of the docs as text: their code blocks, and the commands in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
PAGES: Final = tuple(sorted(DOCS.glob("*.md")))

_FENCE: Final = re.compile(r"^( *)```(.*)$")
_PROMPT: Final = re.compile(r"^[$#] (.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What stands between two fences."""

    page: str
    line: int
    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is typed, and what is said to come of it: each line in its turn, `…` for anything."""

    page: str
    line: int
    text: str
    said: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}:{self.line} {self.text}"


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in their order."""
    opened: tuple[int, str] | None = None
    inside: list[str] = []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        fence = _FENCE.match(line)
        if fence is None:
            inside.append(line)
        elif opened is None:
            opened, inside = (number, fence[2].strip()), []
        else:
            yield Block(page=page.name, line=opened[0], kind=opened[1], lines=tuple(inside))
            opened = None
    assert opened is None, f"{page.name}:{opened}: the block has no end"


def commands(page: Path) -> Iterator[Command]:
    """The commands of a page, in their order."""
    for block in blocks(page):
        if block.kind != "console":
            continue
        assert block.lines, f"{block.page}:{block.line}: an empty block"
        assert _PROMPT.match(block.lines[0]), f"{block.page}:{block.line}: begin with $ or #, and a blank"
        typed = [index for index, line in enumerate(block.lines) if _PROMPT.match(line)]
        for index, following in zip(typed, [*typed[1:], len(block.lines)], strict=True):
            text, end = block.lines[index][2:], index + 1
            while text.endswith("\\"):
                text, end = f"{text}\n{block.lines[end]}", end + 1
            said = tuple(block.lines[end:following])
            yield Command(page=block.page, line=block.line + 1 + index, text=text, said=said)
