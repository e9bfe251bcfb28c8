"""A day of a centre: the engine, the world around it, the rules that watch it, and a twin who is always woken late.

What happens is chosen by others (Hypothesis in `test_engine`, a seeded generator in `drive`). Whatever they choose, a
`Day` carries it out, and objects when anything that must hold does not.
"""

import copy
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from acd.differences import KINDS, differences
from acd.engine import Engine
from acd.inputs import (
    AsteriskSeen,
    ConfigurationLoaded,
    DriftFound,
    EndWrapUp,
    EngineStarted,
    Event,
    NotJoined,
    OtherCallAnswered,
    OtherCallStarted,
    Refusal,
    Request,
    SetAwayByPhone,
    SetStatus,
    SetStatusByPhone,
    SwitchDevice,
)
from acd.journal import decode, encode
from acd.model import AWAY_STATUSES, OFFLINE, ONLINE, SINGLE_CALL, ChannelId, Configuration
from acd.outputs import Command, HangUpLeg, Outcome, Recorded
from acd.state import State
from tests.property.beyond import BEYOND
from tests.property.centres import PHONES, first_centre
from tests.property.explained import ExplainedLedger
from tests.property.switch import ACCOUNT
from tests.property.world import World

MORNING: Final = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
MOMENT: Final = timedelta(microseconds=1)


class Day:
    """One engine's day. `now` only grows."""

    def __init__(self) -> None:
        self.now = MORNING
        self.centre: Configuration = first_centre()
        self.world = World(sorted(PHONES))
        self.ledger = ExplainedLedger()
        self.engine, self.twin = Engine(State()), Engine(State())
        self.journal: list[Recorded] = []
        self.ordered: list[Command] = []
        self._nobodys: set[ChannelId] = set()
        """Other calls that began on phones of nobody who answers a queue."""
        self._unmatched = Outcome()
        """What the engine has decided while its twin was asleep."""
        self.give(ConfigurationLoaded(configuration=self.centre))
        self.give(EngineStarted())
        self.give(self.world.see())
        for agent in sorted(self.centre.agents):
            self.give(SetStatus(agent=agent, status=ONLINE))

    # --- inputs

    def give(self, what: Event | Request | None) -> Outcome:
        """Something happens now; None: it happens where nobody hears it."""
        if what is None:
            return Outcome()
        before = self._before(what)
        refusal = self.ledger.refusal(what, self.now)
        outcome = self._taken(self.engine.handle(what, self.now), what)
        self._compare(self.twin.handle(what, self.now))
        self._note(what, outcome, before)
        self._requests_are_honoured(what, outcome)
        assert not isinstance(what, BEYOND) or outcome.refusal is refusal, f"{what}: {outcome.refusal}, not {refusal}"
        self.check()
        return outcome

    def wait(self, until: datetime, *, twin_sleeps: bool) -> None:
        """Time passes. The engine is woken at each of its deadlines; its twin at the end, or not even then."""
        while (deadline := self.engine.deadline) is not None and deadline <= until:
            self.now = deadline
            self._taken(self.engine.advance(self.now), None)
            self.check()
            assert self.engine.deadline != deadline, "a deadline passes"
            self.ledger.reached["a deadline passed while the twin slept"] += twin_sleeps
        self.now = until
        if not twin_sleeps:
            self._compare(self.twin.advance(until))

    def look(self) -> None:
        """Asterisk is looked at: what was not heard is known then, but for what is under way."""
        shown = differences(self.engine.state, self.world.look())
        found = tuple(each for each in shown if not (isinstance(each, NotJoined) and each.call in self.world.joining))
        self.ledger.reached.update(f"a look shows: {KINDS[type(each)]}" for each in found)
        if found:
            self.give(DriftFound(differences=found))

    def configure(self, centre: Configuration) -> None:
        """The supervisors have changed something."""
        self.centre = centre
        self.give(ConfigurationLoaded(configuration=centre))

    def everybody_is_ready(self) -> None:
        """The centre as it was in the morning, every phone there and on, every agent online."""
        if not self.world.connected:
            self.give(self.world.see())
        self.configure(first_centre())
        for phone in sorted(PHONES):
            if phone in self.ledger.off:
                self.give(SwitchDevice(device=phone, on=True))
            if phone not in self.world.registered:
                self.give(self.world.registers(phone))
        for agent in sorted(self.centre.agents):
            self.give(SetStatus(agent=agent, status=ONLINE))

    def restart(self, dead: timedelta) -> None:
        """The process dies and starts again after a while; nothing is heard until Asterisk has been seen."""
        reached = self.ledger.reached
        deadline = self.engine.deadline
        reached["a deadline passed while the process was dead"] += deadline is not None and deadline <= self.now + dead
        reached["restarted while a phone rang"] += bool(self.ledger.offers)
        reached["restarted in mid-cascade"] += any(call.cascade for call in self.ledger.calls.values())
        reached["restarted while a call was waiting"] += any(c.agent is None for c in self.ledger.calls.values())
        reached["restarted during a talk"] += any(c.talking_since for c in self.ledger.calls.values())
        reached["restarted during a wrap-up"] += any(p.wrap_up for p in self.ledger.people.values())
        self._compare(self.twin.advance(self.now))
        self.world.lose()
        self.now += dead
        self.engine, self.twin = Engine(self.folded()), Engine(self.folded())
        self.give(EngineStarted())

    def folded(self) -> State:
        """The state that the journal gives, as the database would hand it back."""
        state = State()
        for recorded in self.journal:
            state.apply(decode(*encode(recorded.fact)), recorded.at)
        return state

    def _taken(self, outcome: Outcome, what: Event | Request | None) -> Outcome:
        self.journal += outcome.facts
        self.ordered += outcome.commands
        self._unmatched = Outcome(
            facts=self._unmatched.facts + outcome.facts, commands=self._unmatched.commands + outcome.commands
        )
        self.ledger.read(what, outcome.facts, self.now)
        self.world.carry_out(outcome.commands)
        sent_by = self.ledger.sent_by
        counted = set[ChannelId]()
        self.ledger.lines.clear()
        for channel in self.world.out():  # the second one of a channel is his who passed its caller on
            first = channel not in counted and "~back~" in channel
            self.ledger.lines.append(None if first else sent_by[channel])
            counted.add(channel)
        return outcome

    def _compare(self, late: Outcome) -> None:
        """Being woken late changes nothing: the same facts at the same instants, the same commands in order."""
        assert late.facts == self._unmatched.facts
        assert late.commands == self._unmatched.commands
        self._unmatched = Outcome()

    # --- what must hold

    def _requests_are_honoured(self, what: Event | Request, outcome: Outcome) -> None:
        match what:
            case SetStatus() | SetStatusByPhone():
                agent = what.agent if isinstance(what, SetStatus) else self.ledger.owner.get(what.device)
                if outcome.refusal is None:
                    assert agent is not None
                    person = self.ledger.people[agent]
                    assert person.status == what.status, "a status that was granted is his status"
                    assert person.wrap_up is None or person.wrap_up[1], "a status ends the wrap-up"
                    if isinstance(what, SetStatusByPhone) and what.status == ONLINE:
                        assert what.device not in self.ledger.off, "*51 switches the phone on"
                else:
                    parts = [part for part in self.ledger.assignments if part[0] == agent]
                    expected = Refusal.NOT_AN_AGENT if isinstance(what, SetStatusByPhone) else Refusal.UNKNOWN_AGENT
                    assert outcome.refusal is expected
                    assert agent not in self.ledger.agents or not parts
                    assert not outcome.facts, "a refusal changes nothing"
            case SetAwayByPhone():
                agent = self.ledger.owner.get(what.device)
                known = any(part[0] == agent for part in self.ledger.assignments)
                there_are = len(AWAY_STATUSES) + len(self.centre.accounts[ACCOUNT].statuses)
                if not known:
                    assert outcome.refusal is Refusal.NOT_AN_AGENT
                elif what.number > there_are:
                    assert outcome.refusal is Refusal.UNKNOWN_STATUS
                else:
                    assert outcome.refusal is None
                    assert agent is not None
                    assert self.ledger.people[agent].status not in (ONLINE, SINGLE_CALL, OFFLINE)
            case EndWrapUp():
                person = self.ledger.people[what.agent]
                if outcome.refusal is None:
                    assert person.wrap_up is None
                elif outcome.refusal is Refusal.WRAP_UP_MANDATORY:
                    assert person.wrap_up is not None
                    assert person.wrap_up[1]
                    self.ledger.reached["mandatory wrap-up defended"] += 1
                else:
                    assert outcome.refusal is Refusal.NOT_IN_WRAP_UP
                    assert person.wrap_up is None
            case _:
                assert isinstance(what, BEYOND) or outcome.refusal is None, "events are never refused"
                assert outcome.refusal is None or not outcome.facts, "a refusal changes nothing"

    def check(self) -> None:
        """The world is as the books say: nothing rings that should not, nobody talks whom the engine has forgotten."""
        books = self.ledger
        if self.world.connected and books.in_sight:
            self._the_switch_is_as_the_books_say()
            self._a_look_finds_nothing()
            assert self.world.registered == books.reachable, "the books know which phones can be reached"
        self._indexes_are_as_defined()

    def _the_switch_is_as_the_books_say(self) -> None:
        books, world = self.ledger, self.world
        waits = [(offer, of) for offer, of in books.offers.items() if of.confirming is None]
        rings = {(offer, device) for offer, of in waits for device in of.devices}
        asked = {(offer, of.confirming) for offer, of in books.offers.items() if of.confirming is not None}
        assert world.ringing == rings, "exactly the phones of pending offers ring"
        assert world.up == asked | {call.leg for call in books.calls.values() if call.leg}, "no leg is left over"
        on_the_line = {str(id_) for id_, call in books.calls.items() if call.callback is None}
        fetchers = {str(call.retriever) for call in books.calls.values() if call.retriever}
        assert {*map(str, world.callers), *map(str, world.fetching)} == on_the_line | fetchers
        assert len(world.out()) == self.engine.state.out[ACCOUNT], "as many calls go out as are counted"
        books.lines_at_rest()
        assert world.called_back.keys() == {id_ for id_, call in books.calls.items() if call.calling}
        assert world.saying == {id_: call.saying for id_, call in books.calls.items() if call.saying is not None}
        books.who_listens_is_as_the_books_say(world.others, world.listening)
        assert world.recording == {id_: call.recording for id_, call in books.calls.items() if call.recording}

    def _a_look_finds_nothing(self) -> None:
        """Nobody is touched whose call is in order; only who is about to be joined is not joined yet.

        And a phone that was nobody's may have become somebody's in mid-call.
        """
        others = self.world.others
        self._nobodys |= {id_ for id_, other in others.items() if other.device not in self.ledger.owner}
        for found in differences(self.engine.state, self.world.look()):
            if isinstance(found, OtherCallStarted | OtherCallAnswered):
                assert found.channel in self._nobodys, f"{found} is no difference"
            else:
                assert isinstance(found, NotJoined), f"{found} is no difference"
                assert found.call in self.world.joining

    def _indexes_are_as_defined(self) -> None:
        books, state = self.ledger, self.engine.state
        for queue in books.queues:
            index = state.queue_index(queue)
            waiting = books.waiting(queue)
            assert list(index.waiting) == waiting
            waits = [(call, books.calls[call]) for call in waiting]
            looked_for = [call for call, of in waits if not (of.pending or of.overdue or of.again)]
            assert list(index.unoffered) == looked_for
            assert index.staffed == books.staff(queue)
            assert list(index.eligible) == books.candidates(queue), f"who is eligible in {queue}"
            assert index.assigned == {agent: part for (agent, of), part in books.assignments.items() if of == queue}
        ends, deadline = books.ends(), self.engine.deadline
        # What is announced next is checked as it comes.
        silent = not any(call.agent is None and call.callback is None for call in books.calls.values())
        assert deadline == min(ends, default=None) if silent else not ends or (deadline and deadline <= min(ends))
        in_hand = {channel: device for person in books.people.values() for channel, device in person.other.items()}
        assert state.channels == in_hand
        if books.in_sight:
            assert not state.freed
            assert not state.needy

    def the_journal_is_complete(self) -> None:
        """Folding the journal gives the live state, and so does building one from a copy of its records."""
        live = self.engine.state
        for other in (self.folded(), State(copy.deepcopy(live.records))):
            assert other.records == live.records
            assert other.deadlines.next() == live.deadlines.next()
            assert other.channels == live.channels
            assert other.devices_of == {a: d for a, d in live.devices_of.items() if d or a in other.devices_of}
            for queue in live.records.queues:
                mine, theirs = live.queue_index(queue), other.queue_index(queue)
                assert list(mine.waiting) == list(theirs.waiting)
                assert list(mine.unoffered) == list(theirs.unoffered)
                assert list(mine.eligible) == list(theirs.eligible)
                assert mine.assigned == theirs.assigned

    # --- situations

    def _before(self, what: Event | Request) -> frozenset[str]:
        """What is true just before an input and worth counting with it."""
        books, met = self.ledger, set[str]()
        match what:
            case AsteriskSeen():
                if any(leg.offer in books.offers and not leg.answered for leg in what.legs):
                    met.add("a ring outlived an outage")
                if any(leg.offer in books.offers and leg.answered for leg in what.legs):
                    met.add("answered during an outage")
                if books.calls.keys() - {call.call for call in what.calls}:
                    met.add("a caller vanished during an outage")
                if {call.call for call in what.calls} - books.calls.keys():
                    met.add("a caller came during an outage")
                if any(call.agent and call.leg and call.leg in self.world.up for call in books.calls.values()):
                    met.add("a talk outlived an outage")
            case SetStatus(agent=agent, status=status) if agent in books.people:
                person = books.people[agent]
                moment = "ringing" if person.offer else "wrap-up" if person.wrap_up else None
                moment = "talking" if any(books.calls[c].talking_since for c in person.calls) else moment
                choice = {ONLINE: "online", SINGLE_CALL: "single-call"}.get(status, "away")
                if moment:
                    met.add(f"{choice} chosen: {moment}")
            case _:
                pass
        return frozenset(met)

    def _note(self, what: Event | Request, outcome: Outcome, before: Iterable[str]) -> None:
        reached = self.ledger.reached
        reached.update(before)
        reached["a request refused"] += outcome.refusal is not None
        reached["a stale event"] += outcome.stale
        reached["a late answer is hung up"] += outcome.stale and any(isinstance(c, HangUpLeg) for c in outcome.commands)
