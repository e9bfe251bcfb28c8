"""The rules of mid-call, said again from the facts alone: held, passed on, fetched, recorded.

A part of `Ledger`, and as plain as that.
"""

from datetime import datetime

from acd.inputs import CallArrived, LegHeld, LegKeyPressed, LegResumed, TransferAsked
from acd.model import QueueType, Recording
from acd.outputs import (
    CallRetrieved,
    CallTransferred,
    HoldEnded,
    HoldStarted,
    RecordingEnded,
    RecordingStarted,
    RetrievalRefused,
    TransferRefused,
)
from tests.property.waiting import WaitingBooks


class TalkBooks(WaitingBooks):
    """What is done with a caller who talks."""

    def hold_started(self, fact: HoldStarted, at: datetime) -> None:
        """His own agent holds him, in a talk."""
        waiter = self.calls[fact.call]
        assert isinstance(self.what, LegHeld)
        assert waiter.agent == fact.agent
        assert waiter.talking_since is not None
        assert waiter.held_since is None
        waiter.held_since = at

    def hold_ended(self, fact: HoldEnded, at: datetime) -> None:
        """The time is right."""
        waiter = self.calls[fact.call]
        assert waiter.held_since is not None
        assert fact.held == at - waiter.held_since
        waiter.held += fact.held
        waiter.held_since = None
        self.reached["held: and resumed"] += isinstance(self.what, LegResumed)
        self.reached["held: until the end"] += not isinstance(self.what, LegResumed)

    def call_transferred(self, fact: CallTransferred) -> None:
        """The agent's part is over with the transfer: his talk has ended before this is told."""
        assert isinstance(self.what, TransferAsked)
        assert self.calls[fact.call].agent is None, "his talk ends at the transfer"
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
        person = self.people[fact.agent]
        person.calls[fact.call] = fact.device
        person.other.pop(fact.channel, None)
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
