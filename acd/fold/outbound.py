"""What changes when a call goes out."""

from bisect import bisect_right
from datetime import datetime, timedelta
from typing import Final

from acd.indexes import Indexes
from acd.model import ChannelId
from acd.outputs import OutboundEnded
from acd.records import OutboundCall

REMEMBERED: Final = timedelta(hours=24)


def goes_out(state: Indexes, channel: ChannelId, call: OutboundCall, at: datetime) -> None:
    """For its account, and for the agent who has caused it."""
    state.goes_out(channel, call)
    for whose in (call.account, call.agent):
        if whose is not None:
            times = state.records.went_out.setdefault(whose, [])
            del times[: bisect_right(times, at - REMEMBERED)]
            times.append(at)


def outbound_ended(state: Indexes, fact: OutboundEnded, at: datetime) -> None:
    state.is_over(fact.channel)
