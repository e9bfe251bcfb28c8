"""How soon a caller's call rings at a free agent, how soon the two are joined, and what a call costs."""

from random import Random
from typing import Final

from bench.contenders import FLOOR, Serving
from bench.figures import Aim, Cell
from bench.joins import Joins
from bench.machine import LOAD_QUEUE, SECRET, Machine, processor_s
from bench.phones import Phones
from bench.traffic import Traffic

RATES: Final = {1: 5.0, 10: 4.0, 30: 4.0}
"""Calls a second -> for how many seconds."""
COSTS_AT: Final = 30
TALK_S: Final = 0.5
WARMS_UP_S: Final = 2.0
WARMS_UP_PER_S: Final = 10


class Arrival:
    """Items 2 and 3, and the processor time of a call."""

    def __init__(self) -> None:
        self._rings = {
            rate: Cell(item="arrival", situation=f"{rate} a second", aims=(Aim(peer=FLOOR, at_most=1.3),))
            for rate in RATES
        }
        self._joins = {
            rate: Cell(item="answer", situation=f"{rate} a second", aims=(Aim(peer=FLOOR, at_most=1.2),))
            for rate in RATES
        }
        self._costs = {
            what: Cell(item="processor time of a call", situation=f"{what}, {COSTS_AT} a second")
            for what in ("Asterisk", "the engine", "both")
        }

    def cells(self) -> list[Cell]:
        """What was measured."""
        return [cell for cell in (*self._rings.values(), *self._joins.values(), *self._costs.values()) if cell.rounds]

    async def round(self, phones: Phones, by: Serving, machine: Machine, seed: int) -> None:
        """One round of this one."""
        joins = Joins(machine.asterisk.manager, SECRET, phones)
        try:
            traffic = Traffic(phones, lambda: by.extension(LOAD_QUEUE), talk_s=TALK_S, dice=Random(seed))
            await traffic.come(WARMS_UP_PER_S, WARMS_UP_S)
            for rate, seconds in RATES.items():
                asterisk, loop = processor_s([machine.asterisk.pid]), processor_s(by.pids)
                seen = await traffic.come(rate, seconds)
                await traffic.end()
                self._rings[rate].add(by.name, seen.rings_ms)
                self._joins[rate].add(by.name, seen.joins_ms)
                if rate == COSTS_AT:
                    asterisk = (processor_s([machine.asterisk.pid]) - asterisk) / len(seen.calls) * 1000
                    loop = (processor_s(by.pids) - loop) / len(seen.calls) * 1000
                    for what, cost in (("Asterisk", asterisk), ("the engine", loop), ("both", asterisk + loop)):
                        if cost:
                            self._costs[what].add(by.name, [cost])
        finally:
            joins.close()
            phones.forget()
