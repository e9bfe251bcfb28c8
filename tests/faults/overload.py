"""More calls than Asterisk can take: it has much to do for every request and event, and these pile up.

It stands between the wire and the rest of the weather (`tests.faults.wire.Weather`). What the dial plan does by itself
is not slow: who is turned away there hears so at once.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from tests.faults.clockwork import World
from tests.faults.people import People
from tests.faults.wire import Fate, Weather

Json = dict[str, Any]

TAKES_S: Final = {"requests": 0.012, "events": 0.006}
"""One request, one event, of an Asterisk that has too much to do; as a rule they take no time at all."""

CALLS_PER_S: Final = 40.0
RECOVERED_WITHIN_S: Final = 10.0
NOTICED_WITHIN_S: Final = 3.0
BEHIND_S: Final = 2.5
"""So much may have piled up at most, once the gate has had time to notice."""

FIRST: Final = 2_000_000
"""The number of the first caller of an overload."""


class Overload:
    """Of a day: none, or one after the other."""

    def __init__(self, world: World, weather: Weather, people: People, broken: Callable[[str], None]) -> None:
        self._world, self._weather, self._people, self._broken = world, weather, people, broken
        self._since = self._until = 0.0
        self._busy_until = {"requests": 0.0, "events": 0.0}
        """There is a thread for each."""
        self._callers = 0

    def begin(self, for_s: float, is_undisturbed: Callable[[], bool]) -> None:
        """Now. `is_undisturbed`: whether nothing else has happened since, so that the gate can be judged."""
        now = self._world.now
        if not self.is_on:
            self._since = now
        self._until = max(self._until, now + for_s)
        for nth in range(int(for_s * CALLS_PER_S)):
            self._callers += 1
            call = partial(self._people.calls, FIRST + self._callers, in_a_hurry=True)
            self._world.after(nth / CALLS_PER_S, call)
        self._world.after(for_s, lambda: self._look(is_undisturbed, "at its end", BEHIND_S))
        self._world.after(for_s + RECOVERED_WITHIN_S, lambda: self._recovered(is_undisturbed))

    @property
    def is_on(self) -> bool:
        """Whether Asterisk is behind with its work, or could be."""
        return self._world.now < self._until or self.behind_s > 0

    @property
    def behind_s(self) -> float:
        """How long it will take to work off what there is."""
        return max(0.0, max(self._busy_until.values()) - self._world.now)

    def _look(self, is_undisturbed: Callable[[], bool], when: str, most_s: float) -> None:
        if is_undisturbed() and self.behind_s > most_s and self._world.now - self._since > NOTICED_WITHIN_S:
            self._broken(f"Asterisk is {self.behind_s:.3f} s behind {when} of the overload: too many were let in")

    def _recovered(self, is_undisturbed: Callable[[], bool]) -> None:
        self._look(is_undisturbed, f"{RECOVERED_WITHIN_S} s after the end", 0.0)
        places = self._people.scene.exchange.variables.get("ACD_PLACES", "")
        if is_undisturbed() and places:
            self._broken(f"the gate lets in {places} only, {RECOVERED_WITHIN_S} s after the overload")

    # --- the way to Asterisk and back

    def of_request(self, method: str, path: Sequence[str]) -> Fate | None:
        """Waits until those before it are done."""
        fate, late_s = self._weather.of_request(method, path), self._wait("requests")
        if fate is None:
            return Fate(delay_s=late_s) if late_s else None
        fate.delay_s += late_s
        return fate

    def of_event(self, event: Json) -> tuple[float, ...]:
        """Waits until those before it are told."""
        late_s = self._wait("events")
        copies = self._weather.of_event(event)
        return tuple(late_s + each for each in copies) if late_s else copies

    def _wait(self, what: str) -> float:
        now = self._world.now
        until = max(now, self._busy_until[what])
        if now < self._until:
            until += TAKES_S[what]
        self._busy_until[what] = until
        return until - now
