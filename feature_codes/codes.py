"""The star codes, one short generator each, read from top to bottom.

The engine decides and stores; here is only what is asked and said. A repeated code asks and says the same again.
"""

from datetime import timedelta
from math import ceil

from acd.inputs import EndWrapUpByPhone, SetAwayByPhone, SetStatusByPhone
from acd.model import AWAY_STATUSES, BREAK, LUNCH, MEETING, OFFLINE, ONLINE, OTHER, SINGLE_CALL, WEB, DeviceId, Status
from feature_codes.dialog import Dialog, ask, look, say
from feature_codes.prompts import Prompt, standing, wording


def single_call(device: DeviceId) -> Dialog:
    """Take one queue call, then go Offline."""
    refusal = yield from ask(SetStatusByPhone(device=device, status=SINGLE_CALL))
    yield from say(Prompt.AVAILABLE_FOR_ONE_CALL if refusal is None else wording(refusal))


def online(device: DeviceId) -> Dialog:
    """Take calls from all queues, on this phone too; ends a wrap-up."""
    refusal = yield from ask(SetStatusByPhone(device=device, status=ONLINE))
    yield from say(Prompt.AVAILABLE if refusal is None else wording(refusal))


def offline(device: DeviceId) -> Dialog:
    """Take no more queue calls; one that is going on goes on."""
    refusal = yield from ask(SetStatusByPhone(device=device, status=OFFLINE))
    yield from say(Prompt.UNAVAILABLE if refusal is None else wording(refusal))


def status(device: DeviceId) -> Dialog:
    """How the agent stands: status, queues, callers waiting there, what is left of his wrap-up."""
    report = yield from look(device)
    if report is None:
        yield from say(Prompt.NOT_AN_AGENT)
        return
    yield from say(
        *standing(report.status, report.away_number),
        Prompt.QUEUES,
        report.queues,
        Prompt.CALLERS_WAITING,
        report.callers_waiting,
    )
    if report.wrap_up_left is not None:
        yield from say(Prompt.WRAP_UP_LEFT, *_in_words(report.wrap_up_left))


def _in_words(left: timedelta) -> tuple[int, Prompt]:
    """Up to two minutes in seconds; what is longer in minutes, rounded up."""
    if left > timedelta(minutes=2):
        return ceil(left / timedelta(minutes=1)), Prompt.MINUTES
    return round(left / timedelta(seconds=1)), Prompt.SECONDS


def end_wrap_up(device: DeviceId) -> Dialog:
    """Be ready for the next call at once."""
    refusal = yield from ask(EndWrapUpByPhone(device=device))
    yield from say(Prompt.WRAP_UP_ENDED if refusal is None else wording(refusal))


def lunch(device: DeviceId) -> Dialog:
    """Away for lunch."""
    yield from _away(device, LUNCH, Prompt.AT_LUNCH)


def on_break(device: DeviceId) -> Dialog:
    """Away for a break."""
    yield from _away(device, BREAK, Prompt.ON_BREAK)


def meeting(device: DeviceId) -> Dialog:
    """Away in a meeting."""
    yield from _away(device, MEETING, Prompt.IN_A_MEETING)


def other(device: DeviceId) -> Dialog:
    """Away for another reason."""
    yield from _away(device, OTHER, Prompt.AWAY)


def web(device: DeviceId) -> Dialog:
    """Busy with requests from the web."""
    yield from _away(device, WEB, Prompt.ON_THE_WEB)


def _away(device: DeviceId, status: Status, confirmation: Prompt) -> Dialog:
    """No queue calls; direct and outbound calls work."""
    refusal = yield from ask(SetStatusByPhone(device=device, status=status))
    yield from say(confirmation if refusal is None else wording(refusal))


def away(device: DeviceId, number: int) -> Dialog:
    """Away in the status of this number: ours from 1, then the account's own, which are said by their number."""
    refusal = yield from ask(SetAwayByPhone(device=device, number=number))
    ours = AWAY_STATUSES[number - 1] if number <= len(AWAY_STATUSES) else None
    if refusal is None:
        yield from say(*standing(ours, number))
    else:
        yield from say(wording(refusal))


def unknown(device: DeviceId) -> Dialog:
    """A code that the table does not have."""
    yield from say(Prompt.UNKNOWN_CODE)
