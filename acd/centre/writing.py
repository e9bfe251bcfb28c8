"""From a centre back to the tables that its file would hold: what `read_tables` takes, with every key written out.

A key that says nothing holds None, which a file has no way to write; `without_none` leaves those out. Passwords of
phones and people are never written.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from acd.centre.checks import in_words
from acd.centre.values import Centre, Phone, User
from acd.model import Assignment, Queue

Entry = dict[str, Any]
"""One table of the file."""


def tables_of(centre: Centre) -> dict[str, Any]:
    """The whole file."""
    return {
        "account": account_table(centre),
        "users": [user_table(user) for user in centre.users],
        "devices": [device_table(phone) for phone in centre.devices],
        "queues": [queue_table(queue) for queue in centre.queues],
        "assignments": [assignment_table(assignment) for assignment in centre.assignments],
    }


def account_table(centre: Centre) -> Entry:
    """`[account]`"""
    account = centre.account
    caps = (("outbound", account.outbound_caps), ("outbound_agent", account.outbound_caps_of_agent))
    return {
        "domain": account.id,
        "time_zone": centre.time_zone,
        "home_region": centre.home_region,
        "screen_pop": account.screen_pop,
        "statuses": [str(status) for status in account.statuses],
        "outbound": list(account.outbound),
        **{f"{prefix}_at_once": of.at_once for prefix, of in caps},
        **{f"{prefix}_per_hour": of.per_hour for prefix, of in caps},
        **{f"{prefix}_per_day": of.per_day for prefix, of in caps},
    }


def user_table(user: User) -> Entry:
    """`[[users]]`"""
    return {
        "extension": user.extension,
        "name": user.name,
        "role": str(user.role),
        "supervises": list(user.supervises),
        "email": user.email,
    }


def device_table(phone: Phone) -> Entry:
    """`[[devices]]`"""
    return {"name": str(phone.name), "owner": phone.owner}


def queue_table(queue: Queue) -> Entry:
    """`[[queues]]`"""
    callback, announcements = queue.callback, queue.announcements
    return {
        "number": queue.number,
        "name": queue.name,
        "type": str(queue.type),
        "priority": queue.priority,
        "wrap_up": in_words(queue.wrap_up),
        "wrap_up_mandatory": queue.wrap_up_mandatory,
        "ring_time": in_words(queue.ring_time),
        "busy_back_off": in_words(queue.busy_back_off),
        "declined_back_off": in_words(queue.declined_back_off),
        "unreachable_back_off": in_words(queue.unreachable_back_off),
        "after_missed": queue.after_missed,
        "single_call_used_by": str(queue.single_call_used_by),
        "first_round": queue.first_round,
        "increment": queue.increment,
        "max_callers": queue.max_callers,
        "max_expected_wait": _length(queue.max_expected_wait),
        "agents_required": queue.agents_required,
        "max_wait": _length(queue.max_wait),
        "overflow": queue.overflow and {str(queue.overflow.kind): queue.overflow.name},
        "leave_key": queue.leave_key,
        "callback": callback
        and {
            "key": callback.key,
            "attempts": callback.attempts,
            "retry": in_words(callback.retry),
            "ring_time": in_words(callback.ring_time),
        },
        "place_back": _length(queue.place_back),
        "longest_behind": _length(queue.longest_behind),
        "announcements": {
            "welcome": announcements.welcome,
            "position_every": _length(announcements.position_every),
            "expected_wait_every": _length(announcements.expected_wait_every),
            "comfort": list(announcements.comfort) or None,
            "comfort_every": _length(announcements.comfort_every),
        },
        "agent_announcement": queue.agent_announcement,
        "recording": str(queue.recording),
        "service_level": in_words(queue.service_level),
    }


def assignment_table(assignment: Assignment) -> Entry:
    """`[[assignments]]`"""
    return {
        "agent": assignment.agent.partition("@")[0],
        "queue": assignment.queue.partition("@")[0],
        "order": assignment.order,
        "priority": assignment.priority,
        "wrap_up": _length(assignment.wrap_up),
        "max_calls": assignment.max_calls,
        "devices": None if assignment.devices is None else sorted(map(str, assignment.devices)),
        "confirm": assignment.confirm,
        "auto_answer": assignment.auto_answer,
    }


def without_none(table: Mapping[str, Any]) -> Entry:
    """The same table without the keys that say nothing: what a file would hold."""
    return {key: _without_none(value) for key, value in table.items() if value is not None}


def _without_none(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_none(each) for each in value]
    return without_none(value) if isinstance(value, dict) else value


def _length(length: timedelta | None) -> str | None:
    return None if length is None else in_words(length)
