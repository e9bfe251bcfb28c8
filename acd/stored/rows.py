"""Rows of the configuration to the core's values, and back: which column holds what. It reads and writes nothing."""

from collections.abc import Mapping
from typing import Any

from acd.model import (
    Account,
    AccountId,
    Announcements,
    Assignment,
    Callback,
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

Row = Mapping[str, Any]
"""All columns of a row by name."""

Entry = Mapping[str, object]
"""The columns of a row by name, without those of its key."""


def account_of(row: Row) -> Account:
    """From the columns of `account_entry`, and `domain`."""
    return Account(
        id=AccountId(row["domain"]),
        time_zone=row["time_zone"],
        screen_pop=row["screen_pop"],
        statuses=tuple(map(Status, row["statuses"])),
        outbound=tuple(row["outbound"]),
        outbound_caps=_caps(row, "outbound"),
        outbound_caps_of_agent=_caps(row, "outbound_agent"),
    )


def _caps(row: Row, prefix: str) -> OutboundCaps:
    return OutboundCaps(
        at_once=row[f"{prefix}_at_once"], per_hour=row[f"{prefix}_per_hour"], per_day=row[f"{prefix}_per_day"]
    )


def account_entry(account: Account) -> Entry:
    """What the table `account` says of it."""
    of_account, of_agent = account.outbound_caps, account.outbound_caps_of_agent
    return {
        "screen_pop": account.screen_pop,
        "statuses": list(account.statuses),
        "outbound": list(account.outbound),
        "outbound_at_once": of_account.at_once,
        "outbound_per_hour": of_account.per_hour,
        "outbound_per_day": of_account.per_day,
        "outbound_agent_at_once": of_agent.at_once,
        "outbound_agent_per_hour": of_agent.per_hour,
        "outbound_agent_per_day": of_agent.per_day,
    }


def queue_of(row: Row) -> Queue:
    """From the columns of `queue_entry`, `account` and `number`."""
    account = AccountId(row["account"])
    return Queue(
        id=queue_id(account, row["number"]),
        account=account,
        number=row["number"],
        name=row["name"],
        type=QueueType(row["type"]),
        priority=row["priority"],
        wrap_up=row["wrap_up"],
        wrap_up_mandatory=row["wrap_up_mandatory"],
        ring_time=row["ring_time"],
        busy_back_off=row["busy_back_off"],
        declined_back_off=row["declined_back_off"],
        unreachable_back_off=row["unreachable_back_off"],
        after_missed=row["after_missed"],
        single_call_used_by=SingleCallUse(row["single_call_used_by"]),
        first_round=row["first_round"],
        increment=row["increment"],
        max_callers=row["max_callers"],
        max_expected_wait=row["max_expected_wait"],
        agents_required=row["agents_required"],
        max_wait=row["max_wait"],
        overflow=_overflow(row),
        leave_key=row["leave_key"],
        callback=_callback(row),
        place_back=row["place_back"],
        longest_behind=row["longest_behind"],
        announcements=Announcements(
            welcome=row["welcome"],
            position_every=row["position_every"],
            expected_wait_every=row["expected_wait_every"],
            comfort=tuple(row["comfort"]),
            comfort_every=row["comfort_every"],
        ),
        agent_announcement=row["agent_announcement"],
        recording=Recording(row["recording"]),
        service_level=row["service_level"],
    )


def _overflow(row: Row) -> Target | None:
    named = ((kind, row[f"overflow_{kind}"]) for kind in TargetKind)
    return next((Target(kind=kind, name=name) for kind, name in named if name is not None), None)


def _callback(row: Row) -> Callback | None:
    if row["callback_key"] is None:
        return None
    return Callback(
        key=row["callback_key"],
        attempts=row["callback_attempts"],
        retry=row["callback_retry"],
        ring_time=row["callback_ring_time"],
    )


def queue_entry(queue: Queue) -> Entry:
    """What the table `queue` says of it."""
    overflow, callback, announcements = queue.overflow, queue.callback, queue.announcements
    return {
        "name": queue.name,
        "type": queue.type,
        "priority": queue.priority,
        "wrap_up": queue.wrap_up,
        "wrap_up_mandatory": queue.wrap_up_mandatory,
        "ring_time": queue.ring_time,
        "busy_back_off": queue.busy_back_off,
        "declined_back_off": queue.declined_back_off,
        "unreachable_back_off": queue.unreachable_back_off,
        "after_missed": queue.after_missed,
        "single_call_used_by": queue.single_call_used_by,
        "first_round": queue.first_round,
        "increment": queue.increment,
        "max_callers": queue.max_callers,
        "max_expected_wait": queue.max_expected_wait,
        "agents_required": queue.agents_required,
        "max_wait": queue.max_wait,
        **{f"overflow_{kind}": overflow.name if overflow and overflow.kind is kind else None for kind in TargetKind},
        "leave_key": queue.leave_key,
        "callback_key": callback and callback.key,
        "callback_attempts": callback and callback.attempts,
        "callback_retry": callback and callback.retry,
        "callback_ring_time": callback and callback.ring_time,
        "place_back": queue.place_back,
        "longest_behind": queue.longest_behind,
        "welcome": announcements.welcome,
        "position_every": announcements.position_every,
        "expected_wait_every": announcements.expected_wait_every,
        "comfort": list(announcements.comfort),
        "comfort_every": announcements.comfort_every,
        "agent_announcement": queue.agent_announcement,
        "recording": queue.recording,
        "service_level": queue.service_level,
    }


def assignment_of(row: Row) -> Assignment:
    """From the columns of `assignment_entry`, `account`, `agent`, `queue`, and `devices` (null: all)."""
    account = AccountId(row["account"])
    return Assignment(
        agent=agent_id(account, row["agent"]),
        queue=queue_id(account, row["queue"]),
        order=row["position"],
        priority=row["priority"],
        wrap_up=row["wrap_up"],
        max_calls=row["max_calls"],
        devices=None if row["devices"] is None else frozenset(map(DeviceId, row["devices"])),
        confirm=row["confirm"],
        auto_answer=row["auto_answer"],
    )


def assignment_entry(assignment: Assignment) -> Entry:
    """What the table `assignment` says of it."""
    return {
        "position": assignment.order,
        "priority": assignment.priority,
        "wrap_up": assignment.wrap_up,
        "max_calls": assignment.max_calls,
        "all_devices": assignment.devices is None,
        "confirm": assignment.confirm,
        "auto_answer": assignment.auto_answer,
    }
