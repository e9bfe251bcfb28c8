"""Nothing of one account can be reached from another, whatever numbers they share."""

from datetime import UTC, datetime

from acd.engine import Engine
from acd.inputs import AsteriskSeen, CallArrived, ConfigurationLoaded, SetStatusByPhone
from acd.model import (
    ONLINE,
    AccountId,
    Agent,
    Assignment,
    Caller,
    CallId,
    Configuration,
    Device,
    DeviceId,
    Queue,
    agent_id,
    queue_id,
)
from acd.outputs import CallQueued, CallRefused, OfferMade
from acd.state import State

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
HERE, THERE = AccountId("here.example"), AccountId("there.example")


def centre_of(account: AccountId, phone: DeviceId, number: str) -> Configuration:
    """One queue, one agent with one phone."""
    agent, queue = agent_id(account, "1001"), queue_id(account, number)
    return Configuration(
        agents={agent: Agent(id=agent, account=account, extension="1001", name="Ann")},
        devices={phone: Device(id=phone, owner=agent)},
        queues={queue: Queue(id=queue, account=account, number=number, name="Sales")},
        assignments={(agent, queue): Assignment(agent=agent, queue=queue)},
    )


def test_the_same_number_is_another_queue_elsewhere() -> None:
    """Both have a queue 7001 and an agent 1001, one has a queue 7002; only the own account answers."""
    mine, yours = centre_of(HERE, DeviceId("a-desk"), "7001"), centre_of(THERE, DeviceId("b-desk"), "7001")
    extra = centre_of(THERE, DeviceId("c-desk"), "7002")
    both = Configuration(
        agents={**mine.agents, **yours.agents},
        devices={**mine.devices, **yours.devices},
        queues={**mine.queues, **yours.queues, **extra.queues},
        assignments={**mine.assignments, **yours.assignments},
    )
    engine = Engine(State())
    engine.handle(ConfigurationLoaded(configuration=both), NOON)
    engine.handle(AsteriskSeen(registered=frozenset(both.devices)), NOON)
    engine.handle(SetStatusByPhone(device=DeviceId("a-desk"), status=ONLINE), NOON)

    def facts(call: str, account: AccountId, number: str) -> list[object]:
        arrival = CallArrived(call=CallId(call), account=account, number=number, caller=Caller(number="5551234"))
        return [recorded.fact for recorded in engine.handle(arrival, NOON).facts]

    [queued] = facts("A", THERE, "7001")
    assert isinstance(queued, CallQueued)
    assert queued.queue == queue_id(THERE, "7001")
    [refused] = facts("B", HERE, "7002")
    assert isinstance(refused, CallRefused)
    _, offered = facts("C", HERE, "7001")
    assert isinstance(offered, OfferMade)
    assert offered.devices == ("a-desk",)
