"""The rules of those who wait, said again from the facts alone: entry, announcements, turns, leaving, call-backs.

A part of `Ledger`, and as plain as that.
"""

from datetime import datetime

from acd.inputs import CallArrived, ConfigurationLoaded, KeyPressed, MoveCall
from acd.model import CallId, ChannelId, Queue, QueueId, TargetKind
from acd.outputs import (
    AnnouncementEnded,
    AnnouncementKind,
    AnnouncementSkipped,
    AnnouncementStarted,
    CallbackAnswered,
    CallbackDialled,
    CallbackFailed,
    CallbackPromised,
    CallbackRefused,
    CallLifted,
    CallMoved,
    CallOverflowed,
    CallQueued,
    EntryRefused,
    MaxWaitReached,
    OverflowReason,
    PlaceGone,
    PlaceKept,
)
from tests.property.books import Waiter, What
from tests.property.cascades import CascadeBooks


class WaitingBooks(CascadeBooks):
    """Who is let in, what he hears, whose turn is changed, who leaves."""

    def __init__(self) -> None:
        super().__init__()
        self.what: What = None
        self.places: dict[tuple[QueueId, str], tuple[datetime, int | None, datetime]] = {}
        """By queue and number: from when his wait counts, his priority, and until when the place is kept."""
        self.back_channels: set[ChannelId] = set()
        self.replaced: Waiter | None = None
        """Whose call has just ended because he called again instead of being called back."""

    def due(self, at: datetime, waiter: Waiter, end: datetime) -> bool:
        """Whether a wait's end is now: at its instant, or later where he waits again, or the rule is stricter, now."""
        return self.is_time(at, end) or (end < at and at == waiter.waits_since)

    def configuration_has_changed(self, at: datetime, changed: set[QueueId]) -> None:
        """From now on other rules hold, and who was lifted or overdue by the old ones is judged anew."""
        self.changed_at = at
        for waiter in self.calls.values():
            queue = self.queues.get(waiter.queue)
            if waiter.agent is not None or queue is None or queue.id not in changed:
                continue
            if queue.longest_behind is None or waiter.arrived + queue.longest_behind > at:
                waiter.lifted = False
            if queue.max_wait is None or waiter.queued_at + queue.max_wait > at:
                waiter.overdue = False

    # --- entry

    def entry_refused(self, fact: EntryRefused) -> None:
        """Nobody is refused without the reason that is given."""
        queue = self.queues[fact.queue]
        assert fact.target == queue.overflow
        match fact.why:
            case OverflowReason.FULL:
                assert queue.max_callers is not None
                assert len(self.waiting(fact.queue)) >= queue.max_callers
            case OverflowReason.NO_AGENTS:
                assert len(self.staff(fact.queue)) < queue.agents_required
            case OverflowReason.EXPECTED_WAIT:
                assert queue.max_expected_wait is not None
                free, waiting = self.candidates(fact.queue), [call for call in self.calls.values() if not call.agent]
                assert len(free) <= len(waiting), "nobody waits where more are free than wait anywhere"
            case _:
                raise AssertionError(f"{fact.why} does not keep anybody out")
        self.reached[f"not let in: {fact.why}"] += 1

    def let_in(self, fact: CallQueued) -> None:
        """Whoever is let in finds agents, and room or his old place, which never makes his turn a worse one."""
        queue = self.queues[fact.queue]
        kept = self.places.pop((fact.queue, fact.caller.number), None)
        place = (self.replaced.arrived, self.replaced.priority) if self.replaced else None
        if place is None and kept is not None and queue.place_back is not None:
            place = kept[:2]
        self.replaced = None
        assert len(self.staff(queue.id)) >= queue.agents_required
        came = self.what.priority if isinstance(self.what, CallArrived) else fact.priority
        if place is None:
            assert queue.max_callers is None or len(self.waiting(queue.id)) < queue.max_callers
            assert fact.priority == came, "a caller keeps the priority that he came with"
            return
        assert fact.arrived <= place[0], "he has his place back"
        ranks = [rank for rank in (place[1], came) if rank is not None]
        assert fact.priority == min(ranks, default=None)
        self.reached["a place is given back"] += 1

    def place_kept(self, fact: PlaceKept, at: datetime) -> None:
        """A place is kept for who hung up while he waited, for as long as the queue says."""
        queue = self.queues[fact.queue]
        assert queue.place_back is not None
        assert fact.number, "without a number nobody could be known again"
        assert fact.until == at + queue.place_back
        self.places[fact.queue, fact.number] = (fact.arrived, fact.priority, fact.until)
        self.reached["a place is kept"] += 1

    def place_gone(self, fact: PlaceGone, at: datetime) -> None:
        """It is given up at its instant."""
        assert self.places.pop((fact.queue, fact.number))[2] == at

    # --- announcements

    def announcement_started(self, fact: AnnouncementStarted, at: datetime) -> None:
        """One at a time, to somebody who waits on the line, no sooner than its interval allows."""
        waiter, queue = self.calls[fact.call], self.queues[fact.queue]
        assert fact.queue == waiter.queue
        assert waiter.agent is None, "who talks is told nothing"
        assert waiter.callback is None, "who is not on the line is told nothing"
        assert waiter.saying is None, "one announcement at a time"
        assert fact.number == waiter.said + 1, "they are counted"
        rules, last = queue.announcements, waiter.last_said.get(fact.kind)
        match fact.kind:
            case AnnouncementKind.WELCOME:
                assert last is None, "he is welcomed once"
                assert rules.welcome is not None
            case AnnouncementKind.POSITION:
                assert rules.position_every is not None
                assert last is None or at >= last + rules.position_every
                assert fact.value == self.waiting(fact.queue).index(fact.call) + 1, "the position is his"
            case AnnouncementKind.EXPECTED_WAIT:
                assert rules.expected_wait_every is not None
                assert last is None or at >= last + rules.expected_wait_every
            case AnnouncementKind.COMFORT:
                assert rules.comfort_every is not None
                assert at >= (last or waiter.queued_at) + rules.comfort_every
            case AnnouncementKind.CALLBACK_REFUSED:
                assert isinstance(self.what, KeyPressed)
        waiter.saying = waiter.said = fact.number
        waiter.last_said[fact.kind] = at
        self.reached[f"announced: {fact.kind}"] += 1

    def announcement_skipped(self, fact: AnnouncementSkipped, at: datetime) -> None:
        """Nobody knows how long it will take."""
        assert fact.kind is AnnouncementKind.EXPECTED_WAIT
        assert self.calls[fact.call].agent is None
        self.calls[fact.call].last_said[fact.kind] = at
        self.reached["nobody knows how long it will take"] += 1

    def announcement_ended(self, fact: AnnouncementEnded) -> None:
        """What ended had begun."""
        waiter = self.calls[fact.call]
        assert waiter.saying == fact.number
        waiter.saying = None

    # --- turns and leaving

    def call_lifted(self, fact: CallLifted, at: datetime) -> None:
        """He has waited for as long as his queue lets anybody wait behind others."""
        waiter, queue = self.calls[fact.call], self.queues[fact.queue]
        assert not waiter.lifted
        assert waiter.agent is None
        assert queue.longest_behind is not None
        assert at >= waiter.arrived + queue.longest_behind
        waiter.lifted = True
        self.reached["lifted above all priorities"] += 1

    def max_wait_reached(self, fact: MaxWaitReached, at: datetime) -> None:
        """His time in this queue is over, to the instant."""
        waiter, queue = self.calls[fact.call], self.queues[fact.queue]
        assert waiter.agent is None
        assert waiter.callback is None, "who is to be called back may wait"
        assert queue.max_wait is not None
        assert self.due(at, waiter, waiter.queued_at + queue.max_wait), "neither before nor after his longest wait"
        waiter.overdue = True
        self.reached["longest wait over: rings"] += bool(waiter.pending)
        self.reached["longest wait over: rings at nobody"] += not waiter.pending

    def call_overflowed(self, fact: CallOverflowed) -> None:
        """He leaves for a reason, with nobody ringing, to where his queue says."""
        waiter, queue = self.calls[fact.call], self.queues[fact.queue]
        assert not waiter.pending, "a ring in progress is let finish"
        assert waiter.agent is None
        assert fact.target == queue.overflow
        match fact.why:
            case OverflowReason.MAX_WAIT:
                assert waiter.overdue
            case OverflowReason.KEY:
                assert isinstance(self.what, KeyPressed)
                assert (self.what.call, self.what.key) == (fact.call, queue.leave_key)
            case _:
                raise AssertionError(f"{fact.why} keeps callers out, and sends nobody away who waits")
        waiter.leaves, waiter.overflowed = fact.target, True
        self.reached[f"overflow: {fact.why}"] += 1

    def call_moved(self, fact: CallMoved, at: datetime) -> None:
        """To the queue that was meant, with his old arrival where he overflows, anew where he was transferred."""
        waiter = self.calls[fact.call]
        assert fact.queue == waiter.queue
        assert fact.to in self.queues
        assert not waiter.pending
        if fact.moved_by is not None:
            assert self.what == MoveCall(call=fact.call, queue=fact.to, by=fact.moved_by)
            assert fact.arrived == waiter.arrived, "who is moved has waited as long as before"
            assert waiter.leaves is None
            assert fact.by is None
            self.reached["moved by a supervisor"] += 1
        if waiter.leaves is not None:
            assert waiter.leaves.kind is TargetKind.QUEUE
            assert fact.arrived == waiter.arrived, "an overflow keeps the arrival"
            self.reached["overflow to another queue"] += 1
        waiter.queue, waiter.arrived, waiter.queued_at, waiter.waits_since = fact.to, fact.arrived, at, at
        waiter.overflowed = False
        waiter.leaves, waiter.lifted, waiter.overdue, waiter.round = None, False, False, 1
        # Who passes a caller on does not want him back at once.
        waiter.tried, waiter.last_said = set() if fact.by is None else {fact.by}, {}

    # --- call-back

    def callback_refused(self, fact: CallbackRefused) -> None:
        """He asked, and waits on."""
        assert isinstance(self.what, KeyPressed)
        assert self.calls[fact.call].agent is None
        self.reached["call-back refused"] += 1

    def callback_promised(self, fact: CallbackPromised, at: datetime) -> None:
        """He asked by the queue's key, and keeps his place."""
        waiter = self.calls[fact.call]
        callback = self.queues[fact.queue].callback
        assert isinstance(self.what, KeyPressed)
        assert callback is not None
        assert (self.what.call, self.what.key) == (fact.call, callback.key)
        assert waiter.agent is None
        assert fact.again > at, "he needs a moment to put his phone down"
        waiter.callback, waiter.saying, waiter.again = 0, None, fact.again
        waiter.overdue = False
        self.reached["call-back promised"] += 1

    def dialled(self, fact: CallbackDialled) -> None:
        """An agent has been found first, and the attempts are counted."""
        waiter = self.calls[fact.call]
        assert waiter.callback is not None
        assert waiter.agent == fact.agent, "an agent is found before he is called"
        assert fact.attempt == waiter.callback + 1, "only those that came to nothing count"
        assert fact.channel not in self.back_channels, "each attempt has a channel of its own"
        self.back_channels.add(fact.channel)
        waiter.calling = fact.channel
        self.reached["call-back: dialled again"] += fact.attempt > 1

    def callback_answered(self, fact: CallbackAnswered, at: datetime) -> None:
        """He is on the line again; what he has waited for at home does not count against him."""
        waiter = self.calls[fact.call]
        assert waiter.calling is not None
        assert waiter.agent == fact.agent
        waiter.callback = waiter.calling = None
        waiter.queued_at = at
        self.reached["call-back: reached"] += 1

    def callback_failed(self, fact: CallbackFailed, at: datetime) -> None:
        """The agent has been let go, and it is tried again as often as the queue says."""
        waiter, queue = self.calls[fact.call], self.queues.get(fact.queue)
        assert waiter.callback is not None
        assert waiter.agent is None, "the agent has been let go first"
        waiter.callback += 1
        waiter.waits_since = at
        if queue is not None and queue.callback is not None:
            left = waiter.callback < queue.callback.attempts
            assert fact.again == (at + queue.callback.retry if left else None)
        waiter.calling, waiter.again = None, fact.again
        self.reached["call-back: not reached"] += 1

    # --- at rest

    def ends_of_waits(self) -> list[datetime]:
        """When a caller's wait changes by itself, but for announcements."""
        found: list[datetime] = []
        for waiter in self.calls.values():
            queue = self.queues.get(waiter.queue)
            if waiter.agent is not None or queue is None:
                continue
            if queue.max_wait is not None and waiter.callback is None and not waiter.overdue:
                found.append(waiter.queued_at + queue.max_wait)
            if queue.longest_behind is not None and not waiter.lifted:
                found.append(waiter.arrived + queue.longest_behind)
            if waiter.again is not None:
                found.append(waiter.again)
        return found

    def waiting_at_rest(self, now: datetime) -> None:
        """Whatever has its time has happened by now."""
        for call, waiter in self.calls.items():
            if waiter.agent is not None or waiter.queue not in self.queues:
                continue
            queue = self.queues[waiter.queue]
            if self.in_sight:
                assert not (waiter.overdue and not waiter.pending), f"{call} should have left"
            assert waiter.again is None or waiter.again > now
            self._nothing_overdue(call, queue, now)

    def _nothing_overdue(self, call: CallId, queue: Queue, now: datetime) -> None:
        waiter = self.calls[call]
        if isinstance(self.what, ConfigurationLoaded):
            return  # what has just been made stricter lapses next
        if queue.max_wait is not None and waiter.callback is None:
            assert waiter.overdue or now < waiter.queued_at + queue.max_wait, f"{call} waits too long"
        if queue.longest_behind is not None:
            assert waiter.lifted or now < waiter.arrived + queue.longest_behind, f"{call} should go first"
