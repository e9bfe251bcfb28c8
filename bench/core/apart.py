"""What is more than one step's work, measured apart: a ring all of 500, a new configuration, a look at Asterisk.

Milliseconds; each some times, with an engine of its own.
"""

from dataclasses import replace
from datetime import timedelta
from time import perf_counter_ns
from typing import Final

from acd.differences import in_pieces
from acd.engine import Engine
from acd.inputs import (
    AsteriskLost,
    AsteriskSeen,
    CallArrived,
    CallerHungUp,
    ConfigurationLoaded,
    EngineStarted,
    Event,
    LegAnswered,
    Request,
    SetStatus,
)
from acd.model import (
    ONLINE,
    Account,
    Agent,
    Assignment,
    Caller,
    CallId,
    Configuration,
    Device,
    DeviceId,
    Queue,
    QueueType,
    agent_id,
    queue_id,
)
from acd.outputs import Outcome, Ring
from acd.seen import SeenCall, SeenLeg
from acd.state import State
from bench.core.centre import ACCOUNT, Size
from bench.core.measured import BEGINS, Centre

TIMES: Final = 11
RING_ALL: Final = 500
LARGE: Final = Size(10_000, 1_000, 50_000, 5)

Milliseconds = dict[str, list[float]]


def measured() -> Milliseconds:
    """All of it."""
    return _ring_all() | _of_a_large_centre()


def _timed(engine: Engine, what: Event | Request, now: "timedelta") -> tuple[float, Outcome]:
    began = perf_counter_ns()
    outcome = engine.handle(what, BEGINS + now)
    return (perf_counter_ns() - began) / 1e6, outcome


# --- ring all


def _ring_all() -> Milliseconds:
    """A caller rings at 500 phones; one is picked up, and the others ring at once for the next caller."""
    engine = Engine(State())
    wanted = _everybody_at_once()
    engine.handle(ConfigurationLoaded(configuration=wanted), BEGINS)
    engine.handle(AsteriskSeen(registered=frozenset(wanted.devices)), BEGINS)
    for agent in wanted.agents:
        engine.handle(SetStatus(agent=agent, status=ONLINE), BEGINS)
    found: Milliseconds = {"rings": [], "answered": [], "answered, the next one rings": [], "gives up": []}
    for time in range(TIMES):
        at, first, second = timedelta(minutes=time), f"A{time}", f"B{time}"
        took, rung = _timed(engine, _arrival(first), at)
        found["rings"].append(took)
        engine.handle(_arrival(second), BEGINS + at)
        took, rung = _timed(engine, _answer(rung), at)
        found["answered, the next one rings"].append(took)
        took, _ = _timed(engine, _answer(rung), at)
        found["answered"].append(took)
        for call in (first, second):
            engine.handle(CallerHungUp(call=CallId(call)), BEGINS + at)
        engine.handle(_arrival(f"C{time}"), BEGINS + at)
        took, _ = _timed(engine, CallerHungUp(call=CallId(f"C{time}")), at)
        found["gives up"].append(took)
    return {f"ring all, {RING_ALL} phones: {what}": took for what, took in found.items()}


def _everybody_at_once() -> Configuration:
    queue = Queue(id=queue_id(ACCOUNT, "70000"), account=ACCOUNT, number="70000", name="All", type=QueueType.RING_ALL)
    extensions = [f"{10_000 + number}" for number in range(RING_ALL)]
    ids = {extension: agent_id(ACCOUNT, extension) for extension in extensions}
    return Configuration(
        accounts={ACCOUNT: Account(id=ACCOUNT)},
        agents={ids[e]: Agent(id=ids[e], account=ACCOUNT, extension=e, name=e) for e in extensions},
        devices={DeviceId(e): Device(id=DeviceId(e), owner=ids[e]) for e in extensions},
        queues={queue.id: queue},
        assignments={(ids[e], queue.id): Assignment(agent=ids[e], queue=queue.id) for e in extensions},
    )


def _arrival(call: str) -> CallArrived:
    return CallArrived(call=CallId(call), account=ACCOUNT, number="70000", caller=Caller(number="5551234"))


def _answer(rung: Outcome) -> LegAnswered:
    ring = next(command for command in rung.commands if isinstance(command, Ring))
    return LegAnswered(offer=ring.offer, device=ring.devices[0])


# --- the large centre


def _of_a_large_centre() -> Milliseconds:
    """With 10,000 agents, 1,000 queues and 50,000 callers who wait."""
    centre = Centre(LARGE)
    engine, now = centre.engine, timedelta(minutes=2)
    before = engine.state.configuration
    queue = next(iter(before.queues.values()))
    agent = Agent(id=agent_id(ACCOUNT, "99999"), account=ACCOUNT, extension="99999", name="New")
    longer = {queue.id: replace(queue, ring_time=queue.ring_time + timedelta(seconds=5))}
    changes = {
        "nothing": before,
        "one queue": replace(before, queues={**before.queues, **longer}),
        "one agent more": replace(before, agents={**before.agents, agent.id: agent}),
        "every queue": replace(
            before, queues={id_: replace(of, ring_time=timedelta(seconds=21)) for id_, of in before.queues.items()}
        ),
    }
    found: Milliseconds = {f"configuration, {what}": [] for what in changes}
    for _ in range(TIMES):
        for what, changed in changes.items():
            took, _ = _timed(engine, ConfigurationLoaded(configuration=changed), now)
            found[f"configuration, {what}"].append(took)
            engine.handle(ConfigurationLoaded(configuration=before), BEGINS + now)
    found["configuration, all of it"] = [_load(before) for _ in range(3)]
    seen = look(engine)
    looks = [_look(engine, seen) for _ in range(TIMES)]
    found["look, nothing differs"] = [sum(pieces) for pieces in looks]
    found["look, its longest piece"] = [max(pieces) for pieces in looks]
    found["Asterisk seen again"] = [_sees_again(engine, seen, now) for _ in range(3)]
    return {f"{LARGE.agents:,} agents: {what}": took for what, took in found.items()}


def _load(configuration: Configuration) -> float:
    engine = Engine(State())
    engine.handle(EngineStarted(), BEGINS)
    return _timed(engine, ConfigurationLoaded(configuration=configuration), timedelta(0))[0]


def _look(engine: Engine, seen: AsteriskSeen) -> list[float]:
    """Its pieces, between which calls go on."""
    pieces: list[float] = []
    look_on = in_pieces(engine.state, seen)
    found, ended = None, object()
    while found is None:
        began = perf_counter_ns()
        found = next(look_on, ended)
        pieces.append((perf_counter_ns() - began) / 1e6)
    assert found is ended, found
    return pieces


def _sees_again(engine: Engine, seen: AsteriskSeen, now: timedelta) -> float:
    engine.handle(AsteriskLost(), BEGINS + now)
    return _timed(engine, seen, now)[0]


def look(engine: Engine) -> AsteriskSeen:
    """What Asterisk would show if everything were as it should."""
    records = engine.state.records
    calls = records.calls.values()
    ringing = [
        SeenLeg(offer=offer.id, device=device, answered=False)
        for offer in records.offers.values()
        for device in offer.devices
    ]
    answered = [
        SeenLeg(offer=call.offer, device=call.device, answered=True, talks_with=call.id)
        for call in calls
        if call.offer is not None and call.device is not None
    ]
    return AsteriskSeen(
        calls=tuple(
            SeenCall(
                call=call.id,
                account=call.account,
                number=call.queue.partition("@")[0],
                caller=call.caller,
                arrived=call.arrived,
            )
            for call in calls
        ),
        legs=(*ringing, *answered),
        registered=frozenset(device.id for device in records.device_records.values() if device.reachable),
        talks=frozenset(call.id for call in calls if call.agent is not None),
        joined=frozenset(call.id for call in calls if call.talking_since is not None),
        held=frozenset((call.id, call.queue) for call in calls if call.agent is None),
    )
