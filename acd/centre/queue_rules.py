"""The rules of one queue, as its entry in a centre's file says them.

What they name elsewhere, and whether they make sense together, is not looked at here.
"""

from datetime import timedelta
from typing import Final

from acd.centre import checks
from acd.centre.faults import Wrong
from acd.centre.tables import Table
from acd.model import (
    AccountId,
    Announcements,
    Callback,
    Queue,
    QueueType,
    Recording,
    SingleCallUse,
    Target,
    TargetKind,
    queue_id,
)

_SECOND: Final = timedelta(seconds=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(hours=24)
_NO_TIME: Final = timedelta(0)

WRAP_UP: Final = checks.duration("a wrap-up", _NO_TIME, _DAY)
RANK: Final = checks.count(1, 1000)

_RING_TIME: Final = checks.duration("a ring time", _SECOND, _HOUR)
_BACK_OFF: Final = checks.duration("a back-off", _NO_TIME, _HOUR)
_WAIT: Final = checks.duration("a wait", _SECOND, _DAY)
_WAIT_OR_NONE: Final = checks.duration("a wait", _NO_TIME, _DAY)
_INTERVAL: Final = checks.duration("an interval", _SECOND, _HOUR)
_AGENTS: Final = checks.count(1, 1000)
_CALLERS: Final = checks.count(1, 10_000)

_CALLBACK_FORM: Final = '{ key = "2", attempts = 3, retry = "5m", ring_time = "30s" }'
_OVERFLOW_FORM: Final = '{ queue = "7002" }, { extension = "1001" } or { message = "closed" }'
_ANNOUNCEMENTS_FORM: Final = '{ welcome = "welcome", position_every = "1m" }'


def read_queue(table: Table, account: AccountId, number: str) -> Queue:
    """The queue of this number; faults are told, and a value that is wrong is replaced by that of a plain queue."""
    back_off = table.take("back_off", _BACK_OFF, timedelta(seconds=5))
    queue = Queue(
        id=queue_id(account, number),
        account=account,
        number=number,
        name=table.require("name", checks.display_name, ""),
        type=table.take("type", checks.one_of(QueueType, "queue type", "types"), QueueType.ROUND_ROBIN),
        priority=table.take("priority", RANK, 1),
        wrap_up=table.take("wrap_up", WRAP_UP, _NO_TIME),
        wrap_up_mandatory=table.take("wrap_up_mandatory", checks.yes_or_no, False),
        ring_time=table.take("ring_time", _RING_TIME, timedelta(seconds=20)),
        busy_back_off=table.take("busy_back_off", _BACK_OFF, back_off),
        declined_back_off=table.take("declined_back_off", _BACK_OFF, back_off),
        unreachable_back_off=table.take("unreachable_back_off", _BACK_OFF, back_off),
        after_missed=table.take("after_missed", checks.count(1, 100), None),
        single_call_used_by=table.take(
            "single_call_used_by", checks.one_of(SingleCallUse, "use of a Single-Call", "uses"), SingleCallUse.HANDLED
        ),
        first_round=table.take("first_round", _AGENTS, None),
        increment=table.take("increment", _AGENTS, None),
        max_callers=table.take("max_callers", _CALLERS, None),
        max_expected_wait=table.take("max_expected_wait", _WAIT, None),
        agents_required=table.take("agents_required", checks.count(0, 1000), 0),
        max_wait=table.take("max_wait", _WAIT_OR_NONE, None) or None,
        overflow=_overflow(table),
        leave_key=table.take("leave_key", checks.phone_key, None),
        callback=_callback(table),
        place_back=table.take("place_back", _WAIT, None),
        longest_behind=table.take("longest_behind", _WAIT, None),
        announcements=_announcements(table),
        agent_announcement=table.take("agent_announcement", checks.sound, None),
        recording=table.take("recording", checks.one_of(Recording, "way of recording", "ways"), Recording.OFF),
        service_level=table.take("service_level", _INTERVAL, timedelta(seconds=60)),
    )
    _must_fit_the_type(table, queue.type)
    if queue.callback and queue.callback.key == queue.leave_key:
        what = f'"{queue.leave_key}" is the key of callback as well'
        table.wrong("leave_key", Wrong(what, "give each its own key"))
    return queue


def _overflow(table: Table) -> Target | None:
    """One of a queue, an extension or a message. That the number exists is seen to elsewhere."""
    inner = table.inner("overflow", _OVERFLOW_FORM)
    if inner is None:
        return None
    check = {TargetKind.QUEUE: checks.number, TargetKind.EXTENSION: checks.number, TargetKind.MESSAGE: checks.sound}
    given = [kind for kind in TargetKind if inner.has(kind)]
    names = [inner.take(kind, check[kind], "") for kind in TargetKind]
    inner.close()
    if len(given) > 1:
        inner.wrong(given[1], Wrong(f"stands beside {given[0]}: a caller can only go one way", "leave one of the two"))
    elif table.written("overflow") == "{}":
        table.wrong("overflow", Wrong("says no place to go", f"write one like overflow = {_OVERFLOW_FORM}"))
    return next((Target(kind=kind, name=name) for kind, name in zip(TargetKind, names, strict=True) if name), None)


def _callback(table: Table) -> Callback | None:
    inner = table.inner("callback", _CALLBACK_FORM)
    if inner is None:
        return None
    callback = Callback(
        key=inner.require("key", checks.phone_key, ""),
        attempts=inner.take("attempts", checks.count(1, 20), 3),
        retry=inner.take("retry", checks.duration("a pause", timedelta(seconds=10), _DAY), timedelta(minutes=5)),
        ring_time=inner.take(
            "ring_time",
            checks.duration("a ring time", timedelta(seconds=5), timedelta(minutes=2)),
            timedelta(seconds=30),
        ),
    )
    inner.close()
    return callback


def _announcements(table: Table) -> Announcements:
    inner = table.inner("announcements", _ANNOUNCEMENTS_FORM)
    if inner is None:
        return Announcements()
    announcements = Announcements(
        welcome=inner.take("welcome", checks.sound, None),
        position_every=inner.take("position_every", _INTERVAL, None),
        expected_wait_every=inner.take("expected_wait_every", _INTERVAL, None),
        comfort=inner.take("comfort", checks.sounds, ()),
        comfort_every=inner.take("comfort_every", _INTERVAL, None),
    )
    inner.close()
    _both_or_none(inner, ("comfort", "comfort_every"), "leave both out to have none")
    return announcements


def _must_fit_the_type(table: Table, type_: QueueType) -> None:
    """The numbers of a cascade stand in a cascade only, and both of them or none."""
    cascade = ("first_round", "increment")
    if type_ is QueueType.LINEAR_CASCADE:
        _both_or_none(table, cascade, "leave both out to ring by order")
    elif table.written("type") in ("", type_):
        for key in filter(table.has, cascade):
            what = f"a queue of the type {type_} has none"
            table.wrong(key, Wrong(what, 'write type = "linear_cascade", or leave it out'))


def _both_or_none(table: Table, keys: tuple[str, str], or_else: str) -> None:
    for one, other in (keys, keys[::-1]):
        if table.has(one) and not table.has(other):
            table.wrong(one, Wrong(f"stands alone, without {other}", f"add {other} = …, or {or_else}"))
