"""Of whom each fact tells something that a page shows. It reads facts and looks up owners; it computes no row."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from acd.journal import about
from acd.model import AgentId, DeviceId, OfferId, QueueId
from acd.outputs import (
    AnnouncementEnded,
    AnnouncementSkipped,
    AnnouncementStarted,
    AsteriskInSight,
    AsteriskOutOfSight,
    CallMoved,
    CallRefused,
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
    PlaceGone,
    PlaceKept,
    RecordingEnded,
    RecordingStarted,
    RetrievalRefused,
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
    """What there is at all may be something else: every page is shown its topics whole."""

    def __bool__(self) -> bool:
        return bool(self.agents or self.queues or self.everything)

    def take_in(self, facts: Iterable[Fact], state: State) -> None:
        """These have happened, and the state has them all."""
        for fact in facts:
            if not isinstance(fact, _SHOWS_NOTHING):
                self._take_in(fact, state)

    def _take_in(self, fact: Fact, state: State) -> None:
        match fact:
            case DeviceReachable() | DeviceSwitched() | DeviceEngaged() | DeviceDisengaged():
                self._owner(fact.device, state)
            case CascadeWidened() | CascadeRetimed():
                self.queues.add(fact.queue)
                call = state.records.calls.get(fact.call)
                for offer in call.offers if call else ():
                    self._offered(offer, state)
            case LegStopped() | OfferRetimed() | ConfirmationAsked():
                self._offered(fact.offer, state)
            case AsteriskOutOfSight() | AsteriskInSight():
                self.everything = True
            case ConfigurationChanged():
                self.everything = True
                self._configured(fact, state)
            case CallMoved():
                self.queues.update((fact.queue, fact.to))
            case _:
                _, agent, queue = about(fact)
                if agent is not None:
                    self.agents.add(agent)
                if queue is not None:
                    self.queues.add(queue)

    def _owner(self, device: DeviceId, state: State) -> None:
        known = state.records.devices.get(device)
        if known is not None:
            self.agents.add(known.owner)

    def _offered(self, offer: OfferId, state: State) -> None:
        ringing = state.records.offers.get(offer)  # one that is over is told of by its end
        if ringing is not None:
            self.agents.add(ringing.agent)
            self.queues.add(ringing.queue)

    def _configured(self, fact: ConfigurationChanged, state: State) -> None:
        self.agents.update(agent.id for agent in fact.agents)
        self.agents.update(fact.agents_gone)
        self.agents.update(entry.agent for entry in fact.assignments)
        self.agents.update(agent for agent, _ in fact.assignments_gone)
        self.agents.update(device.owner for device in fact.devices)
        if fact.devices or fact.devices_gone:  # whose they were before is not told
            self.agents.update(state.records.agents)
