"""Callers and agents: what each does is drawn from dice of his own, so that leaving one out changes no other.

They know only what a person knows: whether their phone rings, what they hear, and with whom they talk.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Final, Protocol

from acd.model import AgentId, Configuration, DeviceId
from tests.double.lines import At, Line
from tests.faults.centre import Centre
from tests.faults.clockwork import World
from tests.faults.scene import Scene

ALONE_FOR_S: Final = 40.0
"""So long an agent waits in an answered call for somebody to speak."""

CALL_BACK: Final = "2"
"""The key that asks to be called back."""

BUSY: Final = 17
"""The cause with which Asterisk ends the calls that it has no place for."""

PROMISED_FOR_S: Final = 600.0
"""So long somebody may wait to be called back: three attempts, and for an agent before each."""

HEARD: Final = {
    "sound:acd/available": "online",
    "sound:acd/available-for-one-call": "single_call",
    "sound:acd/unavailable": "offline",
    "sound:acd/in-a-meeting": "meeting",
}
"""What an agent knows of himself once he has heard this."""

SETS: Final = {"*51": "online", "*50": "single_call", "*52": "offline", "*553": "meeting"}


@dataclass(slots=True, kw_only=True)
class Caller:
    """Somebody calls a queue."""

    nth: int
    number: str
    dice: Random
    patience_s: float
    talk_s: float
    device: DeviceId
    began: float
    line: Line | None = None
    in_talk: bool = False
    keys: str = ""
    """What he has pressed."""
    hung_up: bool = False
    """By himself."""
    again: bool = False
    """Somebody has called from this phone before, and may have left him a place."""


@dataclass(slots=True, kw_only=True)
class Person:
    """An agent."""

    id: AgentId
    phones: tuple[DeviceId, ...]
    dice: Random
    lines: list[Line] = field(default_factory=list[Line])
    """All calls of his phones."""
    began: dict[str, float] = field(default_factory=dict[str, float])
    """When each began, by channel."""
    knows: str = ""
    """The status that was confirmed to him last; empty: he cannot be sure."""
    coded_at: float = -1e9
    """When he dialled a star code last."""


class Minutes(Protocol):
    """Who takes the minutes of what people do."""

    def note(self, *words: object) -> None:
        """For the transcript."""
        ...

    def turned_away(self, nth: int, after_s: float) -> None:
        """This caller hears busy, so long after he dialled."""
        ...

    def rang(self, person: Person, line: Line) -> None:
        """A leg has begun to ring at him."""
        ...

    def leg_over(self, person: Person, line: Line, *, by_himself: bool) -> None:
        """His part of a queue call has ended."""
        ...


class People:
    """Everybody."""

    def __init__(
        self, world: World, centre: Centre, roll: Callable[[str], Random], minutes: Minutes, *, lively: bool
    ) -> None:
        self.scene: Scene
        self.callers: dict[str, Caller] = {}
        """By the channel on which he is."""
        self.callers_by_phone: dict[DeviceId, Caller] = {}
        self.agents = {
            person: Person(id=person, phones=phones, dice=roll(f"agent {person}"))
            for person, phones in centre.phones.items()
        }
        self._extensions = [person.partition("@")[0] for person in self.agents]
        self.of_phone = {phone: person for person in self.agents.values() for phone in person.phones}
        self.going_home = False
        """The day is over: nobody begins anything."""
        self._last_call: dict[DeviceId, float] = {}
        self._asked_back: dict[DeviceId, float] = {}
        """When somebody asked from this phone to be called back, last."""
        self.turned_away = 0
        """Callers who heard busy."""
        self.not_served = 0
        """Callers whom Asterisk would not even hear."""
        self._world, self._centre, self._roll, self._minutes = world, centre, roll, minutes
        self._lively = lively
        self._confirms: set[AgentId] = set()
        self._tell_who_confirms(centre.configuration)

    # --- the morning

    def begin(self) -> None:
        """Agents come to work."""
        for device in self._centre.outside:
            self._world.after(0.5, partial(self.scene.register, device))
        for person in self.agents.values():
            self._world.after(0.5 + person.dice.random(), partial(self._switches_on, person))
            self._world.after(3 + person.dice.random(), partial(self._codes, person, "*51"))
            self._world.after(60 * person.dice.random() + 20, partial(self._does_something, person))

    def _switches_on(self, person: Person) -> None:
        missing = [phone for phone in person.phones if not self.scene.register(phone)]
        if missing and not self.going_home:
            self._world.after(2, lambda: self._switches_on(person))

    def configured(self, configuration: Configuration) -> None:
        """Other rules: who is to press a key hears it, and a phone that was away says where it is."""
        self._tell_who_confirms(configuration)
        for person in self.agents.values():
            self._switches_on(person)

    def _tell_who_confirms(self, configuration: Configuration) -> None:
        self._confirms |= {agent for (agent, _), each in configuration.assignments.items() if each.confirm}

    def back_again(self) -> None:
        """Asterisk is there again: phones say where they are."""
        for device in self._centre.outside:
            self.scene.register(device)
        for person in self.agents.values():
            self._switches_on(person)

    # --- callers, in the order of a call

    def calls(self, nth: int, *, in_a_hurry: bool = False) -> None:
        """The nth caller picks up his phone."""
        dice = self._roll(f"caller {nth}")
        free = [device for device in self._centre.outside if device not in self.callers_by_phone]
        if not free:
            self.not_served += 1
            return
        caller = Caller(
            nth=nth,
            number=dice.choice(self._centre.numbers),
            dice=dice,
            patience_s=2 * dice.random() if in_a_hurry else 5 + dice.expovariate(1 / 45),
            talk_s=2 + dice.expovariate(1 / 20),
            began=self._world.now,
            device=free[dice.randrange(len(free))],
        )
        caller.again = self._last_call.get(caller.device, -1e9) > self._world.now - 120 or (
            self._asked_back.get(caller.device, -1e9) > self._world.now - PROMISED_FOR_S
        )
        line = self.scene.dial(caller.device, caller.number)
        if line is None:
            self.not_served += 1
            return
        caller.line = line
        self.callers[line.channel] = self.callers_by_phone[caller.device] = caller
        self._minutes.note("caller", nth, "dials", caller.number, line.channel)
        self._world.after(caller.patience_s, lambda: self._loses_patience(caller))
        if dice.random() < 0.25:
            key = dice.choice("2299#15")
            self._world.after(2 + 20 * dice.random(), lambda: self._presses(caller, key))

    def _loses_patience(self, caller: Caller) -> None:
        if not caller.in_talk:
            self.hangs_up(caller)

    def _presses(self, caller: Caller, key: str) -> None:
        if caller.line is not None and caller.line.at is At.UP and not caller.in_talk:
            caller.keys += key
            if key == CALL_BACK:
                self._asked_back[caller.device] = self._world.now
            self._minutes.note("caller", caller.nth, "presses", key)
            caller.line.presses(key)

    def hangs_up(self, caller: Caller) -> None:
        """He has had enough, or has said everything."""
        if caller.line is not None and caller.line.at is not At.OVER:
            caller.hung_up = True
            self._minutes.note("caller", caller.nth, "hangs up")
            caller.line.hangs_up()
            self._forget(caller)

    def has_called_before(self, caller: Caller) -> bool:
        """Whether he may have a place: from his phone somebody hung up a short time ago, or asked to be called back."""
        return caller.again

    def meet(self, caller: Caller, person: Person, leg: Line) -> None:
        """The two hear each other."""
        if caller.in_talk:
            return
        caller.in_talk = True
        dice = caller.dice
        what = dice.random()
        if what < 0.45:
            self._world.after(caller.talk_s, lambda: self.hangs_up(caller))
        else:
            self._world.after(caller.talk_s, lambda: self._agent_hangs_up(person, leg))
            self._world.after(caller.talk_s + 30, lambda: self.hangs_up(caller))
        if self._lively and dice.random() < 0.15:
            self._world.after(caller.talk_s * 0.3, leg.holds)
            self._world.after(caller.talk_s * 0.6, leg.resumes)
        if self._lively and what > 0.92:
            number = dice.choice((*self._centre.numbers, *self._extensions))
            passes = self._consults if dice.random() < 0.6 else self._transfers
            self._world.after(caller.talk_s * 0.8, lambda: passes(caller, person, leg, number))

    def _transfers(self, caller: Caller, person: Person, leg: Line, number: str) -> None:
        if leg.at is At.UP and caller.line is not None and caller.line.at is At.UP:
            caller.keys += "T"
            caller.in_talk = False
            self._minutes.note("agent", person.id, "passes", leg.channel, "on to", number)
            leg.transfers(number)
            self._world.after(caller.patience_s, lambda: self._loses_patience(caller))
            self._world.after(240, lambda: self.hangs_up(caller))

    def _consults(self, caller: Caller, person: Person, leg: Line, number: str) -> None:
        """Calls that number on his second line, and passes the caller on once somebody answers there."""
        if leg.at is not At.UP or caller.line is None or caller.line.at is not At.UP:
            return
        second = self.scene.dial(leg.device, number)
        if second is None:
            return
        self._minutes.note("agent", person.id, "consults", number, second.channel)
        self._take_up(person, second)

        def passes() -> None:
            if leg.at is At.UP and caller.line is not None and caller.line.at is At.UP and second.is_up:
                caller.keys += "T"
                caller.in_talk = False
                self._minutes.note("agent", person.id, "passes", leg.channel, "on to", second.channel)
                leg.transfers_to(second)
                self._world.after(caller.patience_s, lambda: self._loses_patience(caller))
                self._world.after(240, lambda: self.hangs_up(caller))
                self._world.after(8, lambda: self._agent_hangs_up(person, second))
            else:
                self._agent_hangs_up(person, second)

        self._world.after(4 + 4 * person.dice.random(), passes)

    def _forget(self, caller: Caller) -> None:
        if caller.line is not None:
            self.callers.pop(caller.line.channel, None)
        if self.callers_by_phone.get(caller.device) is caller:
            del self.callers_by_phone[caller.device]
            self._last_call[caller.device] = self._world.now

    # --- what phones tell them

    def __call__(self, line: Line) -> None:
        """A call has come, was answered by the other side, or is over."""
        person = self.of_phone.get(DeviceId(line.device))
        if person is not None:
            self._agents_phone(person, line)
            return
        caller = self.callers_by_phone.get(DeviceId(line.device))
        if line.at is At.OVER and caller is not None and caller.line is line:
            self._minutes.note("caller", caller.nth, "is let go")
            if line.cause == BUSY and not caller.keys:
                self.turned_away += 1
                self._minutes.turned_away(caller.nth, self._world.now - caller.began)
            self._forget(caller)
        elif line.at is At.CALLED:  # he is called back
            self._world.after(0.1, line.rings)
            dice = self._roll(f"called back {line.channel}")
            if caller is None and dice.random() < 0.8:
                self._world.after(3 + 4 * dice.random(), line.answers)
                self._world.after(40 + 20 * dice.random(), line.hangs_up)
            elif caller is not None:
                line.refuses(486)

    def _agents_phone(self, person: Person, line: Line) -> None:
        if line.at is At.OVER:
            self._over(person, line)
        elif line.at is At.CALLED:
            self._take_up(person, line)
            self._reacts(person, line)

    def _take_up(self, person: Person, line: Line) -> None:
        person.lines.append(line)
        person.began[line.channel] = self._world.now

    def _over(self, person: Person, line: Line) -> None:
        if line in person.lines:
            self._drop(person, line, by_himself=False)

    def _drop(self, person: Person, line: Line, *, by_himself: bool) -> None:
        person.lines.remove(line)
        person.began.pop(line.channel, None)
        if "~" in line.channel:
            self._minutes.leg_over(person, line, by_himself=by_himself)

    # --- agents

    def _reacts(self, person: Person, line: Line) -> None:
        dice = person.dice
        self._world.after(0.05, line.rings)
        if "~" in line.channel:
            self._minutes.rang(person, line)
        chance, after = dice.random(), 1 + 3 * dice.random()
        if chance < 0.86:
            self._world.after(after, lambda: self._picks_up(person, line))
        elif chance < 0.93:
            status = dice.choice((486, 603, 480))
            self._world.after(after, lambda: self._refuses(person, line, status))

    def _refuses(self, person: Person, line: Line, status: int) -> None:
        if line.at is At.CALLED:
            self._minutes.note("agent", person.id, "refuses", line.channel, status)
            line.refuses(status)
            self._drop(person, line, by_himself=True)

    def _picks_up(self, person: Person, line: Line) -> None:
        if line.at is not At.CALLED:
            return
        if any(other.at is At.UP and other is not line for other in person.lines):
            self._world.after(2, lambda: self._picks_up(person, line))
            return
        self._minutes.note("agent", person.id, "picks up", line.channel)
        line.answers()
        if person.id in self._confirms:
            self._world.after(2.5, lambda: line.presses("1"))
        self._world.after(ALONE_FOR_S, lambda: self._alone(person, line))

    def _alone(self, person: Person, line: Line) -> None:
        caller = self.callers.get(line.channel.partition("~")[0])
        if line.at is At.UP and not (caller is not None and caller.in_talk):
            self._agent_hangs_up(person, line)
        elif line.at is At.UP:
            self._world.after(ALONE_FOR_S, lambda: self._alone(person, line))

    def _agent_hangs_up(self, person: Person, line: Line) -> None:
        if line.at is not At.OVER and line in person.lines:
            self._minutes.note("agent", person.id, "hangs up", line.channel)
            line.hangs_up()
            self._drop(person, line, by_himself=True)

    def heard(self, device: str, media: tuple[str, ...]) -> None:
        """A phone has played this to the end."""
        person = self.of_phone.get(DeviceId(device))
        if person is not None and media and media[0] in HEARD:
            person.knows = HEARD[media[0]]

    def _codes(self, person: Person, code: str) -> None:
        """He dials a star code; what he is told he believes."""
        if self.going_home:
            return
        line = self.scene.dial(person.phones[0], code)
        if line is None:
            self._world.after(3, lambda: self._codes(person, code))
            return
        self._minutes.note("agent", person.id, "dials", code, line.channel)
        person.coded_at = self._world.now
        if code in SETS:
            person.knows = ""
        self._take_up(person, line)
        self._world.after(15, lambda: self._agent_hangs_up(person, line))

    def _does_something(self, person: Person) -> None:
        if self.going_home:
            return
        dice = person.dice
        again = 20 + dice.expovariate(1 / 60) if self._lively else 30.0
        self._world.after(again, lambda: self._does_something(person))
        if person.knows != "online":
            self._codes(person, "*51")
            return
        if not self._lively:
            return
        chance = dice.random()
        if chance < 0.25:
            self._codes(person, dice.choice(("*52", "*553", "*50", "*51")))
        elif chance < 0.45:
            self._codes(person, dice.choice(("*53", "*54", "*54", "*559")))
        elif chance < 0.65 and not person.lines:
            self._rings_somebody(person, dice.choice((*self._centre.numbers[:1], *self._extensions)))
        elif chance < 0.75:
            self._drops_off(person, 5 + 10 * dice.random())

    def _rings_somebody(self, person: Person, number: str) -> None:
        line = self.scene.dial(person.phones[0], number)
        if line is not None:
            self._minutes.note("agent", person.id, "calls", number, line.channel)
            self._take_up(person, line)
            self._world.after(5 + 15 * person.dice.random(), lambda: self._agent_hangs_up(person, line))

    def _drops_off(self, person: Person, for_s: float) -> None:
        phone = person.phones[-1]
        self._minutes.note("phone", phone, "drops off")
        self.scene.unregister(phone)
        self._world.after(for_s, lambda: self._switches_on(person))
