"""A small centre on the real core, driven second by second: what the tests of the process's parts share."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from acd.engine import Engine
from acd.inputs import AsteriskSeen, CallArrived, ConfigurationLoaded, Event, Request, SetStatus
from acd.model import (
    AccountId,
    Agent,
    AgentId,
    Assignment,
    Caller,
    CallId,
    Configuration,
    Device,
    DeviceId,
    OfferId,
    Queue,
    QueueId,
    Status,
)
from acd.outputs import Outcome
from acd.runtime.runner import Observer
from acd.state import State

START: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACCOUNT: Final = AccountId("demo.example")
ALICE: Final = AgentId("1001@demo.example")
BOB: Final = AgentId("1002@demo.example")
SALES: Final = QueueId("7001@demo.example")
HELP: Final = QueueId("7002@demo.example")
NO_MATTER: Final = timedelta(days=1)
"""An expected wait that keeps nobody out, and has everybody's reckoned out."""
DESK_OF: Final = {ALICE: DeviceId("1001-desk"), BOB: DeviceId("1002-desk")}


def configuration(*, wrap_up: timedelta = timedelta(seconds=30)) -> Configuration:
    """Alice answers both queues, Bob only sales."""
    agents = [
        Agent(id=ALICE, account=ACCOUNT, extension="1001", name="Alice"),
        Agent(id=BOB, account=ACCOUNT, extension="1002", name="Bob"),
    ]
    queues = [
        Queue(id=SALES, account=ACCOUNT, number="7001", name="Sales", wrap_up=wrap_up, max_expected_wait=NO_MATTER),
        Queue(id=HELP, account=ACCOUNT, number="7002", name="Help"),
    ]
    assignments = [Assignment(agent=ALICE, queue=SALES), Assignment(agent=BOB, queue=SALES)]
    assignments.append(Assignment(agent=ALICE, queue=HELP))
    return Configuration(
        agents={agent.id: agent for agent in agents},
        devices={device: Device(id=device, owner=owner) for owner, device in DESK_OF.items()},
        queues={queue.id: queue for queue in queues},
        assignments={(entry.agent, entry.queue): entry for entry in assignments},
    )


def arrival(call: str, number: str = "7001", name: str = "Carl") -> CallArrived:
    """A caller dials a queue."""
    return CallArrived(call=CallId(call), account=ACCOUNT, number=number, caller=Caller(number="+15550100", name=name))


class RunningCentre:
    """The engine of the small centre, with everybody's phone registered; observers see each step as in the process."""

    def __init__(self, observers: Sequence[Observer] = ()) -> None:
        self.state = State()
        self.engine = Engine(self.state)
        self.observers = observers
        self.do(0, ConfigurationLoaded(configuration=configuration()))
        self.do(0, AsteriskSeen(registered=frozenset(DESK_OF.values())))

    def do(self, second: float, what: Event | Request | None, *, ordered_after: timedelta = timedelta(0)) -> Outcome:
        """One input (None: the clock), `second` seconds after the start."""
        now = START + timedelta(seconds=second)
        outcome = self.engine.advance(now) if what is None else self.engine.handle(what, now)
        for observer in self.observers:
            observer.observe(what, outcome, now + ordered_after)
        return outcome

    def choose(self, second: float, agent: AgentId, status: Status) -> Outcome:
        """An agent chooses a status."""
        return self.do(second, SetStatus(agent=agent, status=status))


def offer(call: str, n: int = 1) -> OfferId:
    """The n-th offer of a call."""
    return OfferId(f"{call}~{n}")
