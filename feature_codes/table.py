"""Which star code does what. The defaults are here; the settings may name other codes for the same actions."""

from collections.abc import Callable, Mapping
from typing import Final

from acd.model import BREAK, LUNCH, MEETING, OFFLINE, ONLINE, OTHER, SINGLE_CALL, WEB, DeviceId, Status
from feature_codes import codes
from feature_codes.dialog import Dialog

Action = Callable[[DeviceId], Dialog]

ACTIONS: Final[Mapping[str, Action]] = {
    "single_call": codes.single_call,
    "online": codes.online,
    "offline": codes.offline,
    "status": codes.status,
    "end_wrap_up": codes.end_wrap_up,
    "lunch": codes.lunch,
    "break": codes.on_break,
    "meeting": codes.meeting,
    "other": codes.other,
    "web": codes.web,
}
"""Everything a star code can do, by the name the settings use; beside these `AWAY`."""

AWAY: Final = "away"
"""The action whose code is followed by one more digit, the number of an away status."""

LAMPS: Final[Mapping[str, Status]] = {
    "single_call": SINGLE_CALL,
    "online": ONLINE,
    "offline": OFFLINE,
    "lunch": LUNCH,
    "break": BREAK,
    "meeting": MEETING,
    "other": OTHER,
    "web": WEB,
}
"""The actions whose keys may have a lamp, and the status of the agent in which it is lit."""

DEFAULT_CODES: Final[Mapping[str, str]] = {
    "single_call": "*50",
    "online": "*51",
    "offline": "*52",
    "status": "*53",
    "end_wrap_up": "*54",
    "lunch": "*551",
    "break": "*552",
    "meeting": "*553",
    "other": "*554",
    "web": "*555",
    AWAY: "*55",
}
"""What is dialled for each action, where the settings say nothing else."""


class StarCodes:
    """The codes of a centre."""

    def __init__(self, dialled: Mapping[str, str]) -> None:
        """`dialled`: the name of an action -> what is dialled for it."""
        self._actions = {code: ACTIONS[name] for name, code in dialled.items() if name != AWAY}
        self._away = dialled.get(AWAY)
        self.lamps: Mapping[str, Status] = {code: LAMPS[name] for name, code in dialled.items() if name in LAMPS}
        """The codes whose keys may have a lamp, and when it is lit."""

    def has(self, code: str) -> bool:
        """Whether it does something."""
        return code in self._actions or self._is_away(code)

    def dialog(self, code: str, device: DeviceId) -> Dialog:
        """The conversation for this code, dialled on this phone."""
        action = self._actions.get(code)
        if action is not None:
            return action(device)
        if self._is_away(code):
            return codes.away(device, int(code[-1]))
        return codes.unknown(device)

    def _is_away(self, code: str) -> bool:
        return code[:-1] == self._away and code[-1] in "123456789"
