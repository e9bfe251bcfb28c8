"""Another system: a server that webhooks are sent to, which checks what it gets as Standard Webhooks 1.0 says."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.ports import free_port


@dataclass(slots=True, kw_only=True)
class Receiver:
    """What came, and what it answers."""

    origin: str
    answers: int = 200
    holds: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared: it takes what comes and answers nothing."""
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Those that it answered with 2xx."""
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    bodies: list[bytes] = field(default_factory=list[bytes])
    tried: int = 0

    @property
    def url(self) -> str:
        return f"{self.origin}/calls?key=receivers-own"

    @property
    def facts(self) -> list[dict[str, Any]]:
        return [fact for message in self.messages for fact in message["facts"]]

    @property
    def calls(self) -> list[str]:
        return [fact["call"] for fact in self.facts if fact["kind"] == "call_queued"]

    def check(self, secret: str) -> None:
        """Every message bears a signature of this secret, of now."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        for headers, body in zip(self.headers, self.bodies, strict=True):
            signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
            expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
            assert headers["webhook-signature"] == f"v1,{expected}"
            assert abs(int(headers["webhook-timestamp"]) - time.time()) < 300

    async def take(self, request: web.Request) -> web.Response:
        self.tried += 1
        body = await request.read()
        await self.holds.wait()
        if self.answers < 300:
            self.headers.append({name.lower(): of for name, of in request.headers.items()})
            self.bodies.append(body)
            self.messages.append(json.loads(body))
        return web.Response(status=self.answers, headers={"Location": "/elsewhere"})


@asynccontextmanager
async def receiving(port: int | None = None) -> AsyncGenerator[Receiver]:
    """One at work, on this port or any."""
    port = port or free_port()
    receiver = Receiver(origin=f"http://127.0.0.1:{port}")
    receiver.holds.set()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", receiver.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield receiver
    finally:
        receiver.holds.set()
        await runner.cleanup()
