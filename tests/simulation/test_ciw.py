"""The simulator against Ciw, a library of queueing simulation, call by call on random traces.

Priorities and impatient callers are in them, which the published traces hold less of or not at all. Arrivals, talk
times and patience are drawn anew for each seed; the two share nothing but the calls.
"""

from collections.abc import Callable
from decimal import Decimal
from math import inf
from random import Random
from typing import Any, Final

import ciw
import ciw.dists
import pytest

from acd.simulation.play import play
from acd.simulation.reading import DECIMALS
from acd.simulation.trace import Order, Trace, TracedCall

CALLS: Final = 300
MEAN_SERVICE_S: Final = 180
PRIORITIES: Final = (1, 2, 3)
CLOSE_S: Final = 1e-6

Told = list[tuple[int, float, int | None]]
"""Of each call: its number, its wait in seconds, and its agent, None where the caller gave up."""


def drawn(seed: int, order: Order, patience_s: float | None) -> Trace:
    """A trace like no other. From half the load that the agents can bear to more than they can."""
    dice = Random(seed)
    agents = dice.randint(1, 9)
    between_s = MEAN_SERVICE_S / agents / dice.uniform(0.5, 1.3)
    calls: list[TracedCall] = []
    arrival_s = 0.0
    for number in range(1, CALLS + 1):
        arrival_s += dice.expovariate(1 / between_s)
        calls.append(
            TracedCall(
                id=number,
                arrival_s=decimal(arrival_s),
                service_s=decimal(dice.expovariate(1 / MEAN_SERVICE_S)),
                patience_s=None if patience_s is None else decimal(dice.expovariate(1 / patience_s)),
                priority=dice.choice(PRIORITIES),
            )
        )
    return Trace(agents=agents, order=order, calls=tuple(calls))


def decimal(seconds: float) -> Decimal:
    """With as many decimals as a trace may have."""
    return round(Decimal(seconds), DECIMALS)


def by_ciw(trace: Trace) -> Told:
    """What Ciw makes of it: one node, a class of customers for each priority, each with its own stream of arrivals."""

    def of_call(seconds: Callable[[TracedCall], float]) -> Any:
        """A distribution that is none: it looks up the call. Ciw numbers the customers as they arrive."""

        def sample(_: object, t: float, ind: Any) -> float:
            return seconds(trace.calls[ind.id_number - 1])

        return type("OfCall", (ciw.dists.Distribution,), {"sample": sample})()

    def patience(call: TracedCall) -> float:
        return inf if call.patience_s is None else float(call.patience_s)

    classes = PRIORITIES if trace.order is Order.PRIORITY else (None,)
    names = {priority: f"priority {priority}" for priority in classes}
    network = ciw.create_network(
        number_of_servers=[trace.agents],
        priority_classes={name: rank for rank, name in enumerate(names.values())},
        arrival_distributions={name: [arrivals(trace, priority)] for priority, name in names.items()},
        service_distributions={name: [of_call(lambda call: float(call.service_s))] for name in names.values()},
        reneging_time_distributions={name: [of_call(patience)] for name in names.values()},
        server_priority_functions=[idle_since],
        routing={name: [[0.0]] for name in names.values()},
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(len(trace.calls), method="Finish")
    return sorted(
        (record.id_number, record.waiting_time, record.server_id if record.record_type == "service" else None)
        for record in simulation.get_all_records(only=["service", "renege"])
    )


def idle_since(server: Any, _: object) -> float:
    """The longest-idle server first: Ciw notes its time up to its last release. Equals stay in their order."""
    return float(server.total_time)


def arrivals(trace: Trace, priority: int | None) -> Any:
    """The times between the arrivals of this priority (None: of all), and then none any more."""
    times = [float(call.arrival_s) for call in trace.calls if priority in (None, call.priority)]
    return ciw.dists.Sequential([then - before for before, then in zip([0.0, *times], times, strict=False)] + [inf])


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("patience_s", [None, 40, 200])
@pytest.mark.parametrize("seed", range(6))
def test_each_call_fares_as_with_ciw(seed: int, patience_s: float | None, order: Order) -> None:
    trace = drawn(seed, order, patience_s)
    ours = [(int(fate.id), float(fate.wait_s), fate.agent) for fate in play(trace)]
    theirs = by_ciw(trace)
    assert [(number, agent) for number, _, agent in ours] == [(number, agent) for number, _, agent in theirs]
    assert max(abs(our - their) for (_, our, _), (_, their, _) in zip(ours, theirs, strict=True)) <= CLOSE_S


def test_the_traces_are_worth_comparing() -> None:
    """Callers wait, give up, and are overtaken in them."""
    fates = [fate for seed in range(6) for fate in play(drawn(seed, Order.PRIORITY, 200))]
    assert sum(fate.agent is None for fate in fates) > len(fates) / 20
    assert sum(fate.wait_s > 0 and fate.agent is not None for fate in fates) > len(fates) / 5
    by_priority = [play(drawn(seed, Order.PRIORITY, None)) for seed in range(6)]
    by_arrival = [play(drawn(seed, Order.FCFS, None)) for seed in range(6)]
    assert all(one != other for one, other in zip(by_priority, by_arrival, strict=True))
