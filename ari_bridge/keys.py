"""Two keys in a row that mean something together: a star and a one, with which an agent begins and ends a recording.

The star is told when it comes, for alone it may mean something too; the one is then told as both.
"""

from msgspec.structs import replace

from acd.inputs import LegKeyPressed
from ari_bridge.names import leg_channel


class Keys:
    """The agents whose last key was a star."""

    def __init__(self) -> None:
        self._starred: set[str] = set()

    def joined(self, pressed: LegKeyPressed) -> LegKeyPressed:
        """This key, or what it means after the one before."""
        leg = leg_channel(pressed.offer, pressed.device)
        after_star = leg in self._starred
        self._starred.discard(leg)
        if pressed.key == "*":
            self._starred.add(leg)
        return replace(pressed, key="*1") if after_star and pressed.key == "1" else pressed

    def forget(self, leg: str) -> None:
        """This leg is no more."""
        self._starred.discard(leg)
