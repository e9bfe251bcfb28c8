"""The engine's beat in Asterisk: by it the dial plan knows that somebody is there to take a call, and how many.

Twice a second, from the event loop that takes the calls, two global variables are written: `ACD_BEAT`, the time by
Asterisk's own clock, so that it does not matter what either machine takes the time to be, and `ACD_PLACES`, how many
new calls may come until the next beat, counted down by the dial plan. What it does with both is told in
asterisk-conf/acd-dialplan.conf. A process that stands still beats no more, though its connections look alive.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

import structlog

from ari_bridge.admission import SLOW_S, Admission, Period
from ari_bridge.client import AriError, Client
from ari_bridge.pressure import Pressure
from ari_bridge.reading import Message, text_in

PERIOD_S: Final = 0.5
BEAT: Final = "ACD_BEAT"
PLACES: Final = "ACD_PLACES"

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class AdmissionCounters:
    """For whoever exports them."""

    offered: int = 0
    """New calls for a queue, since the process began; those that came while Asterisk was out of sight are missing."""
    shed: int = 0
    """Those of them that were turned away."""
    ratio: float = 1.0
    """The share that was let in between the last two beats."""


class Beat:
    """Of one bridge. `run` once Asterisk is in sight, and for as long as it is."""

    def __init__(self, client: Client, pressure: Pressure) -> None:
        self.counters = AdmissionCounters()
        self._client = client
        self._pressure = pressure
        self._admission = Admission()
        self._places: int | None = None
        """Written last; None: not known."""
        self._since = asyncio.get_running_loop().time()
        self._shed_before = 0

    async def run(self) -> None:
        """Beat for ever. A beat that fails is left out: who answers no request cannot be helped by another one."""
        self._pressure.take(overdue_s=SLOW_S)
        while True:
            try:
                await self._beat()
            except AriError as error:
                self._places = None
                _log.warning("beat_left_out", why=str(error))
            await asyncio.sleep(PERIOD_S)

    async def _beat(self) -> None:
        clock, asterisk = asyncio.get_running_loop().time, self._client.asterisk
        began = clock()
        time = _seconds(await asterisk.ping())
        ping_s = clock() - began
        if time is not None:
            await asterisk.setGlobalVar(variable=BEAT, value=str(time))
        left = _number(await asterisk.getGlobalVar(variable=PLACES))
        seconds, self._since = clock() - self._since, clock()
        if self._places is not None and left is not None:
            latencies = self._pressure.take(overdue_s=SLOW_S)
            self._judge(
                Period(
                    seconds=seconds,
                    offered=max(0, self._places - left),
                    places=self._places,
                    latencies_s=latencies,
                    ping_s=ping_s,
                )
            )
        self._places = self._admission.places(min(seconds, 2 * PERIOD_S))
        await asterisk.setGlobalVar(variable=PLACES, value=str(self._places))

    def _judge(self, period: Period) -> None:
        was_limited = self._admission.limit_per_s is not None
        self._admission.judge(period)
        counters = self.counters
        counters.offered += period.offered
        counters.shed += period.shed
        counters.ratio = 1 - period.shed / period.offered if period.offered else 1.0
        limit = self._admission.limit_per_s
        if limit is not None and not was_limited:
            self._shed_before = counters.shed
            _log.warning(
                "overload_began",
                what="Asterisk takes long to answer: some of the new callers hear busy, so that the others are served",
                requests_take_ms=round(self._admission.latency_s * 1000),
                new_calls_per_s=round(period.offered / period.seconds, 1),
                let_in_per_s=round(limit, 1),
            )
        elif limit is None and was_limited:
            _log.warning("overload_over", turned_away=counters.shed - self._shed_before)


def _number(answer: object) -> int | None:
    text = _said(answer, "value")
    return int(text) if text.removeprefix("-").isdecimal() else None


def _seconds(answer: object) -> int | None:
    """The time by Asterisk's clock, in seconds since 1970; None: it does not say."""
    try:
        return int(datetime.fromisoformat(_said(answer, "timestamp")).timestamp())
    except ValueError:
        return None


def _said(answer: object, field: str) -> str:
    return text_in(cast("Message", answer), field) if isinstance(answer, dict) else ""
