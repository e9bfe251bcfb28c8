"""A centre's file in parts: every test module says whom and which queues it needs, and uses nobody else's.

So tests share one running centre and still cannot disturb each other.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Toml = str | int | bool | list[str] | Mapping[str, "Toml"]
"""A value of a centre's file."""

DOMAIN = "acceptance.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person and the phones he has: `1001` with `desk` has the device `1001-desk`."""

    extension: str
    name: str
    phones: tuple[str, ...] = ("desk",)
    secret: str | None = None
    """The SIP password of his phones; None: one is made for each."""
    supervises: tuple[str, ...] | None = None
    """The numbers of his queues; None: he is no supervisor."""
    manages: bool = False
    """Whether he is an office manager."""
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One agent in a queue."""

    agent: str
    order: int = 1
    priority: int | None = None
    max_calls: int = 1
    rules: Mapping[str, Toml] = field(default_factory=dict[str, Toml])
    """Further keys of the assignment, as the file has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A queue and who serves it. Times are short: a test waits for them."""

    number: str
    seats: tuple[Seat, ...]
    type: str = "round_robin"
    priority: int = 1
    wrap_up: str = "0s"
    ring_time: str = "10s"
    back_off: str = "5s"
    rules: Mapping[str, Toml] = field(default_factory=dict[str, Toml])
    """Further keys of the queue, as the file has them: `{"max_wait": "5s", "overflow": {"queue": "7702"}}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one test module adds to the centre."""

    users: tuple[User, ...] = ()
    queues: tuple[Queue, ...] = ()
    statuses: tuple[str, ...] = ()
    """Of the account; those of all parts together are its own."""
    outbound: tuple[str, ...] = ()
    """Likewise: patterns of the numbers that may be called."""


def agents(*extensions: str) -> tuple[User, ...]:
    """People with a name and one phone each."""
    return tuple(User(extension=extension, name=f"Agent {extension}") for extension in extensions)


def seats(*extensions: str) -> tuple[Seat, ...]:
    """In a queue, in this order where the order matters."""
    return tuple(Seat(agent=extension, order=place) for place, extension in enumerate(extensions, start=1))


def centre_file(parts: Iterable[Part]) -> str:
    """The file that `acd up` and `acd apply` read."""
    all_parts = list(parts)
    statuses = list(dict.fromkeys(status for part in all_parts for status in part.statuses))
    outbound = list(dict.fromkeys(pattern for part in all_parts for pattern in part.outbound))
    tables = [_table("[account]", domain=DOMAIN, statuses=statuses, outbound=outbound)]
    for user in (user for part in all_parts for user in part.users):
        further: dict[str, Toml] = {}
        if user.supervises is not None:
            further = {"role": "supervisor", "supervises": list(user.supervises)}
        if user.manages:
            further = {"role": "office_manager"}
        if user.email is not None:
            further["email"] = user.email
        tables.append(_table("[[users]]", extension=user.extension, name=user.name, **further))
        for phone in user.phones:
            known = {} if user.secret is None else {"password": user.secret}
            tables.append(_table("[[devices]]", name=f"{user.extension}-{phone}", owner=user.extension, **known))
    for queue in (queue for part in all_parts for queue in part.queues):
        tables.append(
            _table(
                "[[queues]]",
                number=queue.number,
                name=f"Queue {queue.number}",
                type=queue.type,
                priority=queue.priority,
                wrap_up=queue.wrap_up,
                ring_time=queue.ring_time,
                back_off=queue.back_off,
                **queue.rules,
            )
        )
        for seat in queue.seats:
            own: dict[str, Toml] = {} if seat.priority is None else {"priority": seat.priority}
            tables.append(
                _table(
                    "[[assignments]]",
                    queue=queue.number,
                    agent=seat.agent,
                    order=seat.order,
                    max_calls=seat.max_calls,
                    **own,
                    **seat.rules,
                )
            )
    return "\n".join(tables)


def _table(head: str, **values: Toml) -> str:
    return "\n".join([head, *(f"{key} = {_value(value)}" for key, value in values.items()), ""])


def _value(value: Toml) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(of)}" for key, of in value.items()) + " }"
    return json.dumps(value)  # strings, numbers, truth and lists of strings are written as JSON writes them
