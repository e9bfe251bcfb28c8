"""Every command of every page is run, on a centre that serves a call; or the test that runs it is named here."""

import re
from collections.abc import AsyncIterator, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import click
import pytest
import pytest_asyncio

from acd.cli import main as acd
from tests.docs.pages import DOCS, PAGES, ROOT, blocks, commands
from tests.docs.world import UP, World
from tests.phone.phone import Phone

ELSEWHERE: Final = {
    "acd top --settings /etc/acd/acd.toml": "tests/integration/test_status.py::test_top_draws_follows_and_obeys_keys",
    "acd restore before-friday.acd --replace --settings /etc/acd/acd.toml": (
        "tests/integration/test_backup.py::test_the_commands_say_what_they_did"
    ),
    "ops/install dist/asterisk_acd-0.1.0-py3-none-any.whl": "tests/install/__main__.py::installs",
}
"""Commands that another test runs, and which: they take long, or want a machine to themselves."""

WITH_COMMANDS: Final = sorted(
    (page for page in PAGES if any(commands(page))), key=lambda page: page.stem == "migration"
)
"""The guide for who moves over puts another centre in the place of this one: it is the last."""

PROGRAMS: Final = ("acd", "asterisk", "make", "systemctl", "journalctl", "curl")
"""Those of which a command in the middle of a sentence is tried as well."""

in_one_loop: Final = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The demo centre, in which Anna has taken a call of Carla's: what the first page tells to do by hand."""
    running = World(tmp_path_factory.mktemp("machine"))
    try:
        running.start()
        async with running.phone("1001-desk") as anna, running.phone("1003-desk") as carla:
            await _first_call(anna, carla)
            await running.make_token()
            yield running
    finally:
        running.stop()


async def _first_call(anna: Phone, carla: Phone) -> None:
    for phone in (anna, carla):
        assert await phone.register() == 200
    await _dial_code(anna, "*51")
    call = await carla.dial("7001", tone=440)
    ring = await anna.rings()
    ring.answer()
    await ring.media.hears_tone(440)
    await call.hang_up()
    await ring.is_over()
    await _dial_code(anna, "*52")


async def _dial_code(phone: Phone, code: str) -> None:
    call = await phone.dial(code)
    await call.is_answered()
    await call.media.hears_sound()
    await call.hang_up()


def _said(page: str, shown: tuple[str, ...], text: str) -> None:
    """What the page shows is said, in that order; `…` stands for anything."""
    told = text.splitlines()
    for line in shown:
        if line == "…":
            continue
        pattern = re.sub(r"([*?[])", r"[\1]", line.strip()).replace("…", "*")
        at = next((index for index, each in enumerate(told) if fnmatchcase(each.strip(), pattern)), None)
        assert at is not None, f"{page} shows {line!r}, which is not said in:\n{text}"
        told = told[at + 1 :]


def test_a_test_that_is_named_is_there_and_its_command_too() -> None:
    typed = {command.text for page in PAGES for command in commands(page)}
    assert ELSEWHERE.keys() <= typed
    for place in ELSEWHERE.values():
        file, _, name = place.partition("::")
        assert re.search(rf"^ *(async )?def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), place


@in_one_loop
async def test_commands_in_sentences_are_right_too(world: World) -> None:
    found = list(_in_sentences())
    assert len(found) > 20
    for where, text in found:
        if text.startswith("acd "):
            _must_be_understood(where, text.split()[1:])
        else:
            said = await world.type(text)
            assert said.code == 0, f"{where} {text} ended with {said.code}:\n{said.text}"


def _in_sentences() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
            for text in re.findall(r"`([^`]+)`", line):
                if text.split()[0] in PROGRAMS and " " in text:
                    yield f"{page.name}:{number}", text.partition(" | ")[0]


def _must_be_understood(where: str, words: list[str]) -> None:
    """There is such a command, and it has these options."""
    command: click.Command = acd
    if words[0].isupper():
        return
    while isinstance(command, click.Group):
        assert words, where
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"{where}: there is no acd {words[0]}"
        command = found
        del words[0]
    known = {name for option in command.params for name in option.opts} | {"--help"}
    assert {word for word in words if word.startswith("-")} <= known, where


@in_one_loop
@pytest.mark.parametrize("page", ["install", "migration"])
async def test_the_lines_that_lead_a_number_to_a_queue_do_so(page: str, world: World) -> None:
    """With the centre and the queue of here."""
    [lines] = [
        block.lines for block in blocks(DOCS / f"{page}.md") if any("acd-number" in line for line in block.lines)
    ]
    text = "\n".join(lines).replace("centre.example", "demo.example").replace("ACD_NUMBER=600", "ACD_NUMBER=7001")
    number = lines[0].partition("=> ")[2].partition(",")[0]
    with (world.etc / "extensions.conf").open("a") as extensions:
        extensions.write(f"\n[from-outside-{page}]\n{text}\nexten => caller,1,Wait(60)\n")
    assert (await world.type("asterisk -rx 'dialplan reload'")).code == 0
    async with world.phone("1002-desk") as ben:
        assert await ben.register() == 200
        await _dial_code(ben, "*51")
        await world.comes_from_outside(number, f"from-outside-{page}")
        ring = await ben.rings(within=20)
        await world.type("asterisk -rx 'channel request hangup all'")
        await ring.is_over()


@pytest.mark.timeout(300)  # as many processes as commands
@in_one_loop
@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.stem)
async def test_every_command_does_what_the_page_says(page: Path, world: World) -> None:
    """What stands on several pages is run for the first of them."""
    for command in commands(page):
        if command.text in ELSEWHERE:
            continue
        if command.text == UP:
            _said(str(command), command.said, world.sheet)
            continue
        known = world.said.get(command.text)
        said = known[1] if known and known[0] != page.stem else await world.type(command.text)
        world.said[command.text] = (page.stem, said)
        refused = any(" has 1 fault" in line for line in command.said)
        assert said.code == (2 if refused else 0), f"{command} ended with {said.code}:\n{said.text}"
        _said(str(command), command.said, said.text)
