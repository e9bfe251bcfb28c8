"""What must hold, said of what callers and agents experience and of what Asterisk has; never of the core's own words.

Some of it is looked at when it happens. The rest may be untrue for a moment (an answer is on its way, an event was
lost) and must not stay so: such a state is broken once it has lasted longer than its limit without anything having
disturbed those whom it concerns.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from acd.model import AgentId, Configuration, DeviceId, QueueId
from acd.records import Records
from tests.double.lines import At, Line
from tests.double.parts import Bridge, Channel
from tests.faults.clockwork import World
from tests.faults.drift import Key, Repairs, drift
from tests.faults.people import People, Person
from tests.faults.scene import Scene

TICK_S: Final = 0.5

AT_ONCE_S: Final = 1.0
"""What must not overlap may do so for a moment: the end of one is on its way when the other begins."""

ON_ITS_WAY_S: Final = 0.1
"""So long a ring or a piece of news travels at most."""

SERVED_WITHIN_S: Final = 3.0
"""A caller whom nobody is rung for, while somebody of his queue is free."""

NO_SERVICE: Final = "ss-noservice"
"""What the dial plan plays to those whom no queue takes."""

TURNED_AWAY_WITHIN_S: Final = 0.2

MANY: Final = 5_000

STUCK_AFTER_S: Final = 10.0
"""Books and Asterisk may differ for so long."""


class Broken(Exception):
    """Something that must hold does not."""


@dataclass(slots=True, kw_only=True)
class Stay:
    """One caller in the hands of the application, as he experiences it."""

    channel: str
    number: str
    since: float
    queue: QueueId | None = None
    """Whose music he heard last."""
    rung: bool = False
    """Some phone has rung for him."""
    offers: set[str] = field(default_factory=set[str])
    """With whose legs he has talked."""
    talked_at: float = 0.0
    parted: bool = False
    """The agent has hung up on him, after they talked."""
    lost: bool = False


class Watch:
    """Who watches the scene (`tests.faults.scene.Eyes`) and takes the minutes (`tests.faults.people.Minutes`)."""

    def __init__(
        self,
        world: World,
        configuration: Configuration,
        note: Callable[..., None],
        *,
        slack_s: float,
        repairs_hold: bool,
    ) -> None:
        """`slack_s`: how much longer a state may last where events get lost: until the books were looked through.

        `repairs_hold`: nothing happens today but to events, and drift has to be gone within its time, come what may.
        """
        self.scene: Scene
        self.people: People
        self.records: Callable[[], Records | None] = lambda: None
        """The books of the engine, while it runs and sees Asterisk."""
        self.stays: dict[str, Stay] = {}
        self.disturbed_at = 0.0
        """When everybody was disturbed last."""
        self.unheard_at = -1e9
        """When the engine lived and did not hear, last."""
        self.talks = 0
        self._world, self.note = world, note
        self._configuration, self._most = configuration, _most(configuration)
        self._slack_s = slack_s
        self.repairs = Repairs()
        self._repairs_hold = repairs_hold
        self._since: dict[Key, float] = {}
        self._disturbed: dict[str, float] = {}
        self._wraps_up: dict[AgentId, tuple[float, float]] = {}
        """Since when, and for how long."""
        self._ended: dict[AgentId, float] = {}
        """When a ring at him ended last."""
        self._in_talk: dict[str, Stay] = {}
        """By leg."""

    # --- disturbances

    def disturb(self, concerns: str | None = None) -> None:
        """Something was done to this call or device; None: to all."""
        if concerns is None:
            self.disturbed_at = self._world.now
        else:
            self._disturbed[concerns] = self._world.now

    def _calm_since(self, concerns: Iterable[str]) -> float:
        return max([self.disturbed_at, *(self._disturbed.get(each, 0.0) for each in concerns)])

    def broken(self, what: str) -> None:
        """Say so, and end the day."""
        raise Broken(what)

    # --- the rules

    def configured(self, configuration: Configuration) -> None:
        """Other rules are in force, and the news of them is on its way to the engine."""
        self.disturb()
        self.unheard_at = self._world.now
        self._configuration, self._most = configuration, _most(configuration)

    # --- the scene

    def came(self, channel: Channel, arguments: list[str]) -> None:
        """A caller is in our hands."""
        if arguments and arguments[0] == "queue":
            waited_s = float(arguments[5]) if len(arguments) > 5 else 0.0  # in the dial plan, while no engine was there
            self.stays[channel.id] = Stay(channel=channel.id, number=arguments[2], since=self._world.now - waited_s)

    def left(self, channel: Channel) -> None:
        """Not any more: he has gone, or was sent on."""
        stay = self.stays.pop(channel.id, None)
        if stay is None:
            return
        if not channel.ending:
            if stay.queue is not None and stay.queue not in self._configuration.queues and not stay.offers:
                self._world.after(ON_ITS_WAY_S, partial(self._is_told, channel))
            return
        caller = self.people.callers.get(channel.id)
        if caller is not None and not caller.hung_up and not stay.offers and not caller.keys:
            self.broken(f"caller {caller.nth} was dropped while he waited: {channel.id}")

    def _is_told(self, channel: Channel) -> None:
        """Whose queue is gone hears that nobody serves him."""
        if not channel.ending and channel.stasis is None and channel.app_data != NO_SERVICE:
            self.broken(f"{channel.id} is not told that his queue is gone: {channel.app_name}({channel.app_data})")

    def met(self, bridge: Bridge, channel: Channel) -> None:
        """Somebody hears somebody, or music."""
        if bridge.kind == "holding":
            if (stay := self.stays.get(channel.id)) is not None:
                stay.queue = QueueId(bridge.id.partition("~")[2])
            return
        if not bridge.is_stasis:
            return
        legs = [each for each in bridge.channels if "~" in each.id and "~back~" not in each.id]
        others = [each for each in bridge.channels if each not in legs]
        if len(legs) > 1:
            passed_on = any("T" in caller.keys for each in others if (caller := self.people.callers.get(each.id)))
            if not passed_on:
                self.broken(f"two agents in one bridge: {bridge.id}: {[each.id for each in legs]}")
            # One who was asked takes the place of the one who asked.
            self._world.after(AT_ONCE_S + self._slack_s, lambda: self._only_one(bridge))
        if not legs or not others:
            return
        leg = legs[0]
        person = self.people.of_phone[DeviceId(leg.device)]
        line = next((line for line in person.lines if line.channel == leg.id), None)
        stay = self.stays.get(others[0].id)
        caller = self.people.callers.get(others[0].id)
        self.note("talk", bridge.id, [each.id for each in bridge.channels])
        if stay is not None:
            self._talks(stay, leg, tries_again="T" in (caller.keys if caller else "T"))
        if caller is not None and line is not None:
            self.people.meet(caller, person, line)

    def _only_one(self, bridge: Bridge) -> None:
        legs = [each.id for each in bridge.channels if "~" in each.id and "~back~" not in each.id]
        if len(legs) > 1 and self._calm_since(legs) < self._world.now - 2 * AT_ONCE_S - self._slack_s:
            self.broken(f"two agents in one bridge: {bridge.id}: {legs}")

    def _talks(self, stay: Stay, leg: Channel, *, tries_again: bool) -> None:
        offer = leg.id.rpartition("~")[0]
        calm = self._world.now - stay.talked_at > STUCK_AFTER_S + self._slack_s
        if stay.offers and offer not in stay.offers and not tries_again and calm:
            self.broken(f"{stay.channel} was connected twice: {sorted(stay.offers)} and {offer}")
        if not stay.offers:
            self.talks += 1
        stay.offers.add(offer)
        stay.talked_at = self._world.now
        self._in_talk[leg.id] = stay

    def heard(self, channel: Channel, media: tuple[str, ...], state: str) -> None:
        """A sound is over."""
        if state == "done" and channel.device:
            self.people.heard(channel.device, media)

    # --- the minutes

    def turned_away(self, nth: int, after_s: float) -> None:
        """Whom Asterisk has no place for hears so at once, or never."""
        if after_s > TURNED_AWAY_WITHIN_S:
            self.broken(f"caller {nth} hears busy only after {after_s:.3f} s")

    def rang(self, person: Person, line: Line) -> None:
        """A leg has begun to ring: for whom, and may it?"""
        now, call = self._world.now, line.channel.partition("~")[0]
        self.note("rings", line.channel)
        stay = self.stays.get(call)
        self._in_turn(person, stay)
        if stay is not None:
            self._world.after(ON_ITS_WAY_S, partial(self._is_assigned, person, line, stay))
        if stay is not None:
            stay.rung = True
            caller = self.people.callers.get(call)
            if stay.parted and caller is not None and not caller.keys:
                self.broken(f"{line.channel} rings for a caller whose talk is over")
        self._not_let_go(line)
        self._not_in_wrap_up(person, line)
        self._not_too_much(person, line, call)
        others = [each for each in person.lines if each.at is At.CALLED and _offer(each) not in ("", _offer(line))]
        for other in others:
            limit = AT_ONCE_S + self._slack_s

            def check(other: Line = other) -> None:
                calm = self._calm_since((call, other.channel.partition("~")[0], line.device, other.device))
                if line.at is other.at is At.CALLED and calm <= now:
                    self.broken(f"{person.id} is rung for two calls at once: {line.channel} and {other.channel}")

            self._world.after(limit, check)

    def _not_let_go(self, line: Line) -> None:
        """A phone that is rung for the next call rings no more for the one before."""
        phone = self.scene.exchange.phones[line.device]
        still = [
            each.id
            for each in phone.channels
            if each.state == "Ringing" and "~" in each.id and each.id.rpartition("~")[0] != _offer(line)
        ]
        calm = self._calm_since((line.device, *(each.partition("~")[0] for each in still)))
        if still and self._slack_s == 0 and calm < self._world.now - 2 * AT_ONCE_S:
            self.broken(f"{line.channel} rings at a phone that has not let go of {still}")

    def _is_assigned(self, person: Person, line: Line, stay: Stay) -> None:
        """By the rules in force, once these have reached the engine."""
        unheard = self.unheard_at > self._world.now - SERVED_WITHIN_S
        if line.at is not At.CALLED or stay.queue is None or unheard or self._calm_since((stay.channel,)) > stay.since:
            return
        if (person.id, stay.queue) not in self._configuration.assignments:
            self.broken(f"{line.channel} rings at an agent who is not of {stay.queue}")
        if line.device not in self._configuration.devices:
            self.broken(f"{line.channel} rings at a phone that is gone")

    def _in_turn(self, person: Person, stay: Stay | None) -> None:
        """Who came first, and waits unheard, is rung for first."""
        if stay is None or stay.queue is None:
            return
        caller = self.people.callers.get(stay.channel)
        came_again = caller is None or self.people.has_called_before(caller)
        calm = self._calm_since((stay.channel, *person.phones))
        if came_again or calm > stay.since - self._slack_s:
            return
        for other in self.stays.values():
            first = other.queue == stay.queue and not other.rung and not other.offers and other.since < stay.since - 0.5
            if first and self._calm_since((other.channel,)) < other.since - self._slack_s:
                self._world.after(ON_ITS_WAY_S, partial(self._must_ring, other, stay))

    def _must_ring(self, first: Stay, later: Stay) -> None:
        """Both may have been decided at once."""
        caller = self.people.callers.get(first.channel)
        if (
            first.queue == later.queue
            and not first.rung
            and caller is not None
            and not caller.keys
            and first.channel in self.stays
        ):
            self.broken(f"{later.channel} is served before {first.channel}, who came first")

    def _not_in_wrap_up(self, person: Person, line: Line) -> None:
        """Where the engine could know that he wraps up: a ring may have been on its way, and news may not have come."""
        since, length = self._wraps_up.get(person.id, (0.0, 0.0))
        rung_early = since + ON_ITS_WAY_S < self._world.now < since + length - 0.01
        unheard = max(self.unheard_at, *(self._disturbed.get(phone, 0.0) for phone in person.phones)) >= since - 5
        if rung_early and not unheard and person.coded_at < since:
            self.broken(f"{person.id} is rung for {line.channel} in his wrap-up of {length} s, begun at {since:.3f}")

    def _not_too_much(self, person: Person, line: Line, call: str) -> None:
        """What he had in hand before it rang may be ending; a second later it must have.

        An engine that wakes up or begins anew reads first what it has missed: a ring among that is not judged. Nor is
        one that was decided before it could hear.
        """
        now = self._world.now
        if now <= max(self.disturbed_at + ON_ITS_WAY_S, self.unheard_at + AT_ONCE_S):
            return
        before = [
            each
            for each in person.lines
            if each is not line
            and _offer(each) != _offer(line)
            and person.began[each.channel] < now - 0.1 - self._slack_s
        ]
        if len({each.channel for each in before}) < self._most[person.id]:
            return

        def check() -> None:
            hands = [each.channel for each in before if each.at is not At.OVER]
            calm = self._calm_since((call, *person.phones, *hands))
            if len(hands) >= self._most[person.id] and line.at is At.CALLED and calm <= now - self._slack_s:
                self.broken(f"{person.id} is rung for {line.channel} with {hands} in hand")

        self._world.after(AT_ONCE_S + self._slack_s, check)

    def leg_over(self, person: Person, line: Line, *, by_himself: bool) -> None:
        """An agent's part is over: of a ring, or of a talk."""
        self._ended[person.id] = self._world.now
        stay = self._in_talk.pop(line.channel, None)
        self.note("leg over", line.channel, "by himself" if by_himself else "")
        if stay is None:
            return
        stay.parted = by_himself and self._world.now - stay.talked_at > AT_ONCE_S
        caller = self.people.callers.get(stay.channel)
        cut = not by_himself and caller is not None and caller.line is not None and caller.line.at is At.UP
        if cut and stay.channel in self.stays and "T" not in (caller.keys if caller else "T"):
            self.broken(f"the talk of {stay.channel} was cut at {line.channel}")
        self._wrap_up(person, stay)

    def _wrap_up(self, person: Person, stay: Stay) -> None:
        queue = self._configuration.queues.get(stay.queue) if stay.queue is not None else None
        assignment = self._configuration.assignments.get((person.id, stay.queue)) if stay.queue is not None else None
        if queue is None or assignment is None or person.coded_at > stay.talked_at or person.knows != "online":
            return
        self._wraps_up[person.id] = (self._world.now, queue.wrap_up.total_seconds())

    # --- what must not last

    def tick(self) -> None:
        """Look at all of it."""
        records = self.records()
        if records is None:
            self.disturb()
            self.repairs.out_of_sight()
        now = self._world.now
        present: dict[Key, float] = dict(self._unserved())
        for stay in self.stays.values():
            if stay.queue is not None and stay.queue not in self._configuration.queues and not stay.offers:
                present[Key("a caller waits in a queue that is gone", (stay.channel,))] = SERVED_WITHIN_S
        if records is not None:
            found = list(drift(records, self.scene, self.stays.__contains__))
            present |= dict.fromkeys(found, STUCK_AFTER_S)
            late = self.repairs.look(found, now)
            if late is not None and self._repairs_hold:
                self.broken(f"not repaired in time: {late.what}: {', '.join(late.concerns)}")
        if len(self._disturbed) > MANY:
            self._disturbed = {name: at for name, at in self._disturbed.items() if at > now - 60}
        self._since = {key: self._since.get(key, now) for key in present}
        for key, limit in present.items():
            lasted = now - max(self._since[key], self._calm_since(key.concerns))
            if lasted > limit + self._slack_s:
                self.broken(f"{key.what} for {lasted:.1f} s: {', '.join(key.concerns)}")

    def _unserved(self) -> Iterable[tuple[Key, float]]:
        rung = {line.channel.partition("~")[0] for each in self.people.agents.values() for line in each.lines}
        waiting = [stay for stay in self.stays.values() if stay.channel not in rung and self._waits(stay)]
        free = [person for person in self.people.agents.values() if self._is_free(person)] if waiting else []
        for stay in waiting:
            for person in free:
                if (person.id, stay.queue) in self._configuration.assignments:
                    concerns = (stay.channel, person.id, *person.phones)
                    yield Key("a caller waits while an agent of his queue is free", concerns), SERVED_WITHIN_S

    def _waits(self, stay: Stay) -> bool:
        """Patiently, and for nothing but an agent."""
        if stay.queue is None or stay.offers:
            return False
        caller = self.people.callers.get(stay.channel)
        return caller is not None and caller.line is not None and caller.line.at is At.UP and not caller.keys

    def _is_free(self, person: Person) -> bool:
        since, length = self._wraps_up.get(person.id, (0.0, 0.0))
        now = self._world.now
        phones = self.scene.exchange.phones
        heard = max(since + self._slack_s, min(self._calm_since(person.phones), now)) if since else 0.0
        rests = now < max(heard + length, since + length, self._ended.get(person.id, 0.0) + 16.0, person.coded_at + 5)
        online = all(phone in phones and phones[phone].is_online for phone in person.phones)
        return person.knows == "online" and not person.lines and not rests and online

    # --- the evening

    def nothing_is_left(self, records: Records | None) -> None:
        """Everybody has gone home long ago."""
        left = self.scene.leftovers()
        if left:
            self.broken(f"left over in Asterisk: {left}")
        if records is None:
            self.broken("the engine does not see Asterisk in the evening")
            return
        there = [call.id for call in records.calls.values() if call.channel is not None]
        busy = [agent.id for agent in records.agent_records.values() if agent.offer or agent.calls or agent.other_calls]
        if there or busy or records.offers:
            self.broken(f"left over in the books: {there} {busy} {list(records.offers)}")


def _most(configuration: Configuration) -> dict[AgentId, int]:
    """How many calls each agent has in hand at most."""
    return {
        agent: max([each.max_calls for (whose, _), each in configuration.assignments.items() if whose == agent] or [1])
        for agent in configuration.agents
    }


def _offer(line: Line) -> str:
    return line.channel.rpartition("~")[0]
