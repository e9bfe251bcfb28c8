"""Carries errands out: those of one lane one after the other, lanes side by side, every request timed and counted.

It decides nothing: what a failure means stands in the errand.
"""

import time
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from acd.inputs import Event
from acd.model import CallId
from ari_bridge.client import AriError, Client
from ari_bridge.counters import BridgeCounters, outcome
from ari_bridge.names import caller_of
from ari_bridge.plan import Errand, Operation
from ari_bridge.tasks import Tasks

_log = structlog.get_logger(__name__)


class Lanes:
    """The errands under way. Every request has the client's time limit, so a lane never stands still for longer."""

    def __init__(self, client: Client, tasks: Tasks, tell: Callable[[Event], None], counters: BridgeCounters) -> None:
        self._client = client
        self._tasks = tasks
        self._tell = tell
        self._counters = counters
        self._waiting: dict[str, deque[Errand]] = {}

    def start(self, errand: Errand) -> None:
        """Carry this out, after what its lane still has to do. Returns at once."""
        waiting = self._waiting.get(errand.lane)
        if waiting is not None:
            waiting.append(errand)
            return
        self._waiting[errand.lane] = deque([errand])
        self._tasks.start(self._go(errand.lane))

    def forget(self) -> None:
        """Drop what has not been asked yet; the tasks themselves are cancelled by whoever owns them."""
        self._waiting.clear()

    async def _go(self, lane: str) -> None:
        waiting = self._waiting[lane]
        while waiting:
            await self._carry_out(waiting.popleft())
        if self._waiting.get(lane) is waiting:
            del self._waiting[lane]

    async def _carry_out(self, errand: Errand) -> None:
        try:
            for operation in errand.operations:
                await self._achieve(operation)
        except AriError as error:
            call = caller_of(errand.lane)
            _log.warning("ari_errand_failed", call=call, request=error.request, why=error.message)
            if errand.failed is not None:
                self._tell(errand.failed)
            for operation in errand.clean_up:
                await self._try(operation, call)

    async def _try(self, operation: Operation, call: CallId) -> None:
        try:
            await self._achieve(operation)
        except AriError as error:
            _log.warning("ari_clean_up_failed", call=call, request=error.request, why=error.message)

    async def _achieve(self, operation: Operation) -> None:
        """Ask, mending what can be mended. Raises AriError where the aim is not reached."""
        try:
            await self._ask(operation)
        except AriError as error:
            if error.status in operation.harmless:
                return
            if error.status not in operation.mend:
                raise
            for first in operation.mend[error.status]:
                await self._achieve(first)
            await self._ask(operation)

    async def _ask(self, operation: Operation) -> None:
        ask: Callable[..., Awaitable[object]] = getattr(getattr(self._client, operation.resource), operation.name)
        began = time.monotonic()
        failure: AriError | None = None
        try:
            await ask(**operation.arguments)
        except AriError as error:
            failure = error
            raise
        finally:
            name = f"{operation.resource}.{operation.name}"
            self._counters.requests[name, outcome(failure, operation.harmless | operation.mend.keys())] += 1
            self._counters.request_seconds[name] += time.monotonic() - began
