"""The pages as a site: nothing leads nowhere, what is written from the code is current, one page fits on a sheet."""

import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from acd.model import AWAY_STATUSES, DeviceId
from feature_codes.dialog import Dialog, Say
from feature_codes.prompts import Prompt
from feature_codes.table import AWAY, DEFAULT_CODES, StarCodes
from tests.browser.chromium import chromium
from tests.docs.pages import DOCS, PAGES, blocks
from tools import reference

KINDS: Final = (
    "console",
    "toml",
    "ini",
    "json",
    "http",
    "nginx",
    "sql",
    "python",
    "xml",
    "text",
    "{toctree}",
    "{include} ../README.md",
)
"""What a block may be. Whatever is typed into a terminal stands in a `console`, where tests find it."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The docs as `make docs` makes them; every warning is a fault."""
    site = tmp_path_factory.mktemp("site")
    sphinx = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "-d", f"{site}/seen"]
    made = subprocess.run([*sphinx, DOCS, site / "html"], check=False, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    return site / "html"


def test_every_page_is_there_and_every_link_leads_somewhere(site: Path) -> None:
    assert {page.stem for page in PAGES} == {page.stem for page in site.glob("*.html")} - {"genindex", "search"}


@pytest.mark.parametrize("name", ["settings.md", "centre-file.md", "commands.md"])
def test_pages_that_are_written_from_the_code_are_current(name: str) -> None:
    written = reference.pages()
    assert name in written
    assert written[name] == (DOCS / name).read_text(encoding="utf-8"), "make docs writes it anew"


def test_what_is_typed_stands_where_tests_find_it() -> None:
    found = [block for page in PAGES for block in blocks(page)]
    assert [f"{block.page}:{block.line} {block.kind}" for block in found if block.kind not in KINDS] == []
    indented = [
        f"{page.name}:{number}"
        for page in PAGES
        for before, (number, line) in _with_the_line_before(page)
        if line.startswith("    ") and not before.strip()
    ]
    assert indented == [], "an indented block is none that says what it is: use ```"


def _with_the_line_before(page: Path) -> Iterator[tuple[str, tuple[int, str]]]:
    inside = {number for block in blocks(page) for number in range(block.line, block.line + len(block.lines) + 2)}
    lines = list(enumerate(page.read_text(encoding="utf-8").splitlines(), start=1))
    for (_, before), entry in pairwise(lines):
        if entry[0] not in inside:
            yield before, entry


# --- the star codes


def test_agents_are_told_every_star_code_in_the_words_that_they_hear() -> None:
    table = dict(_rows_of_star_codes())
    expected = {code: _heard(code) for name, code in DEFAULT_CODES.items() if name not in (AWAY, "status")}
    own = f"{DEFAULT_CODES[AWAY]}{len(AWAY_STATUSES) + 1}"
    expected[f"{own} to {DEFAULT_CODES[AWAY]}9"] = " ".join(
        _heard(own).replace("You will get no calls from your queues.", "[…]").split()
    )
    said = table.pop(DEFAULT_CODES["status"])
    assert all(prompt.text in said for prompt in (Prompt.QUEUES, Prompt.CALLERS_WAITING, Prompt.WRAP_UP_LEFT))
    assert table == expected


def _rows_of_star_codes() -> Iterator[tuple[str, str]]:
    for line in (DOCS / "star-codes.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| **"):
            code, _, heard = (cell.strip() for cell in line.strip("|").split(" | "))
            yield code.replace("**", "").replace("\\", ""), re.sub(r"^\*|\*( …)?$", "", heard)


def _heard(code: str) -> str:
    """What an agent hears whose wish is granted."""
    dialog: Dialog = StarCodes(DEFAULT_CODES).dialog(code, DeviceId("1001-desk"))
    said: list[str] = []
    step = next(dialog)
    while True:
        if isinstance(step, Say):
            said += [word.text for word in step.words if isinstance(word, Prompt)]
        try:
            step = dialog.send(None)
        except StopIteration:
            return " ".join(said)


async def test_the_star_codes_are_one_sheet_of_paper(site: Path) -> None:
    async with chromium() as browser:
        page = await browser.new_page()
        await page.goto((site / "star-codes.html").as_uri())
        for sheet in ("A4", "Letter"):
            printed = await page.pdf(format=sheet, prefer_css_page_size=False)
            assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1, sheet
            assert len(printed) > 10_000, "there is something on it"
