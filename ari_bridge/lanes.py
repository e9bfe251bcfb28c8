"""Carries errands out: those of one lane one after the other, lanes side by side, every request timed and counted.

It decides nothing: what a failure means stands in the errand.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Container, Sequence
from datetime import timedelta
from typing import Final

import structlog

from acd.inputs import Event
from acd.model import CallId
from ari_bridge.client import AriError, Client
from ari_bridge.counters import BridgeCounters, outcome
from ari_bridge.errands import Errand, Operation
from ari_bridge.names import caller_of, is_endpoint
from ari_bridge.pressure import Pressure
from ari_bridge.reading import texts_in
from ari_bridge.tasks import Tasks

GONE_WITHIN: Final = timedelta(seconds=1)
"""How long a lane waits for a channel that it has hung up; a few milliseconds as a rule."""

_log = structlog.get_logger(__name__)


class Lanes:
    """The errands under way. Every request has the client's time limit, so a lane never stands still for longer."""

    def __init__(self, client: Client, tasks: Tasks, tell: Callable[[Event], None], counters: BridgeCounters) -> None:
        self._client = client
        self._tasks = tasks
        self._tell = tell
        self._counters = counters
        self.pressure = Pressure()
        self._waiting: dict[str, deque[Errand | asyncio.Event]] = {}
        """By lane; the first of each is under way. An event is set when its turn comes."""
        self._put_off: list[Errand] = []
        """Until what the phones are asked has been written."""
        self._concerned: set[str] = set()
        self._ending: dict[str, asyncio.Event] = {}

    def concerned_from_now(self) -> Container[str]:
        """The lanes, channels and bridges of the orders under way, and of all until this is asked again."""
        errands = itertools.chain(self._put_off, *self._waiting.values())
        self._concerned = {name for errand in errands if isinstance(errand, Errand) for name in errand.concerns}
        return self._concerned

    def start_all(self, errands: Sequence[Errand]) -> None:
        """Carry these out. Those of phones begin first: a ring is waited for, music is not.

        Where one is to come after others, all begin in their order.
        """
        if any(errand.after is not None for errand in errands):
            self._start_put_off()
            self._start_each(errands)
            return
        others = [errand for errand in errands if not is_endpoint(errand.lane)]
        for errand in errands:
            if is_endpoint(errand.lane):
                self.start(errand)
        if len(others) == len(errands) and not self._put_off:
            self._start_each(others)
        elif others:
            if not self._put_off:
                asyncio.get_running_loop().call_soon(self._start_put_off)
            self._put_off += others

    def _start_put_off(self) -> None:
        """A turn of the event loop after the others, which have written their requests by then."""
        put_off, self._put_off = self._put_off, []
        self._start_each(put_off)

    def _start_each(self, errands: Sequence[Errand]) -> None:
        for errand in errands:
            self.start(errand)

    def start(self, errand: Errand) -> None:
        """Carry this out, after what its lane still has to do. Returns at once."""
        self._concerned.update(errand.concerns)
        waiting = self._waiting.get(errand.lane)
        if waiting is not None:
            waiting.append(errand)
            return
        self._waiting[errand.lane] = deque([errand])
        self._tasks.start(self._go(errand.lane))

    def gone(self, channel: str) -> None:
        """This channel is no more."""
        ending = self._ending.get(channel)
        if ending is not None:
            ending.set()

    def forget(self) -> None:
        """Drop what has not been asked yet; the tasks themselves are cancelled by whoever owns them."""
        self._put_off.clear()
        self._waiting.clear()

    async def _go(self, lane: str) -> None:
        waiting = self._waiting[lane]
        while waiting:
            match waiting[0]:
                case Errand(after=before) as errand:
                    if before is not None:
                        await self._turn_of(before)
                    await self._carry_out(errand)
                case turn:
                    turn.set()
            waiting.popleft()
        if self._waiting.get(lane) is waiting:
            del self._waiting[lane]

    async def _turn_of(self, lane: str) -> None:
        """What this lane has to do now is done."""
        if lane in self._waiting:
            turn = asyncio.Event()
            self._waiting[lane].append(turn)
            await turn.wait()

    async def _carry_out(self, errand: Errand) -> None:
        if errand.ends is None:
            await self._ask_all(errand)
            return
        gone = self._ending[errand.ends] = asyncio.Event()  # it may go before the answer to our request comes
        try:
            if await self._ask_all(errand):
                async with asyncio.timeout(GONE_WITHIN.total_seconds()):
                    await gone.wait()
        except TimeoutError:
            _log.warning("ari_channel_stays", call=caller_of(errand.ends), channel=errand.ends)
        finally:
            del self._ending[errand.ends]

    async def _ask_all(self, errand: Errand) -> bool:
        """Whether all was done; False too where one was found done, or pointless."""
        try:
            achieved = [await self._achieve(operation) for operation in errand.operations]
        except AriError as error:
            call = _call_of(errand)
            if not error.status and await self._was_done(errand):
                if errand.done is not None:
                    self._tell(errand.done)
                return True
            _log.warning("ari_errand_failed", call=call, request=error.request, why=error.message)
            if errand.failed is not None:
                self._tell(errand.failed)
            for operation in errand.clean_up:
                await self._try(operation, call)
            return False
        if errand.done is not None and achieved[-1]:
            self._tell(errand.done)
        return all(achieved)

    async def _was_done(self, errand: Errand) -> bool:
        """Whether Asterisk shows what nobody has answered. Where it shows nothing it may still come.

        Where nothing is answered at all Asterisk counts as lost before this ends, and nothing is decided unseen.
        """
        try:
            if errand.makes is not None:
                return (await self._client.channels.get(channelId=errand.makes)).id == errand.makes
            if errand.joins:
                bridge = await self._client.bridges.get(bridgeId=str(errand.operations[-1].arguments["bridgeId"]))
                return set(errand.joins) <= set(texts_in(bridge.json, "channels"))
        except AriError:
            pass
        return False

    async def _try(self, operation: Operation, call: CallId) -> None:
        try:
            await self._achieve(operation)
        except AriError as error:
            _log.warning("ari_clean_up_failed", call=call, request=error.request, why=error.message)

    async def _achieve(self, operation: Operation) -> bool:
        """Ask, mending what can be mended; False: there was nothing to do. Raises AriError where it cannot be done."""
        try:
            await self._ask(operation)
        except AriError as error:
            if error.status in operation.harmless:
                return False
            if error.status not in operation.mend:
                raise
            for first in operation.mend[error.status]:
                await self._achieve(first)
            await self._ask(operation)
        return True

    async def _ask(self, operation: Operation) -> None:
        ask: Callable[..., Awaitable[object]] = getattr(getattr(self._client, operation.resource), operation.name)
        request = self.pressure.begin()
        failure: AriError | None = None
        try:
            await ask(**operation.arguments)
        except AriError as error:
            failure = error
            raise
        finally:
            name = f"{operation.resource}.{operation.name}"
            self._counters.requests[name, outcome(failure, operation.harmless | operation.mend.keys())] += 1
            self._counters.durations[name].note(self.pressure.end(request))


def _call_of(errand: Errand) -> CallId:
    """For the log: whose call it is about."""
    return caller_of(str(errand.operations[0].arguments.get("channelId", errand.lane)))
