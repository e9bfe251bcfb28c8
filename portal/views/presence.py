"""How many agents of each queue do what, kept while they change, so that no row of a queue has to count them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from acd.model import AgentId, QueueId
from acd.state import State
from portal.views.doing import Doing, doing

_NOBODY: Final[Mapping[str, int]] = {word.value: 0 for word in Doing}


class Presence:
    """Of all agents whom `look` was shown, as they were then."""

    def __init__(self) -> None:
        self._of_queue: dict[QueueId, Counter[str]] = {}
        self._ready: dict[QueueId, int] = {}
        self._seen: dict[AgentId, tuple[Doing | None, frozenset[QueueId]]] = {}

    def look(self, state: State, agents: Iterable[AgentId]) -> set[QueueId]:
        """See these anew. Returns the queues in which other agents are counted now, or are ready."""
        changed: set[QueueId] = set()
        for agent in agents:
            before, now = self._seen.get(agent, (None, frozenset[QueueId]())), _as_counted(state, agent)
            if before != now:
                self._count(before, -1)
                self._count(now, 1)
                self._seen[agent] = now
                changed |= before[1] | now[1]
            for queue in now[1]:
                ready = len(state.queue_index(queue).eligible)
                if self._ready.get(queue) != ready:
                    self._ready[queue] = ready
                    changed.add(queue)
        return changed

    def of(self, queue: QueueId) -> Mapping[str, int]:
        """By what they do; every word is there."""
        return {**_NOBODY, **self._of_queue.get(queue, {})}

    def _count(self, seen: tuple[Doing | None, frozenset[QueueId]], by: int) -> None:
        what, queues = seen
        for queue in queues:
            self._of_queue.setdefault(queue, Counter())[str(what)] += by


def _as_counted(state: State, agent: AgentId) -> tuple[Doing | None, frozenset[QueueId]]:
    """What he does, and in which queues that counts."""
    queues = state.records.assignments.get(agent)
    if not queues or agent not in state.records.agents:
        return None, frozenset()
    return doing(state, state.records.agent_records[agent]), frozenset(queues)
