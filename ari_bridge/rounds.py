"""The routine look: every few seconds Asterisk is compared with the books, for an event can be lost at any time.

A difference alone says nothing: orders and news are always under way. What differs is looked at again a second later,
and only what differs in both looks, and of which no order was under way in between, is drift. It decides nothing: what
to do about drift is the engine's matter.
"""

import asyncio
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, assert_never

import structlog

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
)
from acd.ports import EnginePort
from ari_bridge import resync
from ari_bridge.client import AriError, Client
from ari_bridge.dialogs import Dialogs
from ari_bridge.lanes import Lanes
from ari_bridge.names import caller_of, endpoint
from ari_bridge.signals import StarCodeDialled

LOOK_EVERY: Final = timedelta(seconds=4)
"""Twice in the ten seconds in which drift has to be gone, as one look may find an order under way."""

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
        while True:
            await asyncio.sleep(LOOK_EVERY.total_seconds())
            try:
                await self._look_twice()
            except AriError as error:
                _log.warning("ari_look_failed", why=str(error))

    async def _look_twice(self) -> None:
        used = self._lanes.use_from_now()
        first, unbegun = await self._look()
        if not first and not unbegun:
            return
        await asyncio.sleep(LOOK_AGAIN_AFTER.total_seconds())
        second, still_unbegun = await self._look()
        before = {_known_by(difference) for difference in first}
        drift = [each for each in second if _known_by(each) in before and not _is_under_way(each, used)]
        if drift:
            self._settle(drift)
        for dialled in still_unbegun:
            if dialled in unbegun:
                _log.warning("star_code_unheard", channel=dialled.channel)
                self._dialogs.begin(dialled)

    async def _look(self) -> tuple[tuple[Difference, ...], list[StarCodeDialled]]:
        """In what the books differ, and who has dialled a star code that nobody answers."""
        picture = await resync.look(self._client, self._app)
        unbegun = [dialled for dialled in picture.star_codes if not self._dialogs.holds(dialled.channel)]
        return self._engine.compare(picture.seen), unbegun


def _known_by(difference: Difference) -> Difference:
    """What makes two looks show the same: not what they say of the caller."""
    if isinstance(difference, CallArrived):
        return replace(difference, arrived=None)
    return difference


def _is_under_way(difference: Difference, used: Container[str]) -> bool:
    return any(lane in used for lane in _lanes(difference))


def _lanes(difference: Difference) -> tuple[str, ...]:
    """Those in which orders are carried out that make or end this difference."""
    match difference:
        case (
            CallGone() | CallerHungUp() | CallerReached() | CallBackGone() | CallConnected()
            | TalkLeftOver() | CallLeftOver() | NotLetGo() | NotHeld() | NotJoined()
        ):  # fmt: skip
            return (difference.call,)
        case CallArrived():
            return (difference.call, *(() if difference.device is None else (endpoint(difference.device),)))
        case RingGone():
            return (endpoint(difference.device),)
        case LegLeftOver():
            return (caller_of(difference.offer), endpoint(difference.device))
        case CallBackLeftOver():
            return (caller_of(difference.channel), difference.channel)
        case OtherCallStarted():
            return (difference.channel, endpoint(difference.device))
        case OtherCallAnswered() | OtherCallEnded() | MonitorAnswered() | NotListening() | MonitorLeftOver():
            return (difference.channel,)
        case LegAnswered() | LegEnded() | DeviceRegistered() | DeviceUnregistered():
            return ()
        case _:
            assert_never(difference)
