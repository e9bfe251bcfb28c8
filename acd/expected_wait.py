"""How long a caller will probably wait, from the present state: who is before him, who serves, how long calls take."""

from datetime import timedelta

from acd.model import QueueId
from acd.state import State


def expected_wait(state: State, queue: QueueId, ahead: int) -> timedelta | None:
    """For a caller of this queue with so many before him. None: nothing can be said."""
    return None
