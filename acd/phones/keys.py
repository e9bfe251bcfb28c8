"""Which keys a phone gets: one for each star code, in the order of an agent's day, lit where the code has a lamp."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from acd.model import DeviceId

_LABELS: Final[Mapping[str, str]] = {
    "online": "Available",
    "offline": "Unavailable",
    "single_call": "One call",
    "end_wrap_up": "Ready now",
    "lunch": "Lunch",
    "break": "Break",
    "meeting": "Meeting",
    "other": "Away",
    "web": "Web",
    "status": "My status",
}
"""By the name of the action, as the settings have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key on a phone's front."""

    label: str
    number: str
    """What it dials when it is pressed."""
    has_lamp: bool
    """Whether it watches its number, and is lit while the agent has that status."""


def keys_of(device: DeviceId, codes: Mapping[str, str], lamps: Collection[str]) -> list[Key]:
    """The keys of this phone. `codes`: by the name of the action; `lamps`: the actions whose keys have one.

    A key with a lamp dials what it watches, the code with the phone's name behind it.
    """
    return [
        Key(label=label, number=f"{codes[action]}{device if action in lamps else ''}", has_lamp=action in lamps)
        for action, label in _LABELS.items()
        if action in codes
    ]
