"""Which faults a day has, and when: drawn from its seed, each a value that can be left out."""

from dataclasses import dataclass, replace
from random import Random
from typing import Final

from tests.faults.weather import Odds

KINDS: Final = (
    "kill",
    "stop",
    "freeze",
    "asterisk",
    "cut",
    "silence",
    "requests",
    "clock",
    "disk",
    "full",
    "database",
    "commits",
    "burst",
    "configure",
    "overload",
    "events",
)
"""kill, stop: of the engine, begun anew; freeze: SIGSTOP, then SIGKILL; asterisk: killed, begun anew; cut: of every
connection; silence: packets vanish; requests: hang, are refused, or lose their answer; clock: the system's jumps by an
hour; disk: slow; full: that disk has no room; database: stopped, or silent; commits: of the database take two seconds;
burst: many callers at once; configure: queues, assignments and phones change, come and go; overload: more calls than
Asterisk can take; events: lost, doubled, late and swapped all day long."""

SEVERED: Final = "severed"

TWO: Final = ("two", SEVERED, "kill", "stop", "freeze", "cut")
"""two: a second engine stands by on a machine of its own, and the machine of whoever serves is lost for a while.
severed: the engine that serves is cut off from the database, and the second one takes its place: it cannot know what
the first has decided meanwhile."""

LOSSY: Final = Odds(lost=0.05, doubled=0.05, late=0.05, swapped=0.05)


def troubled(odds: Odds) -> Odds:
    """Requests fail as well."""
    return replace(odds, hangs=0.05, answer_lost=0.05, refused=0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One of a day."""

    nth: int
    kind: str
    at: float
    """Seconds since the day began."""
    steps: int
    """So many happenings later, that it may strike between any two."""
    lasts: float


def draw(dice: Random, kinds: tuple[str, ...], *, until: float, every_s: float) -> list[Fault]:
    """About one in `every_s` seconds, from when everybody is at work."""
    sudden = [kind for kind in kinds if kind != "events"]
    faults: list[Fault] = []
    at = 20.0
    while sudden and at < until:
        at += dice.expovariate(1 / every_s)
        lasts = dice.choice((0.05, 0.5, 2.0, 8.0)) * (0.5 + dice.random())
        faults.append(Fault(nth=len(faults), kind=dice.choice(sudden), at=at, steps=dice.randrange(60), lasts=lasts))
        at += lasts
    return [fault for fault in faults if fault.at < until]


def slack_s(kinds: tuple[str, ...]) -> float:
    """How much longer a state may last: until the next look through the books, or until requests are answered too."""
    if "requests" in kinds:
        return 10.0
    return 4.0 if "events" in kinds else 0.0
