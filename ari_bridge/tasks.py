"""Tasks that run beside the connection, and end with it. A bug in one of them ends whoever waits for faults."""

import asyncio
from collections.abc import Coroutine


class Tasks:
    """The tasks of one bridge. Made inside a running event loop."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._fault: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run this beside everything else."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def cancel(self) -> None:
        """End all that run."""
        for task in self._running:
            task.cancel()

    async def fault(self) -> None:
        """Raises what a task died of; else never returns."""
        await asyncio.shield(self._fault)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._fault.done():
            self._fault.set_exception(error)
