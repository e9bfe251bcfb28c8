"""The keys that `acd phones` gives a phone, on a phone: each lamp shows the agent's status, each key sets it."""

import asyncio
from pathlib import Path

from click.testing import CliRunner

from acd.runtime.phones import phones_command
from tests.acceptance.centre import RunningCentre
from tests.acceptance.conftest import Floor, dial_code
from tests.acceptance.parts import Part, Queue, agents, seats
from tests.phone.lamp import Lamp
from tests.phone.phone import Phone

PART = Part(users=agents("3098"), queues=(Queue(number="8098", seats=seats("3098")),))
BLF = "16"


async def keys_for(device: str, centre: RunningCentre, folder: Path) -> dict[str, str]:
    """What its keys with a lamp watch, by their labels, as a Yealink would be told."""
    asked = [
        "--server",
        "127.0.0.1",
        "--device",
        device,
        "--make",
        "yealink",
        "--state-dir",
        str(centre.home / "state"),
    ]
    ran = await asyncio.to_thread(CliRunner().invoke, phones_command, [str(folder), *asked])
    assert ran.exit_code == 0, ran.output
    lines = (folder / "yealink" / f"{device}.cfg").read_text().splitlines()[1:]
    settings = dict(line.split(" = ", 1) for line in lines)
    numbers = [name.split(".")[1] for name, of in settings.items() if name.endswith(".type") and of == BLF]
    return {settings[f"linekey.{key}.label"]: settings[f"linekey.{key}.value"] for key in numbers}


async def watched(phone: Phone, keys: dict[str, str]) -> dict[str, Lamp]:
    return {label: await phone.watch(number) for label, number in keys.items()}


async def test_every_key_sets_its_status_and_its_lamp_alone_is_lit(
    floor: Floor, centre: RunningCentre, tmp_path: Path
) -> None:
    keys = await keys_for("3098-desk", centre, tmp_path)
    phone = await floor.phone("3098-desk")
    lamps = await watched(phone, keys)
    assert len(lamps) == 8
    assert {lamp.status for lamp in lamps.values()} == {200}
    for pressed, number in keys.items():
        await dial_code(phone, number)
        for label, lamp in lamps.items():
            await lamp.shows("confirmed" if label == pressed else "terminated")


async def test_a_supervisors_phone_can_watch_an_agents_keys(
    floor: Floor, centre: RunningCentre, tmp_path: Path
) -> None:
    keys = await keys_for("3098-desk", centre, tmp_path)
    agent, other = await floor.agent("3098-desk", "*51"), await floor.caller()
    lamp = await other.watch(keys["Lunch"])
    assert lamp.state == "terminated"
    await dial_code(agent, "*551")
    await lamp.shows("confirmed")
