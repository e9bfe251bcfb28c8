"""Every topic in everybody's name, from the table of topics: he sees what is his, and of the rest not a word."""

from collections.abc import Mapping
from typing import Final

import pytest

from acd.inputs import SetStatus
from acd.model import ONLINE, agent_id
from portal.live.topics import TOPICS
from tests.portal.centre_day import Day
from tests.portal.live import OURS, THEIRS, LivePortal
from tests.portal.watching import watching

QUEUES: Final = ("7001", "7002", "7009", "", "../7001", "7001@theirs.example", "7009@theirs.example")
"""Both of ours, theirs, and what is none."""

ASKED: Final = tuple(
    topic
    for name, entry in TOPICS.items()
    for topic in ([f"{name}/{queue}" for queue in QUEUES] if entry.of_queue else [name])
)

SEEN: Final[Mapping[str, Mapping[str, set[str]]]] = {
    "1001": {"me": {"me"}, "my_statistics": {"me"}, "my_queues": {"7001"}, "waiting/7001": {"sales"}},
    "1002": {
        "me": {"me"},
        "my_statistics": {"me"},
        "my_queues": set(),
        "waiting/7001": {"sales"},
        "queues": {"7001"},
        "agents": {"1001"},
        "wallboard": {"7001"},
    },
    "1003": {
        "me": {"me"},
        "my_statistics": {"me"},
        "my_queues": set(),
        "waiting/7001": {"sales"},
        "waiting/7002": {"support"},
        "queues": {"7001", "7002"},
        "agents": {"1001", "1004"},
        "wallboard": {"7001", "7002"},
    },
    "1004": {"me": {"me"}, "my_statistics": {"me"}, "my_queues": {"7002"}, "waiting/7002": {"support"}},
}
"""By extension, what there is to see, row by row. Whatever else is asked is refused."""

NOT_FOR_AGENTS: Final = {"queues", "agents", "wallboard"}
SECRETS: Final[Mapping[str, tuple[str, ...]]] = {
    "1001": ("Support", '"7002', "Hidden", '"1004', "Dan"),
    "1002": ("Support", '"7002', "Hidden", '"1004', "Dan"),
    "1003": (),
    "1004": ("Sales", '"7001', "Shown", '"1001', "Anna"),
}
"""Of our own account, what each of them must not hear of. Numbers as a text begins: instants have digits too."""
FOREIGN: Final = ("Foreign", "foreign", "theirs", '"7009', '"2001', '"0909')


@pytest.mark.parametrize("extension", SEEN)
async def test_everybody_sees_his_own_and_nothing_else(live: LivePortal, extension: str) -> None:
    day = Day(live.engine)
    day.open()
    day.calls("sales", "7001", name="Shown")
    day.calls("support", "7002", name="Hidden")
    day.calls("theirs", "7009", account=THEIRS, number="0909", name="Foreign Caller")
    browser = await live.browser(f"{extension}@ours.example")
    async with watching(browser, *ASKED) as page:
        assert {topic: set(rows) for topic, rows in page.rows.items()} == SEEN[extension]
        refused = {topic: "403" if topic in NOT_FOR_AGENTS else "404" for topic in ASKED if topic not in page.rows}
        assert page.refused == refused
        await _much_happens(day)
        first = next(iter(page.rows))
        await page.watch()
        await page.shows(first)
        for secret in (*FOREIGN, *SECRETS[extension]):
            assert secret not in page.heard, secret


async def _much_happens(day: Day) -> None:
    """In every queue, ours and theirs: somebody answers, somebody declines, somebody hangs up."""
    for account, extension, call in ((OURS, "1001", "sales"), (OURS, "1004", "support"), (THEIRS, "2001", "theirs")):
        agent = agent_id(account, extension)
        assert await day.engine.ask(SetStatus(agent=agent, status=ONLINE)) is None
        device = next(iter(day.engine.state.devices_of[agent]))
        day.answers(call, device)
        day.hangs_up(call)
