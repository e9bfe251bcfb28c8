"""From facts to what the history keeps. Pure: facts go in, in their order, and rows come out.

What is under way is remembered in `Memory`, which can be kept as JSON: whoever goes on from there gives the same rows
again for the same facts, so that writing them twice changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from acd.model import OFFLINE, AccountId, AgentId, Caller, CallId, ChannelId, DeviceId, QueueId
from acd.outputs import (
    CallAnswered,
    CallEnded,
    CallMoved,
    CallOutcome,
    CallOverflowed,
    CallQueued,
    CallRequeued,
    CallRetrieved,
    ConfigurationChanged,
    DeviceDisengaged,
    DeviceEngaged,
    EntryRefused,
    Fact,
    OfferEnded,
    OfferMade,
    OfferOutcome,
    OtherCallConnected,
    Recorded,
    StatusChanged,
    TalkEnded,
    TalkStarted,
    WrapUpEnded,
    WrapUpStarted,
)
from portal.history.agents import AgentNow, WrapUpNow
from portal.history.origins import INTERNAL, origin
from portal.history.phones import PhoneCall
from portal.history.rows import CallRow, Counted, CountedRow, Direction, SpanRow, searched

_STAR: Final = "*"
"""With it begins a code for ourselves, which is no call."""

_SERVICE_LEVEL: Final = timedelta(seconds=60)
_COUNTED_OFFERS: Final = {
    OfferOutcome.MISSED: Counted.MISSED,
    OfferOutcome.REJECTED: Counted.DECLINED,
    OfferOutcome.FAILED: Counted.UNREACHED,
}


@dataclass(slots=True, kw_only=True)
class CallNow:
    """A call in a queue's care."""

    row: CallRow
    waits_in: QueueId | None = None
    """None: his wait is over, be it that he talks."""
    picked_up: timedelta | None = None
    """His wait, where somebody has answered and the two are not joined yet."""


@dataclass(slots=True, kw_only=True)
class Memory:
    """All that has to be known of the past to go on."""

    calls: dict[CallId, CallNow] = field(default_factory=dict[CallId, CallNow])
    refused: dict[CallId, CallRow] = field(default_factory=dict[CallId, CallRow])
    """Let into no queue, at the last instant at which somebody was: another queue may take them in the same instant."""
    agents: dict[AgentId, AgentNow] = field(default_factory=dict[AgentId, AgentNow])
    engaged: dict[ChannelId, PhoneCall] = field(default_factory=dict[ChannelId, PhoneCall])
    within: dict[QueueId, timedelta] = field(default_factory=dict[QueueId, timedelta])
    owner: dict[DeviceId, AgentId] = field(default_factory=dict[DeviceId, AgentId])


@dataclass(slots=True, kw_only=True)
class Rows:
    """What is to be written. A row takes the place of an earlier one with its key."""

    calls: dict[CallId, CallRow] = field(default_factory=dict[CallId, CallRow])
    counted: list[CountedRow] = field(default_factory=list[CountedRow])
    spans: dict[tuple[str, str, datetime], SpanRow] = field(default_factory=dict[tuple[str, str, datetime], SpanRow])


class Fold:
    """Told every fact with its number; `take` gives the rows that have come of them since the last time."""

    def __init__(self, memory: Memory, home_regions: Mapping[str, str]) -> None:
        """`home_regions`: of each account, for the numbers of its callers."""
        self.memory = memory
        self.home_regions = home_regions
        self._rows = Rows()
        self._seq = 0
        self._at = datetime.min.replace(tzinfo=UTC)

    def note(self, seq: int, recorded: Recorded) -> None:
        """One fact more, not before the last one."""
        fold = _FOLDS.get(type(recorded.fact))
        if fold is not None:
            self._seq, self._at = seq, recorded.at
            fold(self, recorded.fact)

    def take(self) -> Rows:
        """What there is to write."""
        rows, self._rows = self._rows, Rows()
        return rows

    def _count(self, kind: Counted, account: str, **fields: Any) -> None:
        self._rows.counted.append(CountedRow(seq=self._seq, account=account, at=self._at, kind=kind, **fields))

    # --- a caller comes

    def _new(self, account: AccountId, call: CallId, caller: Caller, arrived: datetime, outcome: str) -> CallRow:
        dials = self.memory.engaged.get(ChannelId(call))
        inside = dials is not None or self._is_ours(account, caller.number)
        row = CallRow(
            account=account,
            call=call,
            direction=Direction.INTERNAL if inside else Direction.INBOUND,
            number=caller.number,
            name=caller.name,
            origin=self._origin(account, caller.number, inside=inside),
            searched=searched(caller.number, caller.name),
            arrived=arrived,
            outcome=outcome,
        )
        if dials is not None:
            row.parties.append(_number(dials.agent))
        return row

    def _is_ours(self, account: str, number: str) -> bool:
        return AgentId(f"{number}@{account}") in self.memory.agents

    def _origin(self, account: str, number: str, *, inside: bool) -> str:
        return INTERNAL if inside else origin(number, self.home_regions.get(account, "US"))

    def _entry_refused(self, fact: EntryRefused) -> None:
        self._count(Counted.REFUSED, fact.account, queue=_number(fact.queue), call=fact.call)
        if fact.call in self.memory.calls:
            return  # he waits, and sought another queue
        refused = self.memory.refused
        for call in [call for call, row in refused.items() if row.ended != self._at]:
            del refused[call]
        row = refused.get(fact.call)
        if row is None:
            row = refused[fact.call] = self._new(fact.account, fact.call, fact.caller, self._at, "refused")
            row.ended = self._at
        self._in_queue(row, fact.queue)

    def _call_queued(self, fact: CallQueued) -> None:
        self._count(Counted.OFFERED, fact.account, queue=_number(fact.queue), call=fact.call)
        row = self._new(fact.account, fact.call, fact.caller, fact.arrived, "waiting")
        before = self.memory.refused.pop(fact.call, None)
        if before is not None:
            row.parties = before.parties
        self.memory.calls[fact.call] = CallNow(row=row, waits_in=fact.queue)
        self._in_queue(row, fact.queue)

    def _in_queue(self, row: CallRow, queue: QueueId) -> None:
        row.queue = _number(queue)
        self._takes_part(row, queue)

    def _takes_part(self, row: CallRow, party: QueueId | AgentId) -> None:
        number = _number(party)
        if number not in row.parties:
            row.parties.append(number)
        self._rows.calls[CallId(row.call)] = row

    # --- he moves, is answered, ends

    def _no_more_waiting(self, call: CallId) -> QueueId | None:
        """The queue in which his wait has ended just now. None: it was over before."""
        found = self.memory.calls.get(call)
        if found is None:
            return None
        queue, found.waits_in = found.waits_in, None
        return queue

    def _call_overflowed(self, fact: CallOverflowed) -> None:
        queue = self._no_more_waiting(fact.call)
        if queue is not None:
            self._count(Counted.OVERFLOWED, _account(queue), queue=_number(queue), call=fact.call)

    def _call_moved(self, fact: CallMoved) -> None:
        self._count(Counted.OFFERED, _account(fact.to), queue=_number(fact.to), call=fact.call)
        call = self.memory.calls[fact.call]
        if call.waits_in is not None:  # by a supervisor; nobody has answered him
            self._count(Counted.OVERFLOWED, call.row.account, queue=_number(call.waits_in), call=fact.call)
        call.waits_in = fact.to
        call.row.outcome = "waiting"
        self._in_queue(call.row, fact.to)

    def _call_answered(self, fact: CallAnswered | CallRetrieved) -> None:
        self.memory.calls[fact.call].picked_up = fact.waited
        agent = self._agent(fact.agent)
        agent.calls.add(fact.call)
        self._does(agent)

    def _call_requeued(self, fact: CallRequeued) -> None:
        self.memory.calls[fact.call].picked_up = None

    def _talk_started(self, fact: TalkStarted) -> None:
        call = self.memory.calls[fact.call]
        waited, call.picked_up = call.picked_up, None
        queue = self._no_more_waiting(fact.call)
        row = call.row
        row.agent, row.outcome = _number(fact.agent), "talking"
        if row.waited is None:
            row.waited = waited
        self._takes_part(row, fact.agent)
        if waited is not None and queue is not None:
            self._count(
                Counted.ANSWERED,
                row.account,
                queue=_number(fact.queue),
                agent=row.agent,
                call=fact.call,
                length=waited,
                in_time=waited <= self._within(fact.queue),
            )

    def _talk_ended(self, fact: TalkEnded) -> None:
        agent = self._agent(fact.agent)
        agent.calls.discard(fact.call)
        self._does(agent)
        if fact.talked <= timedelta(0):
            return
        row = self.memory.calls[fact.call].row
        row.talked += fact.talked
        self._rows.calls[fact.call] = row
        self._count(
            Counted.TALK,
            row.account,
            queue=_number(fact.queue),
            agent=_number(fact.agent),
            call=fact.call,
            length=fact.talked,
            held=fact.held,
        )

    def _call_ended(self, fact: CallEnded) -> None:
        queue = self._no_more_waiting(fact.call)
        row = self.memory.calls.pop(fact.call).row
        row.outcome = "answered" if fact.outcome is CallOutcome.COMPLETED else fact.outcome
        row.ended = self._at
        if row.waited is None:
            row.waited = fact.waited
        self._rows.calls[fact.call] = row
        if queue is None:
            return
        abandoned = fact.outcome is CallOutcome.ABANDONED
        self._count(
            Counted.ABANDONED if abandoned else Counted.LOST,
            row.account,
            queue=_number(queue),
            call=fact.call,
            length=fact.waited,
            in_time=fact.waited <= self._within(fact.queue),
        )

    def _within(self, queue: QueueId) -> timedelta:
        return self.memory.within.get(queue, _SERVICE_LEVEL)

    # --- agents

    def _agent(self, agent: AgentId) -> AgentNow:
        found = self.memory.agents.get(agent)
        if found is None:
            found = self.memory.agents[agent] = AgentNow(id=agent)
        return found

    def _does(self, agent: AgentNow) -> None:
        for row in agent.spans(self._at):
            self._rows.spans[row.account, row.agent, row.since] = row

    def _offer_made(self, fact: OfferMade) -> None:
        agent = self._agent(fact.agent)
        agent.offers.add(fact.offer)
        self._does(agent)

    def _offer_ended(self, fact: OfferEnded) -> None:
        agent = self._agent(fact.agent)
        agent.offers.discard(fact.offer)
        self._does(agent)
        kind = _COUNTED_OFFERS.get(fact.outcome)
        if kind is None:
            return
        account, extension = _account(fact.agent), _number(fact.agent)
        self._count(kind, account, queue=_number(fact.queue), agent=extension, call=fact.call)
        call = self.memory.calls.get(fact.call)
        if call is not None and kind is not Counted.UNREACHED:
            if extension not in call.row.missed_by:
                call.row.missed_by.append(extension)
            self._takes_part(call.row, fact.agent)

    def _status_changed(self, fact: StatusChanged) -> None:
        agent = self._agent(fact.agent)
        agent.status = fact.status
        self._does(agent)

    def _wrap_up_started(self, fact: WrapUpStarted) -> None:
        agent = self._agent(fact.agent)
        self._end_wrap_up(agent)
        agent.wrap_up = WrapUpNow(queue=fact.queue, call=fact.call, since=self._at)
        self._does(agent)

    def _wrap_up_ended(self, fact: WrapUpEnded) -> None:
        agent = self._agent(fact.agent)
        self._end_wrap_up(agent)
        self._does(agent)

    def _end_wrap_up(self, agent: AgentNow) -> None:
        ended, agent.wrap_up = agent.wrap_up, None
        if ended is not None:
            self._count(
                Counted.WRAP_UP,
                _account(agent.id),
                queue=_number(ended.queue),
                agent=_number(agent.id),
                call=ended.call,
                length=self._at - ended.since,
            )

    # --- phones, with calls that are no queue's

    def _engaged(self, fact: DeviceEngaged) -> None:
        owner = self.memory.owner.get(fact.device)
        if owner is None:
            return
        agent = self._agent(owner)
        agent.others.add(fact.channel)
        self._does(agent)
        call = PhoneCall(channel=fact.channel, agent=owner, since=self._at, outgoing=fact.outgoing)
        self.memory.engaged[fact.channel] = call
        account = _account(owner)
        to_queue = QueueId(f"{fact.number}@{account}") in self.memory.within
        if fact.outgoing and fact.number and not fact.number.startswith(_STAR) and not to_queue:
            self._begins(call, fact.number)
            self._count(Counted.DIALLED, account, agent=_number(owner), call=fact.channel)

    def _connected(self, fact: OtherCallConnected) -> None:
        call = self.memory.engaged.get(fact.channel)
        if call is None or call.connected is not None or not call.is_told or CallId(fact.channel) in self.memory.calls:
            return
        if not call.outgoing:
            self._begins(call, fact.number)
            self._count(Counted.DIRECT, _account(call.agent), agent=_number(call.agent), call=fact.channel)
        call.is_connected(self._at)

    def _disengaged(self, fact: DeviceDisengaged) -> None:
        call = self.memory.engaged.pop(fact.channel, None)
        if call is None:
            return
        agent = self._agent(call.agent)
        agent.others.discard(fact.channel)
        self._does(agent)
        if call.rings and call.is_told and fact.number and not self._was_another_phone(call, fact.number):
            self._begins(call, fact.number)
            self._count(Counted.DIRECT_MISSED, _account(call.agent), agent=_number(call.agent), call=fact.channel)
        call.ends(self._at)
        if call.row is not None:
            self._rows.calls[CallId(call.channel)] = call.row

    def _was_another_phone(self, call: PhoneCall, number: str) -> bool:
        """Whether he took it on another phone of his, or that still rings: then it is not this one that missed it."""
        channels = self.memory.agents[call.agent].others
        others = (self.memory.engaged[channel] for channel in channels if channel in self.memory.engaged)
        return any(other.answers_for(call, number) or call.rings_with(other) for other in others)

    def _begins(self, call: PhoneCall, number: str) -> None:
        account = _account(call.agent)
        inside = self._is_ours(account, number)
        self._rows.calls[CallId(call.channel)] = call.begins(
            number, self._origin(account, number, inside=inside), inside=inside
        )

    # --- the whole

    def _configured(self, fact: ConfigurationChanged) -> None:
        for queue in fact.queues:
            self.memory.within[queue.id] = queue.service_level
        for agent in fact.agents:
            known = self._agent(agent.id)
            known.gone = False
            self._does(known)
        for device in fact.devices:
            self.memory.owner[device.id] = device.owner
        for agent_id in fact.agents_gone:
            gone = self._agent(agent_id)
            gone.gone, gone.status = True, OFFLINE
            self._does(gone)


def _number(id_: QueueId | AgentId) -> str:
    return id_.partition("@")[0]


def _account(id_: QueueId | AgentId) -> str:
    return id_.partition("@")[2]


_FOLDS: Final[dict[type[Fact], Callable[[Fold, Any], None]]] = {
    EntryRefused: Fold._entry_refused,
    CallQueued: Fold._call_queued,
    CallOverflowed: Fold._call_overflowed,
    CallMoved: Fold._call_moved,
    CallAnswered: Fold._call_answered,
    CallRetrieved: Fold._call_answered,
    CallRequeued: Fold._call_requeued,
    TalkStarted: Fold._talk_started,
    TalkEnded: Fold._talk_ended,
    CallEnded: Fold._call_ended,
    OfferMade: Fold._offer_made,
    OfferEnded: Fold._offer_ended,
    StatusChanged: Fold._status_changed,
    WrapUpStarted: Fold._wrap_up_started,
    WrapUpEnded: Fold._wrap_up_ended,
    DeviceEngaged: Fold._engaged,
    OtherCallConnected: Fold._connected,
    DeviceDisengaged: Fold._disengaged,
    ConfigurationChanged: Fold._configured,
}
