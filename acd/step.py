"""One step of the engine under way: its instant, and what it has decided so far."""

from dataclasses import dataclass, field
from datetime import datetime

from acd.inputs import Difference
from acd.outputs import Command, Fact, Recorded
from acd.state import State


@dataclass(slots=True)
class Step:
    """What the rules write to. A fact is applied at once, so that the next rule sees it."""

    state: State
    now: datetime
    facts: list[Recorded] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    stale: bool = False
    corrected: list[Difference] = field(default_factory=list)

    def record(self, fact: Fact) -> None:
        """It is so, from now on."""
        self.state.apply(fact, self.now)
        self.facts.append(Recorded(at=self.now, fact=fact))

    def order(self, command: Command) -> None:
        """Asterisk shall do this."""
        self.commands.append(command)

    def pass_over(self) -> None:
        """The event fits nothing any more: an answer too late, news told twice."""
        self.stale = True
