"""Plays a trace: what happens when, told to a centre; and what became of each call."""

from collections.abc import Callable
from decimal import Decimal
from enum import IntEnum
from heapq import heapify, heappop, heappush
from typing import assert_never

from acd.simulation.centre import Centre
from acd.simulation.trace import Ending, Fate, Order, Trace


class _What(IntEnum):
    """At one instant the lower goes first: whoever could just be served is served."""

    TALK_ENDS = 1
    ARRIVES = 2
    PATIENCE_ENDS = 3


_Entry = tuple[Decimal, _What, int, int]
"""When, what, which of several at that instant first, and the call's place in the trace."""


def play(trace: Trace, settled: Callable[[int], None] = lambda _: None) -> tuple[Fate, ...]:
    """What becomes of each call, in the order of the trace; `settled` is told how many of them are known by now.

    At one instant talks end first, by the numbers of their agents; then callers arrive, in the order of the trace; then
    those hang up whose patience is over, unless they have been answered at this very instant.
    """
    return _Play(trace, settled).run()


class _Play:
    def __init__(self, trace: Trace, settled: Callable[[int], None]) -> None:
        self._trace = trace
        self._settled = settled
        self._centre = Centre(trace.agents)
        self._agenda: list[_Entry] = [(c.arrival_s, _What.ARRIVES, n, n) for n, c in enumerate(trace.calls)]
        heapify(self._agenda)
        self._fates: dict[int, Fate] = {}

    def run(self) -> tuple[Fate, ...]:
        while self._agenda:
            at_s, what, _, number = heappop(self._agenda)
            match what:
                case _What.ARRIVES:
                    self._arrives(at_s, number)
                case _What.TALK_ENDS:
                    self._note(at_s, self._centre.call_ends(at_s, number))
                case _What.PATIENCE_ENDS:
                    self._patience_ends(at_s, number)
                case _:
                    assert_never(what)
        return tuple(self._fates[number] for number in range(len(self._trace.calls)))

    def _arrives(self, at_s: Decimal, number: int) -> None:
        call = self._trace.calls[number]
        priority = call.priority if self._trace.order is Order.PRIORITY else None
        self._note(at_s, self._centre.call_arrives(at_s, number, priority))
        if call.patience_s is not None and number not in self._fates:
            heappush(self._agenda, (at_s + call.patience_s, _What.PATIENCE_ENDS, number, number))

    def _patience_ends(self, at_s: Decimal, number: int) -> None:
        if number not in self._fates:
            nobody = self._centre.call_ends(at_s, number)
            assert not nobody, "a caller who gives up makes nobody free"
            self._settle(at_s, number, None)

    def _note(self, at_s: Decimal, answered: list[tuple[int, int]]) -> None:
        for number, agent in answered:
            self._settle(at_s, number, agent)
            ends_s = at_s + self._trace.calls[number].service_s
            heappush(self._agenda, (ends_s, _What.TALK_ENDS, agent, number))

    def _settle(self, at_s: Decimal, number: int, agent: int | None) -> None:
        call = self._trace.calls[number]
        outcome = Ending.ABANDONED if agent is None else Ending.ANSWERED
        self._fates[number] = Fate(id=call.id, wait_s=at_s - call.arrival_s, agent=agent, outcome=outcome)
        self._settled(len(self._fates))
