"""The operators' web pages of one engine: /metrics, /healthz and /readyz.

`/healthz` says that the process runs, whatever else is wrong; `/readyz` whether calls can be taken, and if not, every
reason, and what is wrong without keeping calls away. It changes nothing and shows nobody's calls.
"""

import errno
from collections.abc import Awaitable, Callable

from aiohttp import web

Reasons = Callable[[], Awaitable[list[str]]]
"""What keeps calls from being taken now, or is wrong beside that, each in words an operator can act on."""


class WebPortTaken(Exception):
    """An address for web pages cannot be had; the text says what to do."""


def make_app(metrics: Callable[[], Awaitable[bytes]], reasons: Reasons, warnings: Reasons) -> web.Application:
    """The pages as an application, for a server or a test."""

    async def show_metrics(_: web.Request) -> web.Response:
        return web.Response(body=await metrics(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def show_health(_: web.Request) -> web.Response:
        return web.json_response({"healthy": True})

    async def show_readiness(_: web.Request) -> web.Response:
        found = await reasons()
        told = {"ready": not found, "reasons": found, "warnings": await warnings()}
        return web.json_response(told, status=503 if found else 200)

    app = web.Application()
    app.router.add_get("/metrics", show_metrics)
    app.router.add_get("/healthz", show_health)
    app.router.add_get("/readyz", show_readiness)
    return app


async def serve(app: web.Application, bind: str, port: int, section: str = "web") -> web.AppRunner:
    """Serve until the returned runner is cleaned up. `section`: where in the settings bind and port stand.

    Raises `WebPortTaken`.
    """
    runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, bind, port).start()
    except OSError as error:
        await runner.cleanup()
        reason = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
        raise WebPortTaken(
            f"{section} port {port} on {bind} {reason}: stop what uses it, or set [{section}] bind and port"
        ) from error
    return runner
