"""What agents are told on a phone that they have picked up: one thing at a time, the newest, and cut before a talk.

A phone that hears something cannot be joined with anybody before its end.
"""

from typing import Final

from acd.inputs import AgentTold
from acd.outputs import Connect, TellAgent
from ari_bridge.errands import Errand, media, on_channel, stop_playback
from ari_bridge.names import caller_of, leg_channel, told
from ari_bridge.signals import TellingOver

_NOTHING: Final = ""


class Telling:
    """What is being told at the moment, by leg. A leg that is not listed was told something before an outage."""

    def __init__(self) -> None:
        self._playing: dict[str, str] = {}
        self._count = 0

    def tell(self, command: TellAgent) -> tuple[Errand, ...]:
        """In the lane of the agent's caller: the joining comes after it."""
        leg = leg_channel(command.offer, command.device)
        cut = self._cut(leg, caller_of(leg))
        self._count += 1
        playback = self._playing[leg] = told(leg, self._count)
        play = on_channel("playWithId", leg, playbackId=playback, media=media(command.words))
        over = AgentTold(offer=command.offer, device=command.device)
        return (*cut, Errand(lane=caller_of(leg), operations=(play,), failed=over))

    def cut_before(self, command: Connect) -> tuple[Errand, ...]:
        """Nothing where the agent hears nothing."""
        return self._cut(leg_channel(command.offer, command.device), command.call)

    def over(self, signal: TellingOver) -> AgentTold | None:
        """What the end of this means; nothing where it was cut, or is said twice."""
        leg = leg_channel(signal.offer, signal.device)
        if self._playing.get(leg, signal.playback) != signal.playback:
            return None
        self._playing[leg] = _NOTHING
        return AgentTold(offer=signal.offer, device=signal.device)

    def forget(self, leg: str | None = None) -> None:
        """This leg is no more; None: Asterisk is out of sight."""
        if leg is None:
            self._playing.clear()
        else:
            self._playing.pop(leg, None)

    def _cut(self, leg: str, lane: str) -> tuple[Errand, ...]:
        playback = self._playing.get(leg, _NOTHING)
        if playback == _NOTHING:
            return ()
        self._playing[leg] = _NOTHING
        return (Errand(lane=lane, operations=(stop_playback(playback),)),)
