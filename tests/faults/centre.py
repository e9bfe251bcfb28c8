"""A centre drawn from a seed: queues of all types, agents with one or two phones, and phones outside it that call."""

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Final

from acd.model import (
    Account,
    AccountId,
    Agent,
    AgentId,
    Announcements,
    Assignment,
    Callback,
    Configuration,
    Device,
    DeviceId,
    Queue,
    QueueId,
    QueueType,
    Recording,
    Target,
    TargetKind,
    agent_id,
    queue_id,
)
from acd.ports import DirectoryEntry, Endpoint, Provisioning

ACCOUNT: Final = AccountId("faults.example")
OUTSIDE: Final = 60
"""Phones that call the queues; one of them has one caller at a time."""

BACK_OFF: Final = timedelta(seconds=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """What the engine is told, and what Asterisk is to know."""

    configuration: Configuration
    provisioning: Provisioning
    phones: dict[AgentId, tuple[DeviceId, ...]]
    outside: tuple[DeviceId, ...]
    numbers: tuple[str, ...]
    """Of the queues."""


def outside_number(nth: int) -> str:
    """What the nth phone outside is called by."""
    return f"555{nth:04}"


def draw(dice: Random, *, agents: int) -> Centre:
    """Any centre, never an impossible one."""
    types = [QueueType.ROUND_ROBIN, *dice.sample([type_ for type_ in QueueType if type_ is not QueueType.CALL_PARK], 3)]
    queues = [_queue(dice, f"700{number}", type_) for number, type_ in enumerate(types, start=1)]
    queues[1:] = [_with_overflow(dice, queue, queues[0]) for queue in queues[1:]]
    people = [agent_id(ACCOUNT, f"1{number:03}") for number in range(1, agents + 1)]
    phones: dict[AgentId, tuple[DeviceId, ...]] = {}
    for person in people:
        extension = person.partition("@")[0]
        kinds = ("desk", "soft") if dice.random() < 0.25 else ("desk",)
        phones[person] = tuple(DeviceId(f"{extension}-{kind}") for kind in kinds)
    assignments = {
        (person, queue.id): _assignment(dice, person, queue.id)
        for number, person in enumerate(people)
        for place, queue in enumerate(queues)
        if dice.random() < 0.6 or number % len(queues) == place
    }
    outside = tuple(DeviceId(f"out-{number:02}") for number in range(OUTSIDE))
    return Centre(
        configuration=Configuration(
            accounts={ACCOUNT: Account(id=ACCOUNT, outbound=("555XXXX",))},
            agents={
                person: Agent(id=person, account=ACCOUNT, extension=person.partition("@")[0], name=person)
                for person in people
            },
            devices={phone: Device(id=phone, owner=person) for person, his in phones.items() for phone in his},
            queues={queue.id: queue for queue in queues},
            assignments=assignments,
        ),
        provisioning=provisioning(phones, outside, [queue.number for queue in queues]),
        phones=phones,
        outside=outside,
        numbers=tuple(queue.number for queue in queues),
    )


def _queue(dice: Random, number: str, type_: QueueType) -> Queue:
    def maybe(chance: float, value: timedelta) -> timedelta | None:
        return value if dice.random() < chance else None

    return Queue(
        id=queue_id(ACCOUNT, number),
        account=ACCOUNT,
        number=number,
        name=f"Queue {number}",
        type=type_,
        priority=dice.choice((1, 1, 2)),
        wrap_up=timedelta(seconds=dice.choice((0, 5, 15))),
        wrap_up_mandatory=dice.random() < 0.3,
        ring_time=timedelta(seconds=dice.choice((8, 15))),
        busy_back_off=BACK_OFF,
        declined_back_off=BACK_OFF,
        unreachable_back_off=BACK_OFF,
        max_wait=maybe(0.2, timedelta(seconds=90)),
        callback=Callback(key="2", retry=timedelta(seconds=40), ring_time=timedelta(seconds=20))
        if dice.random() < 0.4
        else None,
        place_back=maybe(0.3, timedelta(seconds=60)),
        announcements=Announcements(
            welcome="acd/welcome" if dice.random() < 0.5 else None,
            position_every=maybe(0.4, timedelta(seconds=20)),
            comfort=("acd/comfort",) if (comforts := dice.random() < 0.4) else (),
            comfort_every=timedelta(seconds=15) if comforts else None,
        ),
        agent_announcement="acd/queue-name" if dice.random() < 0.2 else None,
        recording=dice.choice((Recording.OFF, Recording.OFF, Recording.ON, Recording.ON_DEMAND)),
    )


def _with_overflow(dice: Random, queue: Queue, first: Queue) -> Queue:
    if dice.random() < 0.5:
        return queue
    return replace(queue, overflow=Target(kind=TargetKind.QUEUE, name=first.number), leave_key="9")


def _assignment(dice: Random, person: AgentId, queue: QueueId) -> Assignment:
    return Assignment(
        agent=person,
        queue=queue,
        order=dice.choice((1, 1, 2, 3)),
        priority=dice.choice((None, None, 1, 2)),
        max_calls=dice.choice((1, 1, 1, 1, 2)),
        confirm=dice.random() < 0.1,
    )


def provisioning(
    phones: dict[AgentId, tuple[DeviceId, ...]], outside: tuple[DeviceId, ...], numbers: list[str]
) -> Provisioning:
    """What Asterisk is to know of these phones and queues."""

    def endpoint(device: DeviceId, extension: str) -> Endpoint:
        return Endpoint(device=device, account=ACCOUNT, extension=extension, caller_name=extension, secret="s")

    def entry(number: str, *devices: DeviceId, is_queue: bool = False) -> DirectoryEntry:
        return DirectoryEntry(account=ACCOUNT, number=number, is_queue=is_queue, devices=devices)

    everybody = {person.partition("@")[0]: his for person, his in phones.items()}
    everybody |= {outside_number(nth): (device,) for nth, device in enumerate(outside)}
    return Provisioning(
        endpoints=tuple(endpoint(device, number) for number, his in everybody.items() for device in his),
        directory=(
            *(entry(number, *his) for number, his in everybody.items()),
            *(entry(number, is_queue=True) for number in numbers),
        ),
    )
