"""Whether a request that changes something comes from a page of ours, and not from somebody else's page (CSRF)."""

from typing import Final

from aiohttp import hdrs, web

from portal.parts import Portal
from portal.problems import Problem, not_allowed

_SAFE: Final = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})


def check(portal: Portal, request: web.Request) -> None:
    """Raise `Problem` for a request that another site's page may have made.

    A browser sends the cookie along whoever asks. So what changes something, and the handshake of a socket, must name
    our own address as its origin; and only JSON is taken, which no form of another site can send.
    """
    opens_socket = request.headers.get(hdrs.UPGRADE, "").lower() == "websocket"
    if request.method in _SAFE and not opens_socket:
        return
    if request.body_exists and request.content_type != "application/json":
        raise Problem(415, "not_json", "Send the body as application/json.")
    if portal.cookie in request.cookies and request.headers.get(hdrs.ORIGIN) != portal.url:
        raise not_allowed(f"This can only be asked by a page of {portal.url}; open the portal at that address.")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise not_allowed("This cannot be asked by a page of another site.")
