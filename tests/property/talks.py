"""The rules of mid-call, said again from the facts alone: held, passed on, fetched, recorded.

A part of `Ledger`, and as plain as that.
"""

from datetime import datetime

from acd.inputs import CallArrived, Hold, LegHeld, LegKeyPressed, LegResumed, Resume, TransferAsked
from acd.model import SINGLE_CALL, CallId, ChannelId, QueueType, Recording
from acd.outputs import (
    AgentBriefed,
    CallRetrieved,
    CallTransferred,
    HoldEnded,
    HoldStarted,
    RecordingEnded,
    RecordingStarted,
    RetrievalRefused,
    TransferRefused,
)
from tests.property.beyond import BeyondBooks


class TalkBooks(BeyondBooks):
    """What is done with a caller who talks."""

    def __init__(self) -> None:
        super().__init__()
        self.passed_on: set[CallId] = set()
        self.fetched: dict[ChannelId, CallId] = {}
        """Who was fetched with which call, ever."""

    def talks_at_rest(self) -> None:
        """The talk of whoever was passed on has ended at that moment."""
        assert not any(call in self.calls and self.calls[call].agent for call in self.passed_on)
        self.passed_on.clear()

    def agent_briefed(self, fact: AgentBriefed) -> None:
        """He who has answered knows who comes, and nobody is joined before."""
        waiter = self.calls[fact.call]
        assert waiter.agent == fact.agent
        assert waiter.talking_since is None
        waiter.briefed_by = None
        self.reached["told who comes"] += 1

    def hold_started(self, fact: HoldStarted, at: datetime) -> None:
        """His own agent holds him, in a talk."""
        waiter = self.calls[fact.call]
        assert isinstance(self.what, Hold if fact.apart else LegHeld)
        assert waiter.agent == fact.agent
        assert waiter.talking_since is not None
        assert waiter.held_since is None
        waiter.held_since, waiter.held_apart = at, fact.apart

    def hold_ended(self, fact: HoldEnded, at: datetime) -> None:
        """The time is right."""
        waiter = self.calls[fact.call]
        assert waiter.held_since is not None
        assert fact.held == at - waiter.held_since
        waiter.held += fact.held
        waiter.held_since = None
        how = "held apart" if waiter.held_apart else "held"
        resumed = isinstance(self.what, Resume if waiter.held_apart else LegResumed)
        waiter.held_apart = False
        self.reached[f"{how}: and resumed"] += resumed
        self.reached[f"{how}: until the end"] += not resumed

    def call_transferred(self, fact: CallTransferred) -> None:
        """His own agent passes him on out of a talk, and has left him before the step is over."""
        assert isinstance(self.what, TransferAsked)
        waiter = self.calls[fact.call]
        assert waiter.agent == fact.agent
        assert waiter.talking_since is not None
        self.passed_on.add(fact.call)
        self.reached[f"transferred: {fact.kind}"] += 1

    def transfer_refused(self, fact: TransferRefused) -> None:
        """They talk on."""
        assert isinstance(self.what, TransferAsked)
        assert self.calls[fact.call].agent == fact.agent
        self.reached["transfer refused"] += 1

    def call_retrieved(self, fact: CallRetrieved, at: datetime) -> None:
        """Whose turn it is in a call park is fetched, by the owner of the phone."""
        waiter = self.calls[fact.call]
        assert self.queues[fact.queue].type is QueueType.CALL_PARK
        assert isinstance(self.what, CallArrived)
        assert fact.device == self.what.device
        assert self.owner.get(fact.device) == fact.agent
        on_the_line = [call for call in self.waiting(fact.queue) if self.calls[call].callback is None]
        assert on_the_line[0] == fact.call, "the caller whose turn it is"
        assert fact.waited == at - waiter.arrived
        waiter.agent, waiter.retriever = fact.agent, fact.channel
        self.fetched[fact.channel] = fact.call
        person = self.people[fact.agent]
        person.calls[fact.call] = fact.device
        person.other.pop(fact.channel, None)
        if (fact.agent, fact.queue) in self.assignments and person.status == SINGLE_CALL:
            person.single.add(fact.call)
        self.reached["fetched from a call park"] += 1

    def retrieval_refused(self, fact: RetrievalRefused) -> None:
        """Nobody is there to be fetched."""
        assert self.queues[fact.queue].type is QueueType.CALL_PARK
        assert not [call for call in self.waiting(fact.queue) if self.calls[call].callback is None]
        self.reached["nobody in the call park"] += 1

    def recording_started(self, fact: RecordingStarted) -> None:
        """In a talk, of a queue that records; where on demand, upon the agent's keys."""
        waiter, queue = self.calls[fact.call], self.queues[fact.queue]
        assert waiter.talking_since is not None
        assert waiter.recording is None
        assert queue.recording is not Recording.OFF
        assert queue.recording is Recording.ON or isinstance(self.what, LegKeyPressed)
        assert fact.name not in self.recordings, "a file's name is used once"
        self.recordings.add(fact.name)
        waiter.recording = fact.name
        self.reached[f"recorded: {queue.recording}"] += 1

    def recording_ended(self, fact: RecordingEnded) -> None:
        """What ended had begun."""
        waiter = self.calls[fact.call]
        assert waiter.recording == fact.name
        waiter.recording = None
