"""Which star code does what. The defaults are here; a configuration may name other codes for the same actions."""

from collections.abc import Callable, Mapping
from typing import Final

from acd.model import DeviceId
from feature_codes.codes import offline, online, single_call, unknown
from feature_codes.dialog import Dialog

Action = Callable[[DeviceId], Dialog]

ACTIONS: Final[Mapping[str, Action]] = {"single_call": single_call, "online": online, "offline": offline}
"""Everything a star code can do, by the name a configuration uses."""

DEFAULT_CODES: Final[Mapping[str, str]] = {"*50": "single_call", "*51": "online", "*52": "offline"}


class StarCodes:
    """The codes of a centre."""

    def __init__(self, codes: Mapping[str, str] = DEFAULT_CODES) -> None:
        """`codes`: what is dialled -> the name of an action. Raises ValueError naming every one that does not exist."""
        wrong = sorted(f"{code} = {name!r}" for code, name in codes.items() if name not in ACTIONS)
        if wrong:
            raise ValueError(f"no such action: {', '.join(wrong)}; there are {', '.join(sorted(ACTIONS))}")
        self._actions = {code: ACTIONS[name] for code, name in codes.items()}

    def dialog(self, code: str, device: DeviceId) -> Dialog:
        """The conversation for this code, dialled on this phone."""
        return self._actions.get(code, unknown)(device)
