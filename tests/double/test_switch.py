"""The double by itself, on a virtual clock: one call through it, and what it costs."""

import heapq
import itertools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.double.lines import At, Line
from tests.double.parts import Json
from tests.double.switch import Switch


class Clock:
    """Goes on to whatever is due next."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, tzinfo=UTC)
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def after(self, delay: timedelta, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.now + delay, next(self._numbers), act))

    def run(self, long: timedelta = timedelta(seconds=1)) -> None:
        end = self.now + long
        while self._due and self._due[0][0] <= end:
            self.now, _, act = heapq.heappop(self._due)
            act()
        self.now = end


class Table:
    """A switch with two phones and a queue, and everything that was seen of it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.rung: list[Line] = []
        self.heard: list[Json] = []
        self.switch = Switch(lambda: self.clock.now, self.clock.after, self._people)
        self.session = self.switch.connect("acd", self.heard.append)
        for number in ("1001", "1004"):
            fields = {"callerid": f'"P{number}" <{number}>', "tenantid": "demo.example", "context": "acd-phones"}
            self.write("endpoint", f"{number}-desk", fields)
            self.switch.register(f"{number}-desk")
        self.write("domain_alias", "7001@demo.example", {"domain": "queue,"})
        self.ask("POST", "applications/acd/subscription", eventSource=["endpoint:PJSIP"])

    def _people(self, line: Line) -> None:
        if line.at is At.CALLED:
            self.rung.append(line)

    def write(self, kind: str, name: str, fields: Mapping[str, str]) -> None:
        attributes = [{"attribute": each, "value": value} for each, value in fields.items()]
        assert self.ask("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/{name}", fields=attributes)[0] == 200

    def ask(self, method: str, path: str, **given: Any) -> tuple[int, Any]:
        answers: list[tuple[int, Any]] = []
        self.switch.request(method, path.split("/"), given, lambda status, body: answers.append((status, body)))
        while not answers:
            self.clock.run(timedelta(milliseconds=1))
        return answers[0]

    def types(self, channel: str) -> list[str]:
        """What was told of this channel, in order."""
        return [each["type"] for each in self.heard if each.get("channel", {}).get("id") == channel]

    def talk(self) -> tuple[Line, Line]:
        """A caller and an agent who talk."""
        caller = self.switch.dial("1004-desk", "7001")
        assert caller is not None
        self.clock.run(timedelta(milliseconds=10))
        call = caller.channel
        leg = f"{call}~1~1001-desk"
        assert self.ask("POST", f"channels/{call}/answer") == (204, None)
        assert self.ask("POST", "bridges/hold~q", type="holding")[0] in (200, 409)
        assert self.ask("POST", "bridges/hold~q/addChannel", channel=[call]) == (204, None)
        assert self.ask("POST", f"channels/{leg}", endpoint="PJSIP/1001-desk", app="acd", appArgs="leg,x,y")[0] == 200
        self.clock.run(timedelta(milliseconds=10))
        agent = self.rung.pop()
        agent.rings()
        agent.answers()
        self.clock.run(timedelta(milliseconds=10))
        assert self.ask("POST", f"bridges/{call}~talk", type="mixing")[0] == 200
        assert self.ask("POST", f"bridges/{call}~talk/addChannel", channel=[call, leg]) == (204, None)
        return caller, agent


def test_one_call() -> None:
    table = Table()
    caller, agent = table.talk()
    call, leg = caller.channel, agent.channel
    caller.hangs_up()
    table.clock.run()
    assert agent.is_up
    assert table.ask("DELETE", f"channels/{leg}") == (204, None)
    assert table.ask("DELETE", f"bridges/{call}~talk") == (204, None)
    table.clock.run()
    assert agent.is_over
    assert table.switch.leftovers() == []
    assert [each for each in table.types(call) if each != "ChannelHangupRequest"] == [
        "ChannelCreated",
        "StasisStart",
        "ChannelStateChange",
        "ChannelStateChange",
        "ChannelEnteredBridge",
        "ChannelLeftBridge",
        "ChannelEnteredBridge",
        "ChannelLeftBridge",
        "StasisEnd",
        "ChannelDestroyed",
    ]
