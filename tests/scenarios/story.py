"""Tells a story: opens its centre, gives the engine each input line, and writes down what came of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from acd.differences import KINDS, differences
from acd.engine import Engine
from acd.explain.story import Entry, Storyteller
from acd.explain.telling import as_lines
from acd.inputs import (
    AsteriskSeen,
    CallArrived,
    ConfigurationLoaded,
    DriftFound,
    EngineStarted,
    Event,
    Request,
    SetStatus,
)
from acd.journal import decode, encode
from acd.model import ONLINE, CallId
from acd.outputs import Outcome, Recorded
from acd.state import State
from tests.scenarios.declarations import Centre, StoryError, duration
from tests.scenarios.language import LOOK, MORNING, lines, understand
from tests.scenarios.transcript import transcript, words


class Story:
    """One centre from its opening on. Everything the engine decided is kept, so that a restart can fold it."""

    def __init__(self) -> None:
        self.centre = Centre()
        self.engine = Engine(State())
        self.now = MORNING
        self.journal: list[Recorded] = []
        self._arrivals: dict[CallId, datetime] = {}
        self._open = False
        self._estimates = False

    def declare(self, line: str) -> None:
        """Take in a line of the head. `closed` leaves the opening of the centre to the story."""
        if line == "closed":
            self._open = True
        elif line == "expected waits are told":
            self._estimates = True
        elif not self.centre.declare(line):
            raise StoryError(f"no declaration: {line!r}")

    def tell(self, line: str) -> list[str]:
        """Carry out an input line and give its transcript."""
        if not self._open:
            self._opening()
        if line.startswith("wait "):
            return self._wait(self.now + duration(line.removeprefix("wait ").strip()))
        if line.startswith("the engine restarts"):
            after = line.removeprefix("the engine restarts").removeprefix(" after ")
            return self._restart(duration(after or "0s"))
        if line.startswith("explain "):
            return self._explain(CallId(line.removeprefix("explain ")))
        what = understand(line, self.centre, self._arrivals, self.now)
        if isinstance(what, CallArrived):
            self._arrivals.setdefault(what.call, self.now)
        if isinstance(what, AsteriskSeen) and line.startswith(LOOK):
            return self._look(what)
        return self._told(self._give(what), timed=False)

    def _opening(self) -> None:
        self._open = True
        self._give(ConfigurationLoaded(configuration=self.centre.configuration()))
        self._give(EngineStarted())
        self._give(AsteriskSeen(registered=frozenset(self.centre.devices)))
        for agent in self.centre.online:
            self._give(SetStatus(agent=agent, status=ONLINE))

    def _give(self, what: Event | Request) -> Outcome:
        return self._keep(self.engine.handle(what, self.now))

    def _keep(self, outcome: Outcome) -> Outcome:
        self.journal.extend(outcome.facts)
        return outcome

    def _look(self, seen: AsteriskSeen) -> list[str]:
        """What is found otherwise than the books have it, and how it is settled."""
        found = tuple(differences(self.engine.state, seen))
        told = self._told(self._give(DriftFound(differences=found)), timed=False) if found else []
        return [*(f"= {words(KINDS[type(each)])}" for each in found), *told]

    def _wait(self, until: datetime) -> list[str]:
        """Let time pass: the engine is woken at each of its deadlines, and shown with the story's clock."""
        told: list[str] = []
        while (deadline := self.engine.deadline) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            told += self._told(self._keep(self.engine.advance(self.now)), timed=True)
            assert self.engine.deadline != deadline, f"the deadline of {deadline} does not pass"
        self.now = until
        return told

    def _restart(self, dead: timedelta) -> list[str]:
        """Die, fold the journal as the database would give it back, and begin again a while later."""
        self.now += dead
        state = State()
        for recorded in self.journal:
            state.apply(decode(*encode(recorded.fact)), recorded.at)
        self.engine = Engine(state)
        return self._told(self._give(EngineStarted()), timed=bool(dead))

    def _explain(self, call: CallId) -> list[str]:
        """What `acd explain` makes of the journal so far."""
        return [f"? {line}" for line in as_lines(call, explained(call, self.journal), UTC)]

    def _told(self, outcome: Outcome, *, timed: bool) -> list[str]:
        return transcript(outcome, timed=timed, estimates=self._estimates)


def explained(call: CallId, journal: Sequence[Recorded]) -> list[Entry]:
    """The story of one call, as this journal gives it."""
    teller = Storyteller(call, State())
    for recorded in journal:
        teller.take(recorded)
    teller.finish()
    return teller.entries


def told(text: str) -> str:
    """The story with the transcripts as the engine tells them now.

    Raises:
        StoryError: a line fits no pattern; the text names the line.
    """
    return "\n".join(_tell(text)[1]).rstrip() + "\n"


def journal_of(text: str) -> list[Recorded]:
    """All that is decided in a story. Raises as `told` does."""
    return _tell(text)[0].journal


def _tell(text: str) -> tuple[Story, list[str]]:
    story = Story()
    written: list[str] = []
    for line in lines(text):
        try:
            match line.kind:
                case "note":
                    written.append(line.text)
                case "head":
                    story.declare(line.text)
                    written.append(line.text)
                case "input":
                    written += [line.text, *story.tell(line.text)]
                case _:
                    pass
        except StoryError as wrong:
            raise StoryError(f"line {line.number}: {wrong}") from None
    return story, written
