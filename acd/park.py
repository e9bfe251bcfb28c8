"""Call park: whoever of the account dials the queue's number gets the caller whose turn it is."""

from acd.inputs import CallArrived
from acd.model import Queue
from acd.step import Step


def retrieve(step: Step, queue: Queue, event: CallArrived) -> None:
    """A phone of the account has dialled a call park."""
