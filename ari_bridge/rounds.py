"""The routine look: every few seconds Asterisk is compared with the books, for an event can be lost at any time.

A difference alone says nothing: orders and news are always under way. What differs is looked at again a second later,
and only what differs in both looks, and of which no order was under way in between, is drift. Of a phone only orders
for that very ring count: it may be rung without end. It decides nothing: what to do about drift is the engine's matter.
"""

import asyncio
from collections.abc import Callable, Container, Hashable, Sequence
from datetime import timedelta
from typing import Final, assert_never

import structlog
from msgspec.structs import replace

from acd.inputs import (
    CallArrived,
    CallBackGone,
    CallBackLeftOver,
    CallConnected,
    CallerHungUp,
    CallerReached,
    CallGone,
    CallLeftOver,
    DeviceRegistered,
    DeviceUnregistered,
    Difference,
    LegAnswered,
    LegEnded,
    LegLeftOver,
    MonitorAnswered,
    MonitorLeftOver,
    NotHeld,
    NotJoined,
    NotLetGo,
    NotListening,
    OtherCallAnswered,
    OtherCallEnded,
    OtherCallStarted,
    RingGone,
    TalkLeftOver,
    TalkUnknown,
)
from acd.ports import EnginePort
from ari_bridge import resync
from ari_bridge.client import AriError, Client
from ari_bridge.dialogs import Dialogs
from ari_bridge.lanes import Lanes
from ari_bridge.names import leg_channel, talk_bridge
from ari_bridge.resync import Picture
from ari_bridge.signals import StarCodeDialled

LOOK_EVERY: Final = timedelta(seconds=4)
"""From one first look to the next: what begins right after one, and is under way at the next, is settled nine seconds
after it began, and drift has to be gone within ten."""

LOOK_AGAIN_AFTER: Final = timedelta(seconds=1)
"""News and orders take milliseconds; whatever takes longer has a lane that is busy."""

_log = structlog.get_logger(__name__)


class Rounds:
    """The looks at one Asterisk while it is in sight."""

    def __init__(
        self,
        client: Client,
        app: str,
        engine: EnginePort,
        lanes: Lanes,
        dialogs: Dialogs,
        settle: Callable[[Sequence[Difference]], None],
    ) -> None:
        """`settle` is given what is drift."""
        self._client = client
        self._app = app
        self._engine = engine
        self._lanes = lanes
        self._dialogs = dialogs
        self._settle = settle

    async def walk(self) -> None:
        """Look, for ever. A look that fails says nothing; `watch` knows whether Asterisk is there."""
        pause = LOOK_EVERY
        while True:
            await asyncio.sleep(pause.total_seconds())
            pause = LOOK_EVERY
            try:
                if await self._look_twice():
                    pause -= LOOK_AGAIN_AFTER
            except AriError as error:
                pause = LOOK_AGAIN_AFTER
                _log.warning("ari_look_failed", why=str(error))

    async def _look_twice(self) -> bool:
        """Whether there was a reason for the second look."""
        concerned = self._lanes.concerned_from_now()
        first = await self._look()
        found, unbegun = await self._differences(first), self._unbegun(first)
        if not found and not unbegun:
            return False
        await asyncio.sleep(LOOK_AGAIN_AFTER.total_seconds())
        second = await self._look()
        before = {_known_by(difference) for difference in found}
        if any(_is_drift(each, before, concerned) for each in await self._differences(second)):
            self._settle_what_is_drift(second, before, concerned)
        for dialled in self._unbegun(second):
            if dialled in unbegun:
                _log.warning("star_code_unheard", channel=dialled.channel)
                self._dialogs.begin(dialled)
        return True

    async def _look(self) -> Picture:
        return await resync.look(self._client, self._app)

    def _unbegun(self, picture: Picture) -> list[StarCodeDialled]:
        """Who has dialled a star code that nobody answers."""
        return [dialled for dialled in picture.star_codes if not self._dialogs.holds(dialled.channel)]

    async def _differences(self, picture: Picture) -> list[Difference]:
        """In what the books differ; calls are given way to, so some of it may have been news meanwhile."""
        found: list[Difference] = []
        for difference in self._engine.compare(picture.seen):
            if difference is None:
                await asyncio.sleep(0)
            else:
                found.append(difference)
        return found

    def _settle_what_is_drift(self, picture: Picture, before: Container[Hashable], concerned: Container[str]) -> None:
        """Compares again and settles in one: of what was compared in pieces, some may be as it should be by now."""
        differences = [each for each in self._engine.compare(picture.seen) if each is not None]
        drift = [each for each in differences if _is_drift(each, before, concerned)]
        if drift:
            self._settle(drift)


def _is_drift(difference: Difference, before: Container[Hashable], concerned: Container[str]) -> bool:
    """Whether it was there `before` too, and no order explains it."""
    return _known_by(difference) in before and not _is_under_way(difference, concerned)


def _known_by(difference: Difference) -> Hashable:
    """What makes two looks show the same: not what they say of the caller."""
    if isinstance(difference, CallArrived):
        return replace(difference, arrived=None)
    if isinstance(difference, TalkUnknown):
        return TalkUnknown, difference.caller.call, difference.offer, difference.device
    return difference


def _is_under_way(difference: Difference, concerned: Container[str]) -> bool:
    return any(name in concerned for name in _ordered_by(difference))


def _ordered_by(difference: Difference) -> tuple[str, ...]:
    """The lanes, channels and bridges of orders that make or end this difference; none where only news do.

    What the second look shows was asked for after the first was compared: a leg that is missing in both is gone, and
    one that is up in both was answered, whatever is ordered.
    """
    match difference:
        case (
            CallArrived() | CallGone() | CallerHungUp() | CallerReached() | CallBackGone() | CallConnected()
            | CallLeftOver() | NotLetGo() | NotHeld() | NotJoined()
        ):  # fmt: skip
            return (difference.call,)
        case TalkLeftOver():  # one whom his agent has left goes in the lane of that one's next caller
            return (difference.call, talk_bridge(difference.call))
        case TalkUnknown():
            return (difference.caller.call, leg_channel(difference.offer, difference.device))
        case RingGone() | LegLeftOver():
            return (leg_channel(difference.offer, difference.device),)
        case (
            CallBackLeftOver() | OtherCallStarted() | OtherCallAnswered() | OtherCallEnded()
            | MonitorAnswered() | NotListening() | MonitorLeftOver()
        ):  # fmt: skip
            return (difference.channel,)
        case LegAnswered() | LegEnded() | DeviceRegistered() | DeviceUnregistered():
            return ()
        case _:
            assert_never(difference)
