"""The socket's endpoint: who opens it, and how often he may."""

from typing import Final

from aiohttp import web

from acd.centre import Role
from portal.endpoint import Asked, endpoint, identify
from portal.live import socket
from portal.live.page import Page
from portal.problems import Problem
from portal.who import Scope, Who

PAGES_AT_MOST: Final = 20
"""That one user has open at once."""


@endpoint("GET", "/live", needs=Role.AGENT, scope=Scope.READ, status=101)
async def live(asked: Asked) -> web.WebSocketResponse:
    """Watch the live state over a WebSocket: send {"watch": [topics]}, read rows and their changes."""
    portal, hub = asked.portal, asked.portal.hub
    if hub.count_of(asked.who.login) >= PAGES_AT_MOST:
        raise Problem(429, "too_many_pages", f"You have {PAGES_AT_MOST} pages open; close one of them.")
    if not web.WebSocketResponse().can_prepare(asked.request).ok:
        raise Problem(426, "not_a_socket", "This is a WebSocket; open it as one.", headers={"Upgrade": "websocket"})

    async def still() -> Who | None:
        key = asked.request.cookies.get(portal.cookie)
        if asked.who.session is None or key is None:
            return await identify(portal, asked.request)
        return await portal.sessions.still(key)  # an open page alone keeps no session alive

    return await socket.serve(hub, asked.request, Page(asked.who), still)
