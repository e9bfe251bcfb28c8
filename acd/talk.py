"""What an agent does with a caller in mid-call: holds him, passes him on, records him."""

from acd.inputs import LegHeld, LegKeyPressed, LegResumed, TransferAsked
from acd.step import Step


def held(step: Step, event: LegHeld) -> None:
    """The agent has put the caller on hold."""
    step.pass_over()


def resumed(step: Step, event: LegResumed) -> None:
    """He has come back to him."""
    step.pass_over()


def key_pressed(step: Step, event: LegKeyPressed) -> None:
    """A key in mid-call: those of recording count."""
    step.pass_over()


def transfer_asked(step: Step, event: TransferAsked) -> None:
    """The agent wants to pass the caller on."""
    step.pass_over()
