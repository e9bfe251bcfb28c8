"""The gate for new calls: tells Asterisk how many may come, so that in an overload the others hear busy at once.

Four times a second it is decided (in `admission`) from what this process sees by itself, for in an overload whatever
has to be asked comes late. The dial plan counts the places down, and counts whom it turns away. The places are given
out a few at a time: all at once would let callers in by bursts, who then wait for each other.
"""

import asyncio
from dataclasses import dataclass
from typing import Final, cast

import structlog

from ari_bridge.admission import SLOW_S, Admission, Period
from ari_bridge.asterisk_clock import AsteriskClock
from ari_bridge.client import AriError, Client
from ari_bridge.pressure import Pressure
from ari_bridge.reading import Message, answered, text_in

PERIOD_S: Final = 0.25
GIVEN_OUT: Final = 3
"""How often in a period."""
PLACES: Final = "ACD_PLACES"
"""How many new calls may come until this is written again; empty: all."""
TURNED_AWAY: Final = "ACD_TURNED_AWAY"
"""How many were, since Asterisk began."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class GateCounters:
    """For whoever exports them."""

    shed: int = 0
    """Calls that were turned away."""
    ratio: float = 1.0
    """The share of the new calls that was let in lately."""


class Gate:
    """Of one bridge. `run` once Asterisk is in sight, and for as long as it is."""

    def __init__(self, client: Client, pressure: Pressure, asterisk_clock: AsteriskClock) -> None:
        self.counters = GateCounters()
        self._arrived = 0
        self._ages_s: list[float] = []
        """Of the events by which calls come in, in this period."""
        self._asterisk_clock = asterisk_clock
        self._client = client
        self._pressure = pressure
        self._admission = Admission()
        self._turned_away: int | None = None
        """As Asterisk said last."""
        self._shed_before = 0
        self._told_s = 0.0
        """When Asterisk was told last how many may come, by the clock of the event loop."""

    def hear(self, message: Message) -> None:
        """Every message from Asterisk."""
        if message.get("type") != "StasisStart":
            return
        arguments = message.get("args")
        self._arrived += isinstance(arguments, list) and cast("list[object]", arguments)[:1] == ["queue"]
        age_s = self._asterisk_clock.age_s(text_in(message, "timestamp"), asyncio.get_running_loop().time())
        if age_s is not None:
            self._ages_s.append(age_s)

    async def run(self) -> None:
        """Judge and tell, for ever. Where Asterisk does not answer what it was told last stands, or lapses with us."""
        clock = asyncio.get_running_loop().time
        self._pressure.take(overdue_s=SLOW_S)
        self._arrived, self._ages_s = 0, []
        since, shed, ping_s = clock(), 0, 0.0
        while True:
            for _ in range(GIVEN_OUT - 1):
                await asyncio.sleep(PERIOD_S / GIVEN_OUT)
                if self._admission.limit_per_s is not None:
                    await self._tell()
            await asyncio.sleep(PERIOD_S / GIVEN_OUT)
            now = clock()
            period = Period(
                seconds=now - since,
                let_in=self._arrived,
                shed=shed,
                latencies_s=self._pressure.take(overdue_s=SLOW_S),
                event_ages_s=self._ages_s,
                ping_s=ping_s,
            )
            self._arrived, self._ages_s = 0, []
            since, shed, ping_s = now, 0, 0.0
            self._judge(period)
            if await self._tell():
                ping_s = clock() - now
                shed = await self._shed()

    async def _tell(self) -> bool:
        """Say how many may come now; whether Asterisk answered."""
        now = asyncio.get_running_loop().time()
        seconds, self._told_s = min(now - self._told_s, PERIOD_S), now
        places = self._admission.places(seconds)
        try:
            await self._client.asterisk.setGlobalVar(variable=PLACES, value="" if places is None else str(places))
        except AriError as error:
            _log.warning("gate_not_told", why=str(error))
            return False
        return True

    async def _shed(self) -> int:
        """How many were turned away since this was asked last."""
        if self._turned_away is not None and self._admission.limit_per_s is None:
            return 0
        try:
            answer = await self._client.asterisk.getGlobalVar(variable=TURNED_AWAY)
        except AriError as error:
            _log.warning("gate_not_told", why=str(error))
            return 0
        text = answered(answer, "value")
        now = int(text) if text.isdecimal() else 0
        before, self._turned_away = self._turned_away, now
        return 0 if before is None else max(0, now - before)

    def _judge(self, period: Period) -> None:
        was_limited = self._admission.limit_per_s is not None
        self._admission.judge(period)
        self.counters.shed += period.shed
        self.counters.ratio = period.let_in / period.offered if period.shed else 1.0
        limit = self._admission.limit_per_s
        if limit is not None and not was_limited:
            self._shed_before = self.counters.shed
            _log.warning(
                "overload_began",
                what="Asterisk answers or tells us late: some new callers hear busy, so that the others are served",
                late_ms=round(self._admission.late_s * 1000),
                new_calls_per_s=round(period.offered / period.seconds, 1),
                let_in_per_s=round(limit, 1),
            )
        elif limit is None and was_limited:
            _log.warning("overload_over", turned_away=self.counters.shed - self._shed_before)
