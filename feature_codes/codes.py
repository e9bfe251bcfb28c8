"""The star codes, one short generator each, read from top to bottom.

The engine decides and stores; here is only what is asked and said. A repeated code asks and says the same again.
"""

from acd.inputs import SetStatusByPhone
from acd.model import OFFLINE, ONLINE, SINGLE_CALL, DeviceId
from feature_codes.dialog import Dialog, ask, say
from feature_codes.prompts import Prompt, wording


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


def unknown(device: DeviceId) -> Dialog:
    """A code that the table does not have."""
    yield from say(Prompt.UNKNOWN_CODE)
