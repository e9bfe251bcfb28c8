"""Whether one call more may go out, for an account and for one of its agents; and when one may again.

A call goes out when somebody is called back, and when an agent passes a caller on to a number outside. It counts until
the line is gone, and for 24 hours from when it began. Which numbers may be called at all stands in `outbound`.
"""

from bisect import bisect_right
from datetime import datetime, timedelta
from typing import Final

from acd.model import AccountId, AgentId, OutboundCaps
from acd.outputs import OutboundCap
from acd.state import State

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(hours=24)


def reached(state: State, account: AccountId, agent: AgentId | None, now: datetime) -> OutboundCap | None:
    """What forbids one call more for this account, and for this agent where one passes a caller on. None: nothing."""
    rules = state.records.accounts.get(account)
    if rules is None:
        return OutboundCap.AT_ONCE
    of_account = _reached(state, account, rules.outbound_caps, now)
    if of_account is not None:
        return of_account
    of_agent = None if agent is None else _reached(state, agent, rules.outbound_caps_of_agent, now)
    return None if of_agent is None else OutboundCap(f"agent_{of_agent}")


def _reached(state: State, whose: str, caps: OutboundCaps, now: datetime) -> OutboundCap | None:
    if state.out[whose] >= caps.at_once:
        return OutboundCap.AT_ONCE
    times = state.records.went_out.get(whose, [])
    if len(times) - bisect_right(times, now - _HOUR) >= caps.per_hour:
        return OutboundCap.PER_HOUR
    if len(times) - bisect_right(times, now - _DAY) >= caps.per_day:
        return OutboundCap.PER_DAY
    return None


def free_lines(state: State, account: AccountId) -> int:
    """How many calls more may go out at once, whatever has gone out before."""
    rules = state.records.accounts.get(account)
    return 0 if rules is None else max(rules.outbound_caps.at_once - state.out[account], 0)


def free_at(state: State, account: AccountId, cap: OutboundCap, now: datetime) -> datetime | None:
    """When time alone lets one more of this account go out, all who wait for that already being before it.

    None: time alone does not; somebody must hang up, or the caps be changed.
    """
    rules = state.records.accounts.get(account)
    if rules is None or cap is OutboundCap.AT_ONCE:
        return None
    per, span = (
        (rules.outbound_caps.per_hour, _HOUR) if cap is OutboundCap.PER_HOUR else (rules.outbound_caps.per_day, _DAY)
    )
    times = state.records.went_out.get(account, [])
    if not per or not times:
        return None
    ahead = len(state.slot_wanted.get(account, ()))
    return times[min(len(times) - per + ahead, len(times) - 1)] + span
