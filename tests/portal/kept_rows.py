"""Pages kept up to date by what facts touch, beside the same pages computed whole: the two must never differ."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from acd.model import AccountId, queue_id
from acd.outputs import Recorded
from acd.state import State
from portal.live.sight import Sight
from portal.live.topics import Agents, Me, MyQueues, MyStatistics, Queues, View, Waiting, Wallboard
from portal.live.touched import Reader, Touched
from portal.views.presence import Presence
from portal.views.today import Today

ACCOUNT: Final = AccountId("demo.example")
SOME: Final = frozenset({queue_id(ACCOUNT, "7001")})


class KeptRows:
    """Every view of one account's pages, over one state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._reader = Reader(state)
        self._presence = Presence()
        self._presence.look(state, state.records.agents)
        self._today = Today(state.records)
        self._rows: dict[View, dict[str, bytes]] = {}

    def happened(self, facts: Sequence[Recorded], now: datetime) -> None:
        """A step is over: what pages were sent of it makes them what they should be."""
        touched = Touched()
        self._reader.read((recorded.fact for recorded in facts), touched)
        touched.queues |= self._presence.look(self.state, touched.agents)
        for recorded in facts:
            touched.everything |= self._today.note(recorded)
        kept, whole = self._sight(self._presence, now), self._sight(self._counted_anew(), now)
        views = set(self._views())
        self._rows = {view: rows for view, rows in self._rows.items() if view in views}
        for view in views:
            self._send(view, kept, touched)
            assert _decoded(self._rows[view]) == _decoded(dict(view.all(whole))), (view, facts)

    def _send(self, view: View, sight: Sight, touched: Touched) -> None:
        if view not in self._rows:
            self._rows[view] = dict(view.all(sight))
            return
        rows = None if touched.everything or view.ticks else view.some(sight, touched)
        if rows is None:
            self._rows[view] = dict(view.all(sight))
        else:
            self._rows[view] |= rows

    def _sight(self, presence: Presence, now: datetime) -> Sight:
        return Sight(self.state, presence, self._today, now)

    def _counted_anew(self) -> Presence:
        presence = Presence()
        presence.look(self.state, self.state.records.agents)
        return presence

    def _views(self) -> Iterator[View]:
        for agent in self.state.records.agents:
            yield from (Me(agent), MyQueues(agent), MyStatistics(agent))
        for queue in self.state.records.queues:
            yield Waiting(queue)
        for scope in (None, SOME):
            yield from (Queues(ACCOUNT, scope), Agents(ACCOUNT, scope), Wallboard(ACCOUNT, scope))


def _decoded(rows: dict[str, bytes]) -> dict[str, Any]:
    return {name: msgspec.json.decode(row) for name, row in rows.items()}
