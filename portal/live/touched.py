"""Of whom each fact tells something that a page shows. It reads facts and looks up owners; it computes no row."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from acd.journal import about
from acd.model import AgentId, ChannelId, DeviceId, OfferId, QueueId
from acd.outputs import (
    AnnouncementEnded,
    AnnouncementSkipped,
    AnnouncementStarted,
    AsteriskInSight,
    AsteriskOutOfSight,
    CallMoved,
    CallRefused,
    CallRetrieved,
    CascadeRetimed,
    CascadeWidened,
    ConfigurationChanged,
    ConfirmationAsked,
    DeviceDisengaged,
    DeviceEngaged,
    DeviceReachable,
    DeviceSwitched,
    Fact,
    LegStopped,
    OfferRetimed,
    OutboundEnded,
    PhoneModelKnown,
    PlaceGone,
    PlaceKept,
    RecordingEnded,
    RecordingStarted,
    RetrievalRefused,
    WrapUpEnded,
    WrapUpStarted,
)
from acd.state import State

_SHOWS_NOTHING: Final = (
    AnnouncementStarted,
    AnnouncementSkipped,
    AnnouncementEnded,
    RecordingStarted,
    RecordingEnded,
    PlaceKept,
    PlaceGone,
    OutboundEnded,
    CallRefused,
    RetrievalRefused,
)


@dataclass(slots=True)
class Touched:
    """Whose rows may have changed."""

    agents: set[AgentId] = field(default_factory=set[AgentId])
    queues: set[QueueId] = field(default_factory=set[QueueId])
    everything: bool = False
    """What there is at all may be something else: every topic is looked at whole."""
    by_time: bool = False
    """A while has passed: topics that change by time alone are looked at whole."""


class Reader:
    """Reads the facts of one state, in their order, once the state has them."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._holders: dict[ChannelId, AgentId] = {
            channel: agent.id for agent in state.records.agent_records.values() for channel in agent.other_calls
        }
        """Whose other calls these are: their phones may have changed hands since they began."""
        self._wrap_ups: dict[AgentId, QueueId] = {
            agent.id: agent.wrap_up.queue for agent in state.records.agent_records.values() if agent.wrap_up
        }
        """In whose figures they count when they end."""

    def read(self, facts: Iterable[Fact], touched: Touched) -> None:
        """Add whom these concern."""
        for fact in facts:
            if not isinstance(fact, _SHOWS_NOTHING):
                self._read(fact, touched)

    def _read(self, fact: Fact, touched: Touched) -> None:
        match fact:
            case DeviceReachable() | DeviceSwitched() | PhoneModelKnown():
                touched.agents.update(self._owner(fact.device))
            case DeviceEngaged():
                owner = self._owner(fact.device)
                touched.agents.update(owner)
                self._holders.update((fact.channel, agent) for agent in owner)
            case DeviceDisengaged():
                touched.agents.update(self._holder(fact.channel))
            case CallRetrieved():
                touched.agents.update((fact.agent, *self._holder(fact.channel)))
                touched.queues.add(fact.queue)
            case WrapUpStarted() | WrapUpEnded():
                touched.agents.add(fact.agent)
                if fact.agent in self._wrap_ups:
                    touched.queues.add(self._wrap_ups.pop(fact.agent))
                if isinstance(fact, WrapUpStarted):
                    self._wrap_ups[fact.agent] = fact.queue
            case CascadeWidened() | CascadeRetimed():
                touched.queues.add(fact.queue)
                call = self._state.records.calls.get(fact.call)
                for offer in call.offers if call else ():
                    self._rings(offer, touched)
            case LegStopped() | OfferRetimed() | ConfirmationAsked():
                self._rings(fact.offer, touched)
            case AsteriskOutOfSight() | AsteriskInSight():
                touched.everything = True
            case ConfigurationChanged():
                touched.everything = True
                self._configured(fact, touched)
            case CallMoved():
                touched.queues.update((fact.queue, fact.to))
            case _:
                _, agent, queue = about(fact)
                if agent is not None:
                    touched.agents.add(agent)
                if queue is not None:
                    touched.queues.add(queue)

    def _owner(self, device: DeviceId) -> tuple[AgentId, ...]:
        known = self._state.records.devices.get(device)
        return (known.owner,) if known else ()

    def _holder(self, channel: ChannelId) -> tuple[AgentId, ...]:
        holder = self._holders.pop(channel, None)
        return (holder,) if holder else ()

    def _rings(self, id_: OfferId, touched: Touched) -> None:
        offer = self._state.records.offers.get(id_)  # one that is over is told of by its end
        if offer is not None:
            touched.agents.add(offer.agent)
            touched.queues.add(offer.queue)

    def _configured(self, fact: ConfigurationChanged, touched: Touched) -> None:
        touched.agents.update(agent.id for agent in fact.agents)
        touched.agents.update(fact.agents_gone)
        touched.agents.update(entry.agent for entry in fact.assignments)
        touched.agents.update(agent for agent, _ in fact.assignments_gone)
        touched.agents.update(device.owner for device in fact.devices)
        if fact.devices or fact.devices_gone:  # whose they were before is not told
            touched.agents.update(self._state.records.agents)
