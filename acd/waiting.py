"""What happens to a caller while he waits: what he hears, which keys he presses, when he goes elsewhere."""

from acd.inputs import AnnouncementOver, KeyPressed
from acd.model import QueueId
from acd.records import CallRecord
from acd.step import Step


def announcement_due(step: Step, call: CallRecord) -> None:
    """It is time to tell him something."""


def announcement_over(step: Step, event: AnnouncementOver) -> None:
    """He has heard it."""
    step.pass_over()


def key_pressed(step: Step, event: KeyPressed) -> None:
    """He has pressed a key: to leave, to be called back, or for nothing."""
    step.pass_over()


def lift(step: Step, call: CallRecord) -> None:
    """He has waited so long behind higher priorities that he goes first."""


def max_wait_reached(step: Step, call: CallRecord) -> None:
    """He has waited as long as his queue keeps anybody."""


def leave(step: Step, call: CallRecord) -> None:
    """His time is over and nobody rings for him: he goes to his queue's overflow."""


def place_lapsed(step: Step, queue: QueueId, number: str) -> None:
    """Who hung up has not called again in time."""
