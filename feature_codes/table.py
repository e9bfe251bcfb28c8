"""Which star code does what. The defaults are here; the settings may name other codes for the same actions."""

from collections.abc import Callable, Mapping
from typing import Final

from acd.model import DeviceId
from feature_codes.codes import offline, online, single_call, unknown
from feature_codes.dialog import Dialog

Action = Callable[[DeviceId], Dialog]

ACTIONS: Final[Mapping[str, Action]] = {"single_call": single_call, "online": online, "offline": offline}
"""Everything a star code can do, by the name the settings use."""

DEFAULT_CODES: Final[Mapping[str, str]] = {"single_call": "*50", "online": "*51", "offline": "*52"}
"""What is dialled for each action, where the settings say nothing else."""


class StarCodes:
    """The codes of a centre."""

    def __init__(self, codes: Mapping[str, str]) -> None:
        """`codes`: the name of an action -> what is dialled for it."""
        self._actions = {code: ACTIONS[name] for name, code in codes.items()}

    def dialog(self, code: str, device: DeviceId) -> Dialog:
        """The conversation for this code, dialled on this phone."""
        return self._actions.get(code, unknown)(device)
