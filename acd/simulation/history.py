"""People as they were: a span of the journal taken apart into what came from outside and what people did about it.

Where the run goes as it went, they do what they did, at the very instants. Where it goes another way something may be
asked of them that nobody has seen; then it is drawn from what was seen in the span:

- Patience: he who hung up had just so much. He who was answered had more than he waited, how much more nobody knows
  (it is censored): drawn from the Kaplan-Meier estimate of all callers' patience, beyond what he waited. Who was more
  patient than anybody who hung up stays for ever.
- Talk: of him who was never answered, as long as some other one's of his queue. One that outlasts the span does so.
- Ringing: an offer that was not made to this agent for this call, or was taken away before he moved, goes as some
  offer of his that came to its end, and did not end sooner than that.
"""

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

from acd.inputs import LegEnd
from acd.model import AgentId, CallId, OfferId, QueueId
from acd.outputs import (
    AnnouncementStarted,
    CallAnswered,
    CallbackDialled,
    ConfirmationAsked,
    OfferMade,
    Source,
    StatusChanged,
    TalkStarted,
    WrapUpStarted,
)
from acd.simulation.chance import ANNOUNCEMENT, CONFIRMED_AFTER, REACHED_AFTER, Roll
from acd.simulation.run import Ending, Reaction
from acd.simulation.traffic import Dice

USUAL_TALK: Final = timedelta(minutes=3)
USUAL_ANSWER: Final = timedelta(seconds=5)
BACK_AFTER: Final = timedelta(minutes=5)
"""Where the span holds none at all."""


Value = TypeVar("Value")


@dataclass(slots=True)
class Rung:
    """One offer as it went: what its phones told, and how long it rang if nobody has ended it."""

    since: datetime
    reactions: list[Reaction] = field(default_factory=list[Reaction])
    rang: timedelta = timedelta(0)
    complete: bool = False
    """It was answered, refused, or rung to its end; else it was taken away, or outlasts the span."""
    asked_at: datetime | None = None
    """When he who picked up was asked for the key that takes the call."""
    confirmed: timedelta | None = None
    """How long after that he pressed it; None: he did not."""

    @property
    def moved(self) -> timedelta:
        """When somebody did something about it, or it had rung to its end."""
        return self.reactions[-1].after if self.reactions else self.rang


@dataclass(slots=True)
class Known:
    """What the span tells of its people."""

    hung_up: dict[tuple[CallId, QueueId], timedelta] = field(default_factory=dict[tuple[CallId, QueueId], timedelta])
    """Whose patience is known: it ended while he waited in this queue."""
    stayed: dict[CallId, timedelta] = field(default_factory=dict[CallId, timedelta])
    """Who waited so long, at least, when he was answered or left in another way."""
    talks: dict[CallId, deque[Ending]] = field(default_factory=lambda: defaultdict(deque[Ending]))
    talks_in: dict[QueueId, list[timedelta]] = field(default_factory=lambda: defaultdict(list[timedelta]))
    outlasts: dict[CallId, timedelta] = field(default_factory=dict[CallId, timedelta])
    """Whose talk was not over at the end of the span, and how long it was then."""
    rung: dict[tuple[CallId, AgentId], deque[Rung]] = field(default_factory=lambda: defaultdict(deque[Rung]))
    rung_at: dict[AgentId, list[Rung]] = field(default_factory=lambda: defaultdict(list[Rung]))
    joined: dict[CallId, deque[tuple[timedelta, bool]]] = field(
        default_factory=lambda: defaultdict(deque[tuple[timedelta, bool]])
    )
    ready: dict[CallId, timedelta] = field(default_factory=dict[CallId, timedelta])
    """When the agent ended his wrap-up after this call by himself."""
    called_back: dict[CallId, deque[tuple[timedelta, LegEnd | None]]] = field(
        default_factory=lambda: defaultdict(deque[tuple[timedelta, LegEnd | None]])
    )
    told: dict[CallId, deque[timedelta]] = field(default_factory=lambda: defaultdict(deque[timedelta]))
    """How long his agents listened to who comes."""
    listened: dict[tuple[CallId, int], timedelta] = field(default_factory=dict[tuple[CallId, int], timedelta])
    taken_offline: set[tuple[AgentId, datetime]] = field(default_factory=set[tuple[AgentId, datetime]])


class AsTheyWere:
    """The people of a span; `acd.simulation.run.People`."""

    def __init__(self, known: Known, roll: Roll) -> None:
        """`roll` gives the dice for what is not known."""
        self._known = known
        self._roll = roll
        self._ringing: dict[OfferId, Rung] = {}
        patience = {call: time for (call, _), time in known.hung_up.items()}
        self._survival = survival(patience.values(), known.stayed.values())
        self.drawn: dict[str, int] = defaultdict(int)
        """How often something had to be drawn, by what it was."""

    def patience(self, call: CallId, queue: QueueId) -> timedelta | None:
        """As it was, or drawn beyond what he waited."""
        exact = self._known.hung_up.get((call, queue))
        if exact is not None:
            return exact
        self.drawn["patience"] += 1
        waited = self._known.stayed.get(call, timedelta(0))
        return residual(self._survival, waited, self._roll(f"patience {call}").random())

    def reactions(self, fact: OfferMade) -> Sequence[Reaction]:
        """As then, where this agent was rung for this call."""
        then = self._known.rung.get((fact.call, fact.agent))
        if not then:
            return self._drawn_reaction(fact, timedelta(0))
        rung = self._ringing[fact.offer] = then.popleft()
        known = rung.complete or rung.asked_at is not None
        return rung.reactions if known else (*rung.reactions, *self._drawn_reaction(fact, rung.rang))

    def _drawn_reaction(self, fact: OfferMade, rang: timedelta) -> Sequence[Reaction]:
        dice = self._roll(f"ring {fact.offer} {fact.agent}")
        own = [rung for rung in self._known.rung_at.get(fact.agent, ()) if rung.moved > rang]
        pool = own or [rung for all_ in self._known.rung_at.values() for rung in all_ if rung.moved > rang]
        self.drawn["answer"] += 1
        if not pool:
            return (Reaction(max(USUAL_ANSWER, rang), fact.devices[0]),)
        like = _any_of(pool, dice)
        return [Reaction(reaction.after, fact.devices[0], reaction.ended) for reaction in like.reactions[-1:]]

    def confirms(self, fact: ConfirmationAsked) -> timedelta | None:
        """As then, else soon."""
        rung = self._ringing.get(fact.offer)
        return CONFIRMED_AFTER if rung is None or rung.asked_at is None else rung.confirmed

    def is_told(self, fact: CallAnswered) -> timedelta:
        """As long as then."""
        then = self._known.told.get(fact.call)
        return then.popleft() if then else ANNOUNCEMENT

    def called_back(self, fact: CallbackDialled) -> tuple[timedelta, LegEnd | None]:
        """As then, else he picks up."""
        then = self._known.called_back.get(fact.call)
        return then.popleft() if then else (REACHED_AFTER, None)

    def joining(self, call: CallId, agent: AgentId) -> tuple[timedelta, bool]:
        """As then, else at once."""
        then = self._known.joined.get(call)
        return then.popleft() if then else (timedelta(0), True)

    def talk(self, fact: TalkStarted) -> Ending:
        """As long as then, whoever talks with him."""
        then = self._known.talks.get(fact.call)
        if then:
            return then.popleft()
        self.drawn["talk"] += 1
        least = self._known.outlasts.get(fact.call, timedelta(0))
        pool = self._known.talks_in.get(fact.queue) or [t for all_ in self._known.talks_in.values() for t in all_]
        longer = [talk for talk in pool if talk > least]
        return Ending(_any_of(longer, self._roll(f"talk {fact.call}")) if longer else least + USUAL_TALK)

    def ready(self, fact: WrapUpStarted) -> timedelta | None:
        """As after this call then, whoever had it."""
        return self._known.ready.get(fact.call)

    def back(self, fact: StatusChanged, at: datetime) -> timedelta | None:
        """He comes when he came, if it went so; else after a while."""
        if fact.source is not Source.MISSED_OFFERS or (fact.agent, at) in self._known.taken_offline:
            return None
        return BACK_AFTER

    def listens(self, fact: AnnouncementStarted) -> timedelta:
        """As long as then."""
        return self._known.listened.get((fact.call, fact.number), ANNOUNCEMENT)


def _any_of(pool: Sequence[Value], dice: Dice) -> Value:
    return pool[int(dice.random() * len(pool))]


# --- patience

Survival = list[tuple[timedelta, float]]
"""By time: the part of all callers who would still wait after it."""


def survival(hung_up: Iterable[timedelta], stayed: Iterable[timedelta]) -> Survival:
    """The Kaplan-Meier estimate: of those who still waited at each instant, how many hung up then."""
    left = sorted(
        [*((time, True) for time in hung_up), *((time, False) for time in stayed)], key=lambda e: (e[0], not e[1])
    )
    part, found = 1.0, Survival()
    for number, (time, gave_up) in enumerate(left):
        if gave_up:
            part *= 1 - 1 / (len(left) - number)
            found.append((time, part))
    return found


def residual(curve: Survival, waited: timedelta, chance: float) -> timedelta | None:
    """A patience longer than `waited`: `chance`, from 0 up to 1, says which. None: longer than any that was seen."""
    first = bisect_right(curve, waited, key=lambda entry: entry[0])
    still = (1 - chance) * (curve[first - 1][1] if first else 1.0)
    gone = bisect_right(curve, -still, lo=first, key=lambda entry: -entry[1])
    return curve[gone][0] if gone < len(curve) else None
