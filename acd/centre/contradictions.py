"""Rules of a centre that are right one by one and make no sense together.

What cannot work is refused; what works, but is probably not what was meant, is warned about. The centre has no other
fault: every name is there, every value in its range.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from acd.centre.checks import in_words
from acd.centre.faults import Wrong
from acd.centre.values import Centre, Role
from acd.model import Account, AgentId, Assignment, Queue, QueueId, QueueType, Recording, Target, TargetKind, queue_id

SHORTEST_INTERVAL: Final = timedelta(seconds=15)
"""An interval below it is warned about. What we say ourselves takes up to 7 s, position and expected wait together; how
long a centre's own sound is cannot be known here."""

_ENTRY_RULES: Final = ("max_callers", "max_expected_wait", "agents_required")
_LISTED_AT_MOST: Final = 6
_NO_MISS: Final = (QueueType.RING_ALL, QueueType.LINEAR_CASCADE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """What does not go together, at the place where the mend belongs."""

    place: str
    wrong: Wrong
    refused: bool


def contradictions(centre: Centre) -> Iterator[Contradiction]:
    """All of them: the account's, queue by queue in the order of the file, then those of single assignments."""
    floor = _Floor(centre)
    yield from _outbound(centre.account)
    yield from _supervision(centre)
    for queue in centre.queues:
        for rule in (_park if queue.type is QueueType.CALL_PARK else _ringing, _leaving, _circle, _announcements):
            yield from rule(floor, queue)
    for index, assignment in enumerate(centre.assignments, start=1):
        if floor.queues[assignment.queue].type is QueueType.CALL_PARK:
            yield from _parked(floor, f"assignments[{index}]", assignment)


class _Floor:
    """The centre, with the place of each queue and its assignments."""

    def __init__(self, centre: Centre) -> None:
        self.account = centre.account
        self.queues = {queue.id: queue for queue in centre.queues}
        self.numbered = {queue.id: index for index, queue in enumerate(centre.queues, start=1)}
        self._of_queue: dict[QueueId, list[Assignment]] = {}
        self._of_agent: dict[AgentId, list[Assignment]] = {}
        for entry in centre.assignments:
            self._of_queue.setdefault(entry.queue, []).append(entry)
            self._of_agent.setdefault(entry.agent, []).append(entry)

    def assigned(self, queue: Queue) -> list[Assignment]:
        return self._of_queue.get(queue.id, [])

    def served_before(self, entry: Assignment) -> list[Queue]:
        """The queues that this agent serves before this one."""
        least = self._priority(entry)
        others = (other for other in self._of_agent[entry.agent] if self._priority(other) < least)
        return [queue for other in others if (queue := self.queues[other.queue]).type is not QueueType.CALL_PARK]

    def _priority(self, entry: Assignment) -> int:
        return self.queues[entry.queue].priority if entry.priority is None else entry.priority

    def refuse(self, queue: Queue, key: str, what: str, mend: str) -> Contradiction:
        return Contradiction(place=f"queues[{self.numbered[queue.id]}].{key}", wrong=Wrong(what, mend), refused=True)

    def warn(self, queue: Queue, key: str, what: str, mend: str) -> Contradiction:
        return Contradiction(place=f"queues[{self.numbered[queue.id]}].{key}", wrong=Wrong(what, mend), refused=False)


# --- calls that go out


def _outbound(account: Account) -> Iterator[Contradiction]:
    """Caps of which another one lets nothing come."""
    of_account, of_agent = account.outbound_caps, account.outbound_caps_of_agent
    for key, caps in (("outbound", of_account), ("outbound_agent", of_agent)):
        if caps.per_hour > caps.per_day:
            what = f"{caps.per_hour} an hour are never reached: {caps.per_day} a day are fewer"
            yield _of_account(f"{key}_per_hour", what, f"write {caps.per_day} or less, or raise {key}_per_day")
    for name, own, whole in (
        ("at_once", of_agent.at_once, of_account.at_once),
        ("per_hour", of_agent.per_hour, of_account.per_hour),
        ("per_day", of_agent.per_day, of_account.per_day),
    ):
        if own > whole:
            what = f"one agent may have {own}, and all together {whole} (outbound_{name})"
            yield _of_account(f"outbound_agent_{name}", what, f"write {whole} or less, or raise outbound_{name}")


def _of_account(key: str, what: str, mend: str) -> Contradiction:
    return Contradiction(place=f"account.{key}", wrong=Wrong(what, mend), refused=False)


# --- supervisors


def _supervision(centre: Centre) -> Iterator[Contradiction]:
    """Users whose role does not fit what they look after."""
    for index, user in enumerate(centre.users, start=1):
        if user.role is Role.SUPERVISOR and not user.supervises:
            what, mend = "this supervisor looks after no queue", 'add supervises = ["…"], or leave the role out'
            yield _of_user(index, "role", what, mend)
        elif user.role is Role.AGENT and user.supervises:
            yield _of_user(index, "supervises", "an agent looks after no queue", 'add role = "supervisor"')
        elif user.role is Role.OFFICE_MANAGER and user.supervises:
            yield _of_user(index, "supervises", "an office manager looks after all queues", "leave it out")


def _of_user(index: int, key: str, what: str, mend: str) -> Contradiction:
    return Contradiction(place=f"users[{index}].{key}", wrong=Wrong(what, mend), refused=False)


# --- agents


def _ringing(floor: _Floor, queue: Queue) -> Iterator[Contradiction]:
    """The rules by which phones ring."""
    assigned = floor.assigned(queue)
    if queue.callback and not floor.account.outbound:
        what = "nobody may be called, so nobody can be called back"
        yield floor.refuse(queue, "callback", what, 'add outbound = ["0XXXXXXX."] or the like to [account]')
    caps = floor.account.outbound_caps
    if queue.callback and not min(caps.at_once, caps.per_hour, caps.per_day):
        what = "no call may go out for the account, so nobody can be called back"
        mend = "raise outbound_at_once, outbound_per_hour and outbound_per_day in [account] above 0"
        yield floor.refuse(queue, "callback", what, mend)
    if queue.max_wait is not None and queue.max_wait < queue.ring_time:
        ring, wait = in_words(queue.ring_time), in_words(queue.max_wait)
        what = f"{wait} is shorter than one ring of {ring}, so callers leave after the first"
        mend = f'write "{in_words(2 * queue.ring_time)}" or more, or a shorter ring_time'
        yield floor.warn(queue, "max_wait", what, mend)
    if queue.after_missed is not None and queue.type in _NO_MISS:
        what = f"an unanswered ring is no miss in a queue of the type {queue.type}, so this does nothing"
        yield floor.warn(queue, "after_missed", what, "leave it out")
    yield from _starving(floor, queue, assigned)
    yield from _gaps(floor, queue, assigned)


def _starving(floor: _Floor, queue: Queue, assigned: Sequence[Assignment]) -> Iterator[Contradiction]:
    """Priorities that can keep callers waiting for ever: all of the agents serve other queues first."""
    before = [floor.served_before(entry) for entry in assigned]
    if queue.longest_behind is None and before and all(before):
        first = {other.number: other for queues in before for other in queues}
        agents = _listed([entry.agent.partition("@")[0] for entry in assigned])
        others = _listed([f"{other.number} {other.name}" for other in first.values()])
        each = "its agent" if len(assigned) == 1 else "each of its agents"
        what = f"callers can wait for ever: {each} ({agents}) serves other queues first ({others})"
        yield floor.warn(
            queue, "longest_behind", what, 'add longest_behind = "5m", or give an agent a lower priority number here'
        )


def _listed(names: Sequence[str]) -> str:
    """In order, and the first of them only where there are many."""
    first, more = sorted(names)[:_LISTED_AT_MOST], len(names) - _LISTED_AT_MOST
    return ", ".join(first) + (f" and {more} more" if more > 0 else "")


def _gaps(floor: _Floor, queue: Queue, assigned: Sequence[Assignment]) -> Iterator[Contradiction]:
    """A cascade by groups in which a number between two groups is nobody's."""
    orders = sorted({entry.order for entry in assigned})
    by_groups = queue.type is QueueType.LINEAR_CASCADE and queue.first_round is None
    if by_groups and orders and orders[-1] - orders[0] >= len(orders):
        what = f"the order numbers of its agents have a gap ({', '.join(map(str, orders))}), which takes no time"
        yield floor.warn(queue, "type", what, "number the groups one after the other, or see who is missing")


# --- call parks


def _park(floor: _Floor, queue: Queue) -> Iterator[Contradiction]:
    """Nobody rings, so nobody has to be found."""
    if queue.callback:
        what = "nobody takes calls of a call park, so nobody would ever be called back"
        yield floor.refuse(queue, "callback", what, "leave it out")
    idle = {
        "after_missed": queue.after_missed is not None,
        "max_expected_wait": queue.max_expected_wait is not None,
        "agent_announcement": queue.agent_announcement is not None,
        "announcements.expected_wait_every": queue.announcements.expected_wait_every is not None,
        "recording": queue.recording is Recording.ON_DEMAND,
    }
    for key in (key for key, given in idle.items() if given):
        yield floor.warn(queue, key, "nobody rings in a call park, so this does nothing there", "leave it out")


def _parked(floor: _Floor, place: str, entry: Assignment) -> Iterator[Contradiction]:
    queue = floor.queues[entry.queue]
    for key, given in (("confirm", entry.confirm), ("auto_answer", entry.auto_answer)):
        if given:
            wrong = Wrong("nobody rings in a call park, so there is nothing to answer", "leave it out")
            yield Contradiction(place=f"{place}.{key}", wrong=wrong, refused=True)
    if not (queue.wrap_up if entry.wrap_up is None else entry.wrap_up):
        what = (
            f"{queue.number} {queue.name} is a call park: nobody rings, whoever of the account dials it gets a caller"
        )
        wrong = Wrong(what, "leave the assignment out, or add a wrap_up, which only those assigned have")
        yield Contradiction(place=f"{place}.queue", wrong=wrong, refused=False)


# --- callers


def _leaving(floor: _Floor, queue: Queue) -> Iterator[Contradiction]:
    """What sends callers away, and where they go."""
    assigned = len(floor.assigned(queue))
    if queue.agents_required > assigned:
        what = f"{queue.agents_required} required and {assigned} assigned, so nobody would ever be let in"
        yield floor.refuse(queue, "agents_required", what, "lower it, or assign more agents to the queue")
    given = [key for key in (*_ENTRY_RULES, "max_wait", "leave_key") if getattr(queue, key)]
    if queue.overflow is None and given:
        what = "there is no overflow: these callers hear that nobody is available, and are hung up"
        yield floor.warn(
            queue, given[0], what, 'add overflow = { queue = "…" }, { extension = "…" } or { message = "…" }'
        )
    if queue.overflow and not given:
        what = "nothing sends callers there"
        mend = "add max_wait, max_callers, max_expected_wait, agents_required or leave_key, or leave overflow out"
        yield floor.warn(queue, "overflow", what, mend)
    if queue.max_wait and queue.longest_behind and queue.longest_behind >= queue.max_wait:
        what = f"whoever comes here first leaves after {in_words(queue.max_wait)} (max_wait), before this can help him"
        yield floor.warn(queue, "longest_behind", what, "make it shorter than max_wait")


def _circle(floor: _Floor, queue: Queue) -> Iterator[Contradiction]:
    """Queues that send callers round; told once, at the first of them in the file."""
    if queue.overflow == Target(kind=TargetKind.QUEUE, name=queue.number):
        yield floor.refuse(queue, "overflow", "the queue sends callers to itself", "name another queue")
        return
    ways = {queue.id: queue}
    after = _sent_to(floor, queue)
    while after is not None and after.id not in ways and floor.numbered[after.id] > floor.numbered[queue.id]:
        ways[after.id] = after
        after = _sent_to(floor, after)
    if after is not queue:
        return
    way = list(ways.values())
    names = " -> ".join(f"{stop.number} {stop.name}" for stop in (*way, queue))
    mend = "let one of them overflow to an extension or to a message"
    if all(any(getattr(stop, rule) for rule in _ENTRY_RULES) for stop in way):
        what = f"a caller whom none of them lets in would be sent round and round: {names}"
        yield floor.refuse(queue, "overflow", what, mend)
    else:
        yield floor.warn(queue, "overflow", f"a caller whom nobody answers goes round for ever: {names}", mend)


def _sent_to(floor: _Floor, queue: Queue) -> Queue | None:
    """Where callers are sent who did not ask for it; only a queue counts."""
    target = queue.overflow
    by_itself = queue.max_wait is not None or any(getattr(queue, rule) for rule in _ENTRY_RULES)
    if target is None or target.kind is not TargetKind.QUEUE or not by_itself:
        return None
    return floor.queues[queue_id(floor.account.id, target.name)]


def _announcements(floor: _Floor, queue: Queue) -> Iterator[Contradiction]:
    """Announcements that would follow each other without music between them."""
    said = queue.announcements
    for key, every in (
        ("position_every", said.position_every),
        ("expected_wait_every", said.expected_wait_every),
        ("comfort_every", said.comfort_every),
    ):
        if every is not None and every < SHORTEST_INTERVAL:
            what = f"an announcement can take longer than {in_words(every)}, so callers would hear little else"
            yield floor.warn(queue, f"announcements.{key}", what, f'write "{in_words(SHORTEST_INTERVAL)}" or more')
