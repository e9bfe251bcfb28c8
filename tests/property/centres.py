"""A small centre with everything in it, and the ways in which a supervisor may change it. Never an impossible one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from acd.model import (
    Account,
    Agent,
    AgentId,
    Announcements,
    Assignment,
    AssignmentKey,
    Callback,
    Configuration,
    Device,
    DeviceId,
    OutboundCaps,
    Queue,
    QueueType,
    Recording,
    SingleCallUse,
    Status,
    Target,
    TargetKind,
    agent_id,
    queue_id,
)
from tests.property.switch import ACCOUNT

QUEUES: Final = tuple(queue_id(ACCOUNT, number) for number in ("7001", "7002", "7003", "7004", "7005"))
AGENTS: Final = tuple(agent_id(ACCOUNT, extension) for extension in ("1001", "1002", "1003", "1004"))
PHONES: Final[Mapping[DeviceId, AgentId]] = {
    DeviceId("1001-desk"): AGENTS[0],
    DeviceId("1001-soft"): AGENTS[0],
    DeviceId("1002-desk"): AGENTS[1],
    DeviceId("1003-desk"): AGENTS[2],
    DeviceId("1003-soft"): AGENTS[2],
    DeviceId("1004-desk"): AGENTS[3],
}
STRANGER: Final = DeviceId("9999-desk")
"""A phone that the centre does not know."""


def first_centre() -> Configuration:
    """One queue of each type; agents in several of them, with one or two phones and calls at once."""
    types = (
        QueueType.ROUND_ROBIN,
        QueueType.RING_ALL,
        QueueType.LINEAR_HUNT,
        QueueType.TIERED_ROUND_ROBIN,
        QueueType.LINEAR_CASCADE,
    )
    wrap_ups = (timedelta(seconds=5), timedelta(0), timedelta(seconds=8), timedelta(seconds=6), timedelta(seconds=5))
    queues = {
        id_: Queue(
            id=id_,
            account=ACCOUNT,
            number=id_.partition("@")[0],
            name=f"Queue {id_}",
            type=type_,
            priority=number,
            wrap_up=wrap_up,
            wrap_up_mandatory=type_ is QueueType.LINEAR_HUNT,
            ring_time=timedelta(seconds=10),
            busy_back_off=timedelta(seconds=0 if number == 3 else 5),
            declined_back_off=timedelta(seconds=0 if number == 3 else 7),
            unreachable_back_off=timedelta(seconds=0 if number == 3 else 3),
        )
        for number, (id_, type_, wrap_up) in enumerate(zip(QUEUES, types, wrap_ups, strict=True), start=1)
    }
    one, two, three, four, five = QUEUES
    parts = [
        Assignment(agent=AGENTS[0], queue=one, max_calls=2),
        Assignment(agent=AGENTS[0], queue=two, priority=1, devices=frozenset([DeviceId("1001-soft")])),
        Assignment(agent=AGENTS[1], queue=one, wrap_up=timedelta(seconds=3)),
        Assignment(agent=AGENTS[1], queue=two),
        Assignment(agent=AGENTS[1], queue=three, order=2, priority=1),
        Assignment(agent=AGENTS[2], queue=two, max_calls=2),
        Assignment(agent=AGENTS[2], queue=three, order=1, wrap_up=timedelta(0)),
        Assignment(agent=AGENTS[3], queue=three, order=3),
        Assignment(agent=AGENTS[1], queue=four, order=1),
        Assignment(agent=AGENTS[2], queue=four, order=2),
        Assignment(agent=AGENTS[3], queue=four, order=2),
        Assignment(agent=AGENTS[0], queue=five, order=2),
        Assignment(agent=AGENTS[1], queue=five, order=1),
        Assignment(agent=AGENTS[2], queue=five, order=1, max_calls=2),
        Assignment(agent=AGENTS[3], queue=five, order=3),
    ]
    return Configuration(
        accounts={ACCOUNT: Account(id=ACCOUNT, statuses=(Status("training"),), outbound=("555XXXX",))},
        agents={id_: _agent(id_) for id_ in AGENTS},
        devices={id_: Device(id=id_, owner=owner) for id_, owner in PHONES.items()},
        queues=queues,
        assignments={(part.agent, part.queue): part for part in parts},
    )


def _agent(id_: AgentId) -> Agent:
    extension = id_.partition("@")[0]
    return Agent(id=id_, account=ACCOUNT, extension=extension, name=f"Agent {extension}")


Change = Callable[[Configuration, int], Configuration]


def _turn_queue(centre: Configuration, turn: Callable[[Queue, int], Queue], which: int) -> Configuration:
    number, how = which % len(QUEUES), which // len(QUEUES)
    queue = centre.queues.get(QUEUES[number])
    if queue is None:
        return centre
    return replace(centre, queues={**centre.queues, queue.id: turn(queue, how)})


def _type(centre: Configuration, which: int) -> Configuration:
    def turn(queue: Queue, how: int) -> Queue:
        type_ = list(QueueType)[how % len(QueueType)]
        first_round, increment = ((None, None), (1, 1), (2, 1))[how % 3]
        if type_ is not QueueType.LINEAR_CASCADE:
            first_round = increment = None
        return replace(queue, type=type_, first_round=first_round, increment=increment)

    return _turn_queue(centre, turn, which)


def _cascade(centre: Configuration, which: int) -> Configuration:
    """A queue rings more and more agents, by order or by number; its neighbour rings as in the morning."""
    first_round, increment = ((None, None), (1, 1), (2, 1))[which // len(QUEUES) % 3]

    def turn(queue: Queue, how: int) -> Queue:
        return replace(queue, type=QueueType.LINEAR_CASCADE, first_round=first_round, increment=increment)

    return _turn_queue(centre, turn, which)


def _times(centre: Configuration, which: int) -> Configuration:
    def turn(queue: Queue, how: int) -> Queue:
        return replace(
            queue,
            wrap_up=timedelta(seconds=(0, 4, 9)[how % 3]),
            ring_time=timedelta(seconds=(10, 6)[how % 2]),
            busy_back_off=timedelta(seconds=(5, 0)[how % 2]),
            declined_back_off=timedelta(seconds=(7, 0)[how % 2]),
            unreachable_back_off=timedelta(seconds=(3, 0)[how % 2]),
            wrap_up_mandatory=how % 3 == 1,
        )

    return _turn_queue(centre, turn, which)


def _priority(centre: Configuration, which: int) -> Configuration:
    return _turn_queue(centre, lambda queue, how: replace(queue, priority=how % 3), which)


def _queue_comes_and_goes(centre: Configuration, which: int) -> Configuration:
    id_ = QUEUES[which % len(QUEUES)]
    if id_ not in centre.queues:
        original = first_centre()
        back = {key: part for key, part in original.assignments.items() if key[1] == id_ and key[0] in centre.agents}
        return replace(
            centre,
            queues={**centre.queues, id_: original.queues[id_]},
            assignments={**centre.assignments, **{key: _fitting(part, centre) for key, part in back.items()}},
        )
    return replace(
        centre,
        queues={key: queue for key, queue in centre.queues.items() if key != id_},
        assignments={key: part for key, part in centre.assignments.items() if key[1] != id_},
    )


def _agent_comes_and_goes(centre: Configuration, which: int) -> Configuration:
    id_ = AGENTS[which % len(AGENTS)]
    if id_ in centre.agents:
        return Configuration(
            accounts=centre.accounts,
            agents={key: agent for key, agent in centre.agents.items() if key != id_},
            devices={key: device for key, device in centre.devices.items() if device.owner != id_},
            queues=centre.queues,
            assignments={key: part for key, part in centre.assignments.items() if key[0] != id_},
        )
    original = first_centre()
    back = {key: part for key, part in original.assignments.items() if key[0] == id_ and key[1] in centre.queues}
    phones = {key: device for key, device in original.devices.items() if device.owner == id_}
    return replace(
        centre,
        agents={**centre.agents, id_: _agent(id_)},
        devices={**centre.devices, **phones},
        assignments={**centre.assignments, **back},
    )


def _assignment_comes_and_goes(centre: Configuration, which: int) -> Configuration:
    agent, queue = AGENTS[which % len(AGENTS)], QUEUES[which // len(AGENTS) % len(QUEUES)]
    key: AssignmentKey = (agent, queue)
    if key in centre.assignments:
        return replace(centre, assignments={k: part for k, part in centre.assignments.items() if k != key})
    if agent not in centre.agents or queue not in centre.queues:
        return centre
    return replace(centre, assignments={**centre.assignments, key: Assignment(agent=agent, queue=queue)})


def _assignment_turns(centre: Configuration, which: int) -> Configuration:
    if not centre.assignments:
        return centre
    keys = sorted(centre.assignments)
    key, how = keys[which % len(keys)], which // len(keys)
    phones = [device.id for device in centre.devices.values() if device.owner == key[0]]
    turned = replace(
        centre.assignments[key],
        order=how % 3,
        priority=(None, 1, 2)[how % 3],
        max_calls=1 + how % 2,
        wrap_up=(None, timedelta(seconds=2))[how % 2],
        devices=(None, frozenset(phones[:1]))[how % 2],
    )
    return replace(centre, assignments={**centre.assignments, key: turned})


def _phone_comes_and_goes(centre: Configuration, which: int) -> Configuration:
    id_ = sorted(PHONES)[which % len(PHONES)]
    if id_ not in centre.devices:
        if PHONES[id_] not in centre.agents:
            return centre
        return replace(centre, devices={**centre.devices, id_: Device(id=id_, owner=PHONES[id_])})
    without = replace(centre, devices={key: device for key, device in centre.devices.items() if key != id_})
    return replace(without, assignments={key: _fitting(part, without) for key, part in centre.assignments.items()})


def _fitting(part: Assignment, centre: Configuration) -> Assignment:
    """The same, naming only phones that are there."""
    if part.devices is None:
        return part
    return replace(part, devices=frozenset(device for device in part.devices if device in centre.devices))


def _waits(centre: Configuration, which: int) -> Configuration:
    """Who is let in, how long he waits, and where he goes then."""
    number = which % len(QUEUES)

    def turn(queue: Queue, how: int) -> Queue:
        other = QUEUES[(number + 1) % len(QUEUES)].partition("@")[0]
        targets = (
            None,
            Target(kind=TargetKind.QUEUE, name=other),
            Target(kind=TargetKind.EXTENSION, name="1001"),
            Target(kind=TargetKind.MESSAGE, name="custom/sorry"),
            Target(kind=TargetKind.QUEUE, name=other),
        )
        return replace(
            queue,
            max_callers=(None, 1, 2)[how % 3],
            agents_required=(0, 0, 1)[how % 3],
            max_wait=(None, timedelta(seconds=12), timedelta(seconds=4))[how % 3],
            overflow=targets[how % 5],
            leave_key=("9", None)[how % 2],
            place_back=(timedelta(seconds=20), None)[how % 2],
            longest_behind=(None, timedelta(seconds=6))[how % 2],
            max_expected_wait=(None, None, timedelta(minutes=2))[how % 3],
        )

    return _turn_queue(centre, turn, which)


def _speaks(centre: Configuration, which: int) -> Configuration:
    """What is announced, and whether callers are called back."""

    def turn(queue: Queue, how: int) -> Queue:
        every = (None, timedelta(seconds=3), timedelta(seconds=10))[how % 3]
        return replace(
            queue,
            announcements=Announcements(
                welcome=("welcome", None)[how % 2],
                position_every=every,
                expected_wait_every=(None, timedelta(seconds=5))[how % 2],
                comfort=("calm", "calmer"),
                comfort_every=(timedelta(seconds=4), None)[how % 2],
            ),
            callback=(Callback(key="2", attempts=2, retry=timedelta(seconds=7)), None)[how % 4 == 3],
        )

    return _turn_queue(centre, turn, which)


def _talks(centre: Configuration, which: int) -> Configuration:
    """What happens from the answer on."""

    def turn(queue: Queue, how: int) -> Queue:
        return replace(
            queue,
            after_missed=(None, 1, 2)[how % 3],
            single_call_used_by=list(SingleCallUse)[how % 2],
            agent_announcement=(None, "queue-name")[how % 2],
            recording=list(Recording)[how % 3],
        )

    return _turn_queue(centre, turn, which)


def _confirms(centre: Configuration, which: int) -> Configuration:
    """Whether picking up is enough."""
    confirm = which % 2 == 0
    return replace(centre, assignments={key: replace(of, confirm=confirm) for key, of in centre.assignments.items()})


def _goes_out(centre: Configuration, which: int) -> Configuration:
    """How many calls may go out."""
    account = replace(
        centre.accounts[ACCOUNT],
        outbound_caps=OutboundCaps(at_once=which % 4, per_hour=(2, 60)[which % 2], per_day=(3, 90)[which // 2 % 2]),
        outbound_caps_of_agent=OutboundCaps(at_once=(1, 5)[which % 2], per_hour=(1, 9)[which // 3 % 2], per_day=2),
    )
    return replace(centre, accounts={ACCOUNT: account})


CHANGES: Final[tuple[Change, ...]] = (
    _type,
    _cascade,
    _times,
    _waits,
    _speaks,
    _talks,
    _confirms,
    _goes_out,
    _priority,
    _assignment_turns,
    _assignment_comes_and_goes,
    _phone_comes_and_goes,
    _queue_comes_and_goes,
    _agent_comes_and_goes,
)
