"""The topics that a page can watch: who may watch each, and which rows it has for him.

The table at the end is all there are; the test that asks for everything in everybody's name is made from it. A view is
what a topic is for somebody: equal views are one, however many pages have them open.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from acd.centre import Role
from acd.model import AccountId, AgentId, Assignment, Queue, QueueId, queue_id
from acd.state import State
from portal.live.sight import Sight
from portal.live.touched import Touched
from portal.problems import not_allowed, not_found
from portal.views import agents, me, queues, waiting
from portal.views.words import number_of
from portal.who import Who, visible_queue

Rows = Mapping[str, bytes]
"""Encoded, by the name of each in its topic."""

Named = Iterable[tuple[str, bytes]]


class View(Protocol):
    """One topic as one sees it. Hashable."""

    counts_today: bool
    """It shows figures of today, and waits until they are known."""
    ticks: bool
    """It changes by time alone, and is looked at now and then."""

    def all(self, sight: Sight) -> Named:
        """Every row that there is, one at a time. The state may move on in between; a row that is gone is left out."""
        ...

    def some(self, sight: Sight, touched: Touched) -> Rows | None:
        """Those that may have changed. None: what there is may have changed, look at `all`."""
        ...


@dataclass(frozen=True)
class Me:
    """An agent's own state."""

    agent: AgentId
    counts_today = False
    ticks = False

    def all(self, sight: Sight) -> Named:
        return sight.named([("me", self, partial(me.me, sight.state, self.agent))])

    def some(self, sight: Sight, touched: Touched) -> Rows | None:
        return None if self.agent in touched.agents else {}


@dataclass(frozen=True)
class MyStatistics:
    """An agent's own day."""

    agent: AgentId
    counts_today = True
    ticks = True

    def all(self, sight: Sight) -> Named:
        return sight.named([("me", self, partial(self._row, sight))])

    def some(self, sight: Sight, touched: Touched) -> Rows | None:
        return None if self.agent in touched.agents else {}

    def _row(self, sight: Sight) -> agents.StatisticsRow:
        return agents.statistics_row(sight.today.agent(self.agent, sight.now))


@dataclass(frozen=True)
class MyQueues:
    """The queues of an agent."""

    agent: AgentId
    counts_today = False
    ticks = False

    def all(self, sight: Sight) -> Named:
        return self._rows(sight, list(self._assigned(sight)))

    def some(self, sight: Sight, touched: Touched) -> Rows | None:
        return dict(self._rows(sight, touched.queues & self._assigned(sight).keys()))

    def _assigned(self, sight: Sight) -> Mapping[QueueId, Assignment]:
        return sight.state.records.assignments.get(self.agent, {})

    def _rows(self, sight: Sight, of: Iterable[QueueId]) -> Named:
        for id_ in of:
            queue, mine = sight.state.records.queues.get(id_), self._assigned(sight).get(id_)
            if queue is not None and mine is not None:
                key = (id_, mine.priority, mine.wrap_up, mine.devices)
                yield from sight.named([(queue.number, key, partial(queues.my_queue, sight.state, queue, mine))])


@dataclass(frozen=True)
class Waiting:
    """The callers of one queue."""

    queue: QueueId
    counts_today = False
    ticks = False

    def all(self, sight: Sight) -> Named:
        """In turn."""
        rows = waiting.waiting(sight.state, self.queue)
        return sight.named((row.call, (self, row.call), partial(_as_it_is, row)) for row in rows)

    def some(self, sight: Sight, touched: Touched) -> Rows | None:
        return None if self.queue in touched.queues else {}


@dataclass(frozen=True)
class _Supervised:
    """What somebody looks after: some queues of an account, or all of them."""

    account: AccountId
    queues: frozenset[QueueId] | None
    counts_today = True
    ticks = False

    def of(self, sight: Sight, ids: Iterable[QueueId] | None = None) -> list[Queue]:
        """The queues that there are, of all or of these."""
        known = sight.state.records.queues
        if ids is None:
            ids = known if self.queues is None else sorted(self.queues)
        return [queue for id_ in ids if (queue := known.get(id_)) is not None and self._covers(queue)]

    def _covers(self, queue: Queue) -> bool:
        return queue.account == self.account and (self.queues is None or queue.id in self.queues)


@dataclass(frozen=True)
class Queues(_Supervised):
    """Queues on the board."""

    def all(self, sight: Sight) -> Named:
        return _queue_rows(sight, "queue", self.of(sight), queues.queue_row)

    def some(self, sight: Sight, touched: Touched) -> Rows | None:
        return dict(_queue_rows(sight, "queue", self.of(sight, touched.queues), queues.queue_row))


@dataclass(frozen=True)
class Wallboard(_Supervised):
    """Queues on the wall."""

    def all(self, sight: Sight) -> Named:
        return _queue_rows(sight, "wall", self.of(sight), queues.wallboard_row)

    def some(self, sight: Sight, touched: Touched) -> Rows | None:
        return dict(_queue_rows(sight, "wall", self.of(sight, touched.queues), queues.wallboard_row))


@dataclass(frozen=True)
class Agents(_Supervised):
    """The agents on the board."""

    def all(self, sight: Sight) -> Named:
        """Each once, however many of the queues he answers."""
        everybody = {agent for queue in self.of(sight) for agent in sight.state.queue_index(queue.id).assigned}
        return self._rows(sight, sorted(everybody))

    def some(self, sight: Sight, touched: Touched) -> Rows | None:
        return dict(self._rows(sight, [agent for agent in touched.agents if self._has(sight, agent)]))

    def _has(self, sight: Sight, agent: AgentId) -> bool:
        user = sight.state.records.agents.get(agent)
        return user is not None and user.account == self.account

    def _rows(self, sight: Sight, of: Iterable[AgentId]) -> Named:
        return sight.named((number_of(agent), (self, agent), partial(self._row, sight, agent)) for agent in of)

    def _row(self, sight: Sight, agent: AgentId) -> agents.AgentRow | None:
        return agents.agent_row(sight.state, agent, self.queues, sight.today.agent(agent, sight.now))


def _queue_rows(sight: Sight, kind: str, of: Iterable[Queue], row_of: Callable[..., object]) -> Named:
    for queue in of:
        make = partial(row_of, sight.state, queue, sight.presence.of(queue.id), sight.today.queue(queue.id))
        yield from sight.named([(queue.number, (kind, queue.id), make)])


def _as_it_is(row: waiting.WaitingRow) -> waiting.WaitingRow:
    return row


# --- who may watch what


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One entry of the table."""

    needs: Role
    of_queue: bool = False
    """It is of one queue, whose number follows its name: `waiting/7001`."""
    view: Callable[[Who, State, str], View]
    """As this one sees it; raises `Problem` where he may not. The last argument is that number."""


def _supervised(who: Who) -> tuple[AccountId, frozenset[QueueId] | None]:
    if who.role is Role.OFFICE_MANAGER:
        return who.account, None
    return who.account, frozenset(queue_id(who.account, number) for number in who.supervises)


TOPICS: Final[Mapping[str, Topic]] = {
    "me": Topic(needs=Role.AGENT, view=lambda who, _, __: Me(who.agent)),
    "my_queues": Topic(needs=Role.AGENT, view=lambda who, _, __: MyQueues(who.agent)),
    "my_statistics": Topic(needs=Role.AGENT, view=lambda who, _, __: MyStatistics(who.agent)),
    "waiting": Topic(
        needs=Role.AGENT, of_queue=True, view=lambda who, state, number: Waiting(visible_queue(who, state, number))
    ),
    "queues": Topic(needs=Role.SUPERVISOR, view=lambda who, _, __: Queues(*_supervised(who))),
    "agents": Topic(needs=Role.SUPERVISOR, view=lambda who, _, __: Agents(*_supervised(who))),
    "wallboard": Topic(needs=Role.SUPERVISOR, view=lambda who, _, __: Wallboard(*_supervised(who))),
}


def view_of(who: Who, state: State, name: str) -> View:
    """What this topic is for him.

    Raises `Problem`: 404 where there is none for him, 403 where his role may not see such things at all.
    """
    kind, slash, number = name.partition("/")
    topic = TOPICS.get(kind)
    if topic is None or bool(slash) != topic.of_queue:
        raise not_found("topic")
    if not who.has_role(topic.needs):
        raise not_allowed()
    return topic.view(who, state, number)
