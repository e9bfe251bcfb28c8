"""Traces in few words, for the tests."""

from decimal import Decimal

from acd.simulation.play import play
from acd.simulation.trace import Order, Trace, TracedCall


def call(
    number: int, arrival: str, service: str, patience: str | None = None, priority: int | None = None
) -> TracedCall:
    """A call; times are seconds, as text so that they are exact."""
    return TracedCall(
        id=number,
        arrival_s=Decimal(arrival),
        service_s=Decimal(service),
        patience_s=None if patience is None else Decimal(patience),
        priority=priority,
    )


def fates(agents: int, *calls: TracedCall, order: Order = Order.FCFS) -> list[tuple[str, int | None]]:
    """Each call's wait and its agent, None where he gave up."""
    played = play(Trace(agents=agents, order=order, calls=calls))
    assert [fate.id for fate in played] == [each.id for each in calls]
    return [(str(fate.wait_s), fate.agent) for fate in played]
