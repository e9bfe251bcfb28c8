"""Which star code does what. The defaults are here; the settings may name other codes for the same actions."""

from collections.abc import Callable, Mapping
from typing import Final

from acd.model import DeviceId
from feature_codes import codes
from feature_codes.dialog import Dialog

Action = Callable[[DeviceId], Dialog]

ACTIONS: Final[Mapping[str, Action]] = {
    "single_call": codes.single_call,
    "online": codes.online,
    "offline": codes.offline,
    "end_wrap_up": codes.end_wrap_up,
    "lunch": codes.lunch,
    "break": codes.on_break,
    "meeting": codes.meeting,
    "other": codes.other,
    "web": codes.web,
}
"""Everything a star code can do, by the name the settings use."""

DEFAULT_CODES: Final[Mapping[str, str]] = {
    "single_call": "*50",
    "online": "*51",
    "offline": "*52",
    "end_wrap_up": "*54",
    "lunch": "*551",
    "break": "*552",
    "meeting": "*553",
    "other": "*554",
    "web": "*555",
}
"""What is dialled for each action, where the settings say nothing else."""


class StarCodes:
    """The codes of a centre."""

    def __init__(self, dialled: Mapping[str, str]) -> None:
        """`dialled`: the name of an action -> what is dialled for it."""
        self._actions = {code: ACTIONS[name] for name, code in dialled.items()}

    def dialog(self, code: str, device: DeviceId) -> Dialog:
        """The conversation for this code, dialled on this phone."""
        return self._actions.get(code, codes.unknown)(device)
