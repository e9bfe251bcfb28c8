"""The picture of `acd top` and `acd status`: what stands in it, that it fits, and what the keys do."""

from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from acd.doctor.sight import EngineSight
from acd.inputs import CallConnected, CallerHungUp, LegAnswered
from acd.model import BREAK, ONLINE, CallId
from acd.outputs import Outcome
from acd.runtime.glance import CallerDoing, Glance, glance
from acd.runtime.top.command import press
from acd.runtime.top.drawing import View, screen
from acd.runtime.top.lists import LISTINGS, length
from portal.views.today import Today
from tests.unit.running_centre import ALICE, BOB, DESK_OF, START, RunningCentre, arrival, offer

TAKES_CALLS = EngineSight(url="http://127.0.0.1:8090", answers=True, version="1.2.3", began=START)


class Kept:
    """The day's figures of the small centre, told every fact."""

    def __init__(self) -> None:
        self.today = Today()

    def observe(self, what: object, outcome: Outcome, ordered: object) -> None:
        for recorded in outcome.facts:
            self.today.note(recorded)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def centre(kept: Kept) -> RunningCentre:
    """Bob talks, Alice is on a break, and one waits behind him."""
    centre = RunningCentre([kept])
    centre.choose(1, BOB, ONLINE)
    centre.choose(1, ALICE, BREAK)
    centre.do(10, arrival("a"))
    centre.do(13, LegAnswered(offer=offer("a"), device=DESK_OF[BOB]))
    centre.do(13, CallConnected(call=CallId("a")))
    centre.do(20, arrival("b", name="\x1b[2JCarl [bold]"))
    return centre


def seen(centre: RunningCentre, kept: Kept, second: float) -> Glance:
    return glance(centre.state, kept.today, START + timedelta(seconds=second))


def drawn(
    now: Glance, view: View, engine: EngineSight = TAKES_CALLS, *, width: int = 80, height: int = 24
) -> list[str]:
    """The lines of the screen."""
    console = Console(file=StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    lines = console.render_lines(screen(now, engine, ["a trouble"], view, width, height))
    return ["".join(segment.text for segment in line) for line in lines]


def test_who_waits_stands_before_who_talks(centre: RunningCentre, kept: Kept) -> None:
    [account] = seen(centre, kept, 30).accounts
    assert [(row.call, row.doing, row.agents) for row in account.callers] == [
        ("b", CallerDoing.WAITING, ()),
        ("a", CallerDoing.TALKING, ("1002",)),
    ]
    assert (account.queues[0].waiting, account.queues[0].agents["talking"]) == (1, 1)


def test_the_screen_fits_and_tells_all(centre: RunningCentre, kept: Kept) -> None:
    lines = drawn(seen(centre, kept, 95), View())
    assert len(lines) <= 24
    assert {len(line) for line in lines} <= set(range(81))
    text = "\n".join(lines)
    assert "The engine takes calls (version 1.2.3, up 1:35)" in lines[0]
    assert lines[1].startswith("2 callers: 1 wait, 1 talk.  2 agents: 0 ready, 0 offline.  2 of 2 phones.")
    assert lines[2].startswith("! a trouble")
    assert "7001 Sales" in text
    [waiting] = [line for line in lines if "+15550100" in line and "waits" in line]
    assert "1:15" in waiting
    [talking] = [line for line in lines if "1002 Bob" in line]
    assert "talking" in talking
    assert "1:22" in talking
    assert "+15550100 (7001)" in talking
    assert "1001 Alice" in text
    assert "q quit" in lines[-1]


def test_what_a_caller_calls_himself_commands_neither_terminal_nor_library(centre: RunningCentre, kept: Kept) -> None:
    text = "\n".join(drawn(seen(centre, kept, 95), View(), width=120))
    assert "[2JCarl [bold]" in text
    assert "\x1b[2J" not in text


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 10), (200, 60), (20, 5), (80, 8)])
def test_a_crowd_is_cut_to_the_screen_and_can_be_scrolled(kept: Kept, width: int, height: int) -> None:
    centre = RunningCentre([kept])
    for number in range(300):
        centre.do(number, arrival(f"call-{number:03}"))
    now, view = seen(centre, kept, 400), View(chosen=1)
    lines = drawn(now, view, width=width, height=height)
    assert len(lines) <= max(height, 7 + 3), "less than three rows and their heads cannot be"
    assert all(len(line) <= width for line in lines)
    before = view.first[1]
    for _ in range(100):
        assert press(view, "page_down")
    drawn(now, view, width=width, height=height)
    assert before < view.first[1] < 300
    press(view, "home")
    assert view.first[1] == 0


def test_an_engine_that_does_not_run_is_said_with_the_time_of_the_picture(centre: RunningCentre, kept: Kept) -> None:
    gone = EngineSight(url="http://127.0.0.1:8090", answers=False)
    latest = (START + timedelta(seconds=20)).astimezone()
    first = drawn(seen(centre, kept, 95), View(), gone, width=160)[0]
    assert f"does not run; this is how it was at {latest:%H:%M:%S}" in first
    waits = EngineSight(url="http://127.0.0.1:8090", answers=True, reasons=("Asterisk is\nnot connected",))
    assert "takes no calls: Asterisk is not connected." in drawn(seen(centre, kept, 95), View(), waits, width=160)[0]


def test_keys_choose_sort_and_end(centre: RunningCentre, kept: Kept) -> None:
    view = View(chosen=1)
    now = seen(centre, kept, 95)
    begins = [line[:9] for line in drawn(now, view) if "+15550100" in line and "(7001)" not in line]
    assert len(begins) == 2
    assert press(view, "r")
    order = [line for line in drawn(now, view) if "+15550100" in line and "(7001)" not in line]
    assert ["talks" in line for line in order] == [True, False], "the other way round"
    for number, listing in enumerate(LISTINGS):
        view.chosen = number
        for _ in listing.orders:
            assert press(view, "s")
            assert listing.orders[view.order[number]].name in drawn(now, view)[-1]
        assert view.order[number] == 0
    assert (press(view, "tab"), view.chosen) == (True, 0)
    assert (press(view, "back_tab"), view.chosen) == (True, 2)
    assert press(view, "x")
    assert not press(view, "q")
    assert not press(view, "end_of_input")


def test_a_centre_where_nothing_has_happened_yet_says_so(kept: Kept) -> None:
    centre = RunningCentre([kept])
    text = "\n".join(drawn(seen(centre, kept, 5), View()))
    assert "nobody calls" in text
    centre.do(6, arrival("a"))
    centre.do(7, CallerHungUp(call=CallId("a")))
    assert seen(centre, kept, 8).accounts[0].queues[0].today.abandoned == 1


def test_lengths() -> None:
    assert [length(seconds) for seconds in (-1, 5, 65, 3723, 90_000)] == ["0:00", "0:05", "1:05", "1:02:03", "1d 01h"]
