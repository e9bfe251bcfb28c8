"""Who changes the centre's configuration in mid-day: queues, assignments and phones, while calls wait, ring and talk.

What the database says is `configuration`, and what Asterisk is to know of it `provisioning`. Some of what is taken away
comes back after a while, else the day would end with an empty centre.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Final

from acd.model import AgentId, Configuration, DeviceId, QueueId, QueueType
from acd.ports import Provisioning
from tests.faults import centre
from tests.faults.centre import Centre
from tests.faults.clockwork import World

AWAY_S: Final = 10.0
"""At least so long what was taken away stays away."""

AGAIN_S: Final = 1.0
"""While the database is away nothing can be changed."""

Key = QueueId | DeviceId | tuple[AgentId, QueueId]


class Desk:
    """The one at which it is changed."""

    def __init__(
        self,
        world: World,
        dice: Random,
        drawn: Centre,
        *,
        writable: Callable[[], bool],
        changed: Callable[[str], None],
    ) -> None:
        """`writable`: whether the database takes a change; `changed` is told what was, once it is in force there."""
        self.configuration: Configuration = drawn.configuration
        self.provisioning: Provisioning = drawn.provisioning
        self._world, self._dice, self._drawn = world, dice, drawn
        self._writable, self._changed = writable, changed
        self._all = drawn.configuration
        """With what is away just now."""
        self._away: dict[Key, float] = {}
        """Until when."""
        self.ever_gone: set[Key] = set()

    def change(self, for_s: float) -> None:
        """Something, drawn; where it takes something away for so long and `AWAY_S`."""
        if not self._writable():
            return
        kinds = ("type", "rules", "rules", "assignment", "assignment gone", "device gone", "queue gone")
        what = self._dice.choice(kinds)
        match what:
            case "type" | "rules":
                words = self._change_queue(what)
            case "assignment":
                words = self._change_assignment()
            case _:
                words = self._take_away(what, for_s + AWAY_S)
        self._put_in_force(f"{what} {words}")

    def _change_queue(self, what: str) -> str:
        dice = self._dice
        queue = self._all.queues[dice.choice(sorted(self._all.queues))]
        if what == "type" and queue.type is not QueueType.CALL_PARK:
            kinds = [kind for kind in QueueType if kind not in (QueueType.CALL_PARK, queue.type)]
            queue = replace(queue, type=dice.choice(kinds))
        else:
            queue = replace(
                queue,
                priority=dice.choice((1, 2, 3)),
                wrap_up=timedelta(seconds=dice.choice((0, 5, 15))),
                ring_time=timedelta(seconds=dice.choice((4, 8, 15))),
            )
        self._all = replace(self._all, queues={**self._all.queues, queue.id: queue})
        return f"{queue.id} {queue.type} {queue.priority} {queue.wrap_up} {queue.ring_time}"

    def _change_assignment(self) -> str:
        dice = self._dice
        key = dice.choice(sorted(self._all.assignments))
        assignment = replace(
            self._all.assignments[key],
            order=dice.choice((1, 2, 3)),
            priority=dice.choice((None, 1, 2)),
            max_calls=dice.choice((1, 1, 2)),
            confirm=dice.random() < 0.2,
        )
        self._all = replace(self._all, assignments={**self._all.assignments, key: assignment})
        return f"{assignment}"

    def _take_away(self, what: str, for_s: float) -> str:
        """The first queue stays: others overflow there."""
        there: list[Key]
        match what:
            case "assignment gone":
                there = [*sorted(self._all.assignments)]
            case "device gone":
                there = [*sorted(self._all.devices)]
            case _:
                there = [*sorted(self._all.queues)[1:]]
        key = self._dice.choice(there)
        self.ever_gone.add(key)
        self._away[key] = self._world.now + for_s
        self._world.after(for_s, lambda: self._bring_back(key))
        return f"{key} for {for_s:.1f} s"

    def _bring_back(self, key: Key) -> None:
        until = self._away.get(key)
        if until is None or until > self._world.now:  # taken away once more meanwhile
            return
        if not self._writable():
            self._world.after(AGAIN_S, lambda: self._bring_back(key))
            return
        del self._away[key]
        self._put_in_force(f"{key} is back")

    def _put_in_force(self, what: str) -> None:
        whole, away = self._all, self._away
        queues = {each: queue for each, queue in whole.queues.items() if each not in away}
        self.configuration = replace(
            whole,
            queues=queues,
            devices={each: device for each, device in whole.devices.items() if each not in away},
            assignments={
                key: each for key, each in whole.assignments.items() if key not in away and key[1] not in away
            },
        )
        phones = {
            person: tuple(phone for phone in his if phone not in away) for person, his in self._drawn.phones.items()
        }
        numbers = [queue.number for queue in queues.values()]
        self.provisioning = centre.provisioning(phones, self._drawn.outside, numbers)
        self._changed(what)
