"""The life of a call-back: asked for, promised, an agent found, the caller called, and tried again."""

from acd.inputs import CallerNotReached, CallerReached
from acd.records import CallRecord
from acd.step import Step


def ask(step: Step, call: CallRecord) -> None:
    """He has pressed the key that asks to be called back."""


def due(step: Step, call: CallRecord) -> None:
    """It is time to look for an agent for him again."""


def reached(step: Step, event: CallerReached) -> None:
    """He has picked up."""
    step.pass_over()


def not_reached(step: Step, event: CallerNotReached) -> None:
    """He has not."""
    step.pass_over()
