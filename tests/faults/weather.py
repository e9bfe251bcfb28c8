"""What happens to requests and events on their way, drawn from a seed (`tests.faults.wire.Weather`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.faults.wire import Fate

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """How often, out of one."""

    lost: float = 0.0
    """Events that never come."""
    doubled: float = 0.0
    late: float = 0.0
    swapped: float = 0.0
    """Events that come after the next ones."""
    hangs: float = 0.0
    """Requests that nobody answers; half of them are carried out all the same, late."""
    answer_lost: float = 0.0
    """Requests that are carried out, and whose answer does not come."""
    refused: float = 0.0
    """Requests that are answered 500."""


CALM = Odds()


class Chance:
    """Fair weather as long as the odds are nought."""

    def __init__(self, dice: Random, odds: Odds, disturb: Callable[[str], None]) -> None:
        """`disturb`: told whom it concerns."""
        self.odds = odds
        self.happened = 0
        self._dice = dice
        self._disturb = disturb

    def of_request(self, method: str, path: Sequence[str]) -> Fate | None:
        """Most are carried out."""
        odds, roll = self.odds, self._dice.random
        if odds is CALM:
            return None
        chance = roll()
        if chance < odds.hangs:
            fate = Fate(delay_s=6.0 * roll() + 3.0, answer_lost=True)
        elif chance < odds.hangs + odds.answer_lost:
            fate = Fate(answer_lost=True)
        elif chance < odds.hangs + odds.answer_lost + odds.refused:
            fate = Fate(refused=500)
        else:
            return None
        self.happened += 1
        for part in path[1:2]:
            self._concerns(part)
        return fate

    def of_event(self, event: Json) -> tuple[float, ...]:
        """Most come once, in their order."""
        odds, roll = self.odds, self._dice.random
        if odds is CALM:
            return (0.0,)
        chance = roll()
        if chance < odds.lost:
            copies: tuple[float, ...] = ()
        elif chance < odds.lost + odds.doubled:
            copies = (0.0, 0.2 * roll())
        elif chance < odds.lost + odds.doubled + odds.late:
            copies = (3.0 * roll(),)
        elif chance < odds.lost + odds.doubled + odds.late + odds.swapped:
            copies = (0.02 * roll(),)
        else:
            return (0.0,)
        self.happened += 1
        for what in ("channel", "bridge", "playback", "endpoint"):
            if isinstance(about := event.get(what), dict):
                self._concerns(str(about.get("id") or about.get("resource") or ""))
                name = str(about.get("name", ""))
                if name.startswith("PJSIP/"):
                    self._disturb(name.removeprefix("PJSIP/").rpartition("-")[0])
        return copies

    def _concerns(self, name: str) -> None:
        call, _, rest = name.partition("~")
        self._disturb(call)
        if rest:
            self._disturb(rest.rpartition("~")[2])
