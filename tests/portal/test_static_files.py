"""The page's own files, without a browser: what came from elsewhere, what is loaded at first, what is never done."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from portal.app import PAGES

ROOT: Final = Path(__file__).parents[2]
STATIC: Final = ROOT / "portal" / "static"
VENDORED: Final = (STATIC / "vendor", ROOT / "tests" / "browser" / "vendor")
LONGEST_LINES: Final = 450
IMPORT: Final = re.compile(r'^(?:import|export)\b[^;"]*?from "([^"]+)"', re.MULTILINE)
OWN: Final = sorted(path for path in STATIC.rglob("*.js") if "vendor" not in path.parts)


def vendored() -> Iterator[tuple[Path, str, str]]:
    """Each file that the notes name: where it is, the checksum of the original, what was changed."""
    for folder in VENDORED:
        for line in (folder / "VENDORED.md").read_text(encoding="utf-8").splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if found := re.fullmatch(r"`(\S+)`", cells[0]):
                checksum = next(cell.strip("`") for cell in cells if re.fullmatch(r"`[0-9a-f]{64}`", cell))
                yield folder / found[1], checksum, cells[-1]


@pytest.mark.parametrize(("file", "checksum", "change"), list(vendored()), ids=lambda value: getattr(value, "name", ""))
def test_vendored_files_are_the_published_ones(file: Path, checksum: str, change: str) -> None:
    """But for the one change that the note names."""
    content = file.read_text(encoding="utf-8")
    if changed := re.fullmatch(r"`(\S+)` is `(\S+)`", change):
        assert changed[2] in content
        content = content.replace(changed[2], changed[1])
    assert hashlib.sha256(content.encode()).hexdigest() == checksum


def test_every_vendored_file_is_noted_and_has_its_licence() -> None:
    """Nothing else lies there."""
    noted = {file for file, _, _ in vendored()}
    for folder in VENDORED:
        there = {path for path in folder.iterdir() if path.suffix not in (".md", ".txt")}
        assert there == {file for file in noted if file.parent == folder}
        for licence in re.findall(r"`(LICENSE\S+)`", (folder / "VENDORED.md").read_text(encoding="utf-8")):
            assert (folder / licence).stat().st_size > 500


def imports(path: Path) -> Iterator[Path]:
    """What a module needs before it can run."""
    for name in IMPORT.findall(path.read_text(encoding="utf-8")):
        yield (path.parent / name).resolve()


def test_what_the_first_page_needs_is_asked_for_at_once() -> None:
    """Every module behind the agent's page and the login is named in the page itself: one round trip, not seven."""
    needed = {STATIC / "vendor" / name for name in ("preact.mjs", "hooks.mjs", "htm.mjs")}
    ahead = [STATIC / "app.js", STATIC / "pages" / "agent.js", STATIC / "pages" / "login.js"]
    while ahead:
        path = ahead.pop()
        if path not in needed:
            needed.add(path)
            ahead += imports(path)
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    named = {STATIC / name for name in re.findall(r'rel="modulepreload" href="/static/([^"]+)"', page)}
    assert named == needed


def test_every_import_is_there() -> None:
    """Also of pages that are loaded later."""
    later = re.compile(r'import\("([^"]+)"\)')
    wanted = {(path, name) for path in OWN for name in later.findall(path.read_text(encoding="utf-8"))}
    missing = [f"{path.name}: {name}" for path, name in wanted if not (path.parent / name).is_file()]
    missing += [f"{path.name}: {needed}" for path in OWN for needed in imports(path) if not needed.is_file()]
    assert len(wanted) > 3
    assert missing == []


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_modules_follow_the_rules(path: Path) -> None:
    """Short, explained, and nowhere is a text taken for markup or for a program."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_LINES
    assert text.startswith("/*")
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    assert re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|https?://", code) == []


def test_nothing_in_the_page_comes_from_elsewhere() -> None:
    """No host is named, no script or style stands in the page itself."""
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    assert "//" not in page.replace("<!doctype html>", "")
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=", page)
    for sheet in (STATIC / "styles").glob("*.css"):
        assert not re.search(r"url\(|@import", sheet.read_text(encoding="utf-8")), sheet.name


def test_every_page_has_its_address() -> None:
    """What the page can go to is also there when the address is typed, and nothing else."""
    routes = re.findall(r'\{ path: "([^"]+)"', (STATIC / "routes.js").read_text(encoding="utf-8"))
    assert sorted(re.sub(r":(\w+)", r"{\1}", path) for path in routes) == sorted(PAGES)
