"""A centre in the middle of a lively afternoon, always the same one: what the pictures of the pages show.

Ten days are simulated with dice of one seed; the last minutes are told by hand, so that there is something to see on
each page. Then the clock stands still.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from acd.engine import Engine
from acd.inputs import AsteriskSeen, CallArrived, CallerHungUp, ConfigurationLoaded, EngineStarted, SetStatus
from acd.model import BREAK, LUNCH, MEETING, ONLINE, AccountId, Caller, CallId, Status, agent_id
from acd.outputs import Recorded
from acd.simulation.chance import Chance
from acd.simulation.day import configuration_of, read_day
from acd.simulation.run import Run, Timed
from acd.state import State
from portal.views.doing import Doing, doing
from portal.views.today import Today
from tests.portal.live import LiveEngine

ACCOUNT: Final = AccountId("hotel.example")
ANNA: Final = agent_id(ACCOUNT, "1001")
ZONE: Final = ZoneInfo("America/New_York")
MIDNIGHT: Final = datetime(2026, 11, 10, tzinfo=ZONE).astimezone(UTC)
"""When the first day begins."""
MOMENT: Final = datetime(2026, 11, 19, 14, 32, 20, tzinfo=ZONE).astimezone(UTC)
"""What every clock shows."""
SEED: Final = 7
TRAINING: Final = Status("training")

CENTRE: Final = (
    """
[account]
domain = "hotel.example"
time_zone = "America/New_York"
home_region = "US"
statuses = ["training"]
outbound = ["+1NXXNXXXXXX"]

[[users]]
extension = "1001"
name = "Anna Bell"
email = "anna@hotel.example"

[[users]]
extension = "1030"
name = "Dora Evans"
email = "dora@hotel.example"
role = "supervisor"
supervises = ["7001", "7002", "7003"]

[[users]]
extension = "1040"
name = "Emil Fox"
email = "emil@hotel.example"
role = "office_manager"

[[devices]]
name = "1001-desk"
owner = "1001"

[[devices]]
name = "1001-soft"
owner = "1001"

[[devices]]
name = "1030-desk"
owner = "1030"

[[queues]]
number = "7001"
name = "Reservations"
wrap_up = "30s"
service_level = "20s"
max_wait = "10m"
overflow = { queue = "7002" }

[[queues]]
number = "7002"
name = "Guest services"
type = "tiered_round_robin"
priority = 2
wrap_up = "45s"
service_level = "30s"
recording = "on_demand"

[[queues]]
number = "7003"
name = "Groups and events"
type = "linear_hunt"
priority = 3
wrap_up = "1m"
service_level = "1m"
callback = { key = "2", attempts = 3, retry = "5m", ring_time = "30s" }

[[traffic]]
queue = "7001"
calls_per_hour = [0, 0, 0, 0, 0, 0, 6, 18, 44, 62, 66, 62, 52, 58, 50, 40, 34, 24, 14, 10, 6, 0, 0, 0]
talk = { type = "log_normal", mean = "3m", deviation = "2m" }
patience = { type = "exponential", mean = "6m" }

[[traffic]]
queue = "7002"
calls_per_hour = [0, 0, 0, 0, 0, 0, 8, 20, 26, 30, 26, 24, 22, 24, 24, 22, 20, 16, 10, 8, 6, 0, 0, 0]
talk = { type = "log_normal", mean = "4m", deviation = "3m" }
patience = { type = "exponential", mean = "6m" }

[[traffic]]
queue = "7003"
calls_per_hour = [0, 0, 0, 0, 0, 0, 0, 0, 6, 8, 9, 8, 6, 7, 9, 8, 5, 0, 0, 0, 0, 0, 0, 0]
talk = { type = "log_normal", mean = "7m", deviation = "4m" }
patience = { type = "exponential", mean = "6m" }

[[shifts]]
agents = ["1001", "1002", "1003", "1004", "1005"]
from = "07:00"
to = "14:20"
misses = 0.05

[[shifts]]
agents = ["1006", "1007", "1008", "1009", "1010", "1011"]
from = "09:00"
to = "17:30"
misses = 0.04

[[shifts]]
agents = ["1012"]
from = "14:00"
to = "21:00"
misses = 0.04
"""
    + "".join(
        f'[[users]]\nextension = "{extension}"\nname = "{name}"\n\n'
        f'[[devices]]\nname = "{extension}-desk"\nowner = "{extension}"\n\n'
        for extension, name in (
            ("1002", "Ben Carter"),
            ("1003", "Carla Diaz"),
            ("1004", "Dan Early"),
            ("1005", "Erin Flood"),
            ("1006", "Farid Gul"),
            ("1007", "Gina Holt"),
            ("1008", "Hugo Ives"),
            ("1009", "Iris Jung"),
            ("1010", "Jack Kern"),
            ("1011", "Kim Lund"),
            ("1012", "Lea Moss"),
        )
    )
    + "".join(
        f'[[assignments]]\nqueue = "{queue}"\nagent = "{agent}"\norder = {order}\n\n'
        for queue, people in (
            ("7001", ("1001", "1002", "1003", "1006", "1007", "1008", "1009")),
            ("7002", ("1001", "1004", "1005", "1009", "1010", "1011", "1012")),
            ("7003", ("1001", "1005", "1011")),
        )
        for order, agent in enumerate(people, start=1)
    )
)

CALLERS: Final = tuple(
    Caller(number=number, name=name)
    for number, name in (
        ("+12125550148", "Grace Hopper"),
        ("+13055550117", "Mary Jackson"),
        ("+14155550173", "Alan Kay"),
        ("+16175550122", "Katherine Johnson"),
        ("+19085550164", ""),
        ("+12125550193", "Dennis Ritchie"),
        ("anonymous", ""),
        ("+13125550136", "Barbara Liskov"),
        ("+442079460018", "Ada Lovelace"),
        ("+18005550199", "Acme Travel"),
        ("+12065550111", "Margaret Hamilton"),
        ("+14165550155", "Donald Knuth"),
        ("+19175550181", "Radia Perlman"),
        ("+4930901820", "Konrad Zuse"),
        ("+12025550129", ""),
        ("+15125550142", "Edsger Dijkstra"),
    )
)
LATE_CALLERS: Final = (("7001", 96, 7), ("7002", 71, 8), ("7001", 58, 12), ("7001", 33, 15), ("7003", 21, 10))
"""Who comes in the last minutes: to which queue, how many seconds ago, and which caller."""


class StillEngine(LiveEngine):
    """One that has run up to the moment; then the clock moves on only when it is told to."""

    def __init__(self, engine: Engine, at: datetime) -> None:
        self.at = at
        super().__init__(engine)

    def now(self) -> datetime:
        """As its clock shows."""
        return self.at


def lived() -> tuple[StillEngine, list[Recorded]]:
    """The engine at the moment, and everything that has happened until then."""
    day = read_day(CENTRE, "lively_day.py")
    engine, facts = Engine(State()), list[Recorded]()
    configuration = configuration_of(day.centre)
    for what in (
        EngineStarted(),
        ConfigurationLoaded(configuration=configuration),
        AsteriskSeen(registered=frozenset(configuration.devices)),
    ):
        facts += engine.handle(what, MIDNIGHT).facts
    chance = Chance(day.traffic, MIDNIGHT, lambda name: random.Random(f"{SEED} {name}"))
    until = MOMENT - timedelta(minutes=3)
    Run(engine, chance, facts.append).play(_with_names(chance.inputs(until)), until)
    for at, told in sorted(_last_minutes(engine), key=lambda entry: entry[0]):
        while engine.deadline is not None and engine.deadline < at:
            facts += engine.advance(engine.deadline).facts
        facts += engine.handle(told, at).facts
    return StillEngine(engine, MOMENT), facts


def today(facts: list[Recorded]) -> Today:
    """The figures of the day of the moment."""
    figures = Today()
    for recorded in facts:
        figures.note(recorded)
    return figures


def _with_names(inputs: Iterator[Timed]) -> Iterator[Timed]:
    turn = cycle(CALLERS)
    for at, what in inputs:
        yield at, replace(what, caller=next(turn)) if isinstance(what, CallArrived) else what


def _last_minutes(engine: Engine) -> Iterator[Timed]:
    """Who would be free is away, so that callers wait; Anna Bell comes back, and is rung at once."""
    records, begin = engine.state.records, MOMENT - timedelta(minutes=3)
    idle = [agent.id for agent in records.agent_records.values() if doing(engine.state, agent) is Doing.IDLE]
    away = [agent_id(ACCOUNT, extension) for extension in ("1002", "1003", "1004")] + sorted(idle)
    for number, (agent, status) in enumerate(zip(away, cycle((LUNCH, TRAINING, BREAK, MEETING)))):
        yield begin + number * timedelta(seconds=1), SetStatus(agent=agent, status=status)
    for call in sorted(records.agent_records[ANNA].calls):
        yield begin, CallerHungUp(call=call)
    for number, (queue, seconds, caller) in enumerate(LATE_CALLERS):
        arrived = CallArrived(call=CallId(f"late-{number}"), account=ACCOUNT, number=queue, caller=CALLERS[caller])
        yield MOMENT - timedelta(seconds=seconds), arrived
    yield MOMENT - timedelta(seconds=9), SetStatus(agent=ANNA, status=ONLINE)
