"""One REST request to Asterisk, and the errors it can end in.

Holds the pool of HTTP connections and puts a time limit on every request. Knows no operation by name (`methods.py`
does), never repeats a request, and never shows the password: not in an error, a repr or a log.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
from yarl import URL  # as aiohttp uses it: only so can an address be handed over that is quoted already

POOL_SIZE: Final = 40
"""Connections held at most. Asterisk's `sessionlimit` must stay above it; it closes the others without a word."""

IDLE_LIMIT_S: Final = 10.0
"""Asterisk closes an idle connection after 15 s; a client that waits as long loses requests to that race."""

Value = str | int | bool | Sequence[str] | None
"""Of a parameter; None is not sent."""

_WITH_BODY: Final = frozenset({"POST", "PUT"})


class AriError(Exception):
    """Asterisk refused a request, or could not be asked.

    `status` is the HTTP status, 0 where no answer came; `message` is Asterisk's own wording where it gave one.
    """

    def __init__(self, status: int, message: str, request: str = "") -> None:
        super().__init__(status, message, request)
        self.status = status
        self.message = message
        self.request = request

    def __str__(self) -> str:
        answer = f"{self.status} {self.message}" if self.status else self.message
        return f"{self.request}: {answer}" if self.request else answer


class AriUnauthorized(AriError):
    """Asterisk does not accept the user name and password (see ari.conf)."""


class AriUnreachable(AriError):
    """No connection, or it broke: a request that was under way may have been carried out."""


class AriTimeout(AriError):
    """No answer in time: the request may still be carried out."""


class Rest:
    """The requests of one client. Made inside a running event loop; `close()` when done."""

    def __init__(self, base_url: str, user: str, password: str, *, time_limit: timedelta) -> None:
        self.base_url = _root(base_url)
        self._time_limit = aiohttp.ClientTimeout(total=time_limit.total_seconds())
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=POOL_SIZE, keepalive_timeout=IDLE_LIMIT_S),
            headers={"Authorization": aiohttp.encode_basic_auth(user, password)},
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    def __repr__(self) -> str:
        return f"Rest({self.base_url})"

    def url(self, path: Sequence[str], query: Mapping[str, Value]) -> URL:
        """The address of an operation. Every part and every value is quoted; a list is comma-joined."""
        values = {name: _as_text(value) for name, value in query.items() if value is not None}
        address = "/".join([self.base_url, *(quote(part, safe="") for part in path)])
        return URL(f"{address}?{urlencode(values, quote_via=quote)}" if values else address, encoded=True)

    async def request(
        self,
        method: str,
        path: Sequence[str],
        parameters: Mapping[str, Value] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> bytes:
        """The body of Asterisk's answer, empty where there is none. Raises AriError.

        The parameters of POST and PUT travel in the body, which Asterisk reads as if they stood in the address. There a
        caller's name of 4 kB would make the request line too long for it. A body may have 40,960 bytes.
        """
        name = f"{method} /{'/'.join(path)}"
        if self.session.closed:
            raise AriUnreachable(0, "this client was closed", name)
        data, headers = None, None
        if method in _WITH_BODY:
            given = {each: value for each, value in (parameters or {}).items() if value is not None} | dict(body or {})
            parameters = None
            if given:
                data, headers = msgspec.json.encode(given), {"Content-Type": "application/json"}
        try:
            async with self.session.request(
                method,
                self.url(path, parameters or {}),
                data=data,
                headers=headers,
                timeout=self._time_limit,
                allow_redirects=False,
            ) as response:
                answer = await response.read()
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # aiohttp's errors carry the request's headers, the password among them: they end here.
            raise failure(error, name) from None
        if status >= 300:
            raise refusal(status, answer, name)
        return answer

    async def close(self) -> None:
        """Close the pool; requests that are under way end in AriUnreachable."""
        await self.session.close()


def _root(base_url: str) -> str:
    """Where ARI is on this web server."""
    try:
        address = URL(base_url)
        is_good = address.scheme in {"http", "https"} and address.host is not None and address.user is None
    except ValueError:
        is_good = False
    if not is_good:
        # What was given is not repeated: it may hold a password.
        raise ValueError("the address of Asterisk must look like http://127.0.0.1:8088, without user and password")
    return base_url.rstrip("/").removesuffix("/ari") + "/ari"


def _as_text(value: str | int | bool | Sequence[str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    return ",".join(value)


def decode(text: bytes) -> Any:
    """JSON from Asterisk. Raises ValueError where it is none, or nested beyond what can be read."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError("not understood") from error


def failure(error: Exception, request: str) -> AriError:
    """What became of a request that got no answer."""
    if isinstance(error, TimeoutError):
        return AriTimeout(0, "Asterisk did not answer in time", request)
    if isinstance(error, aiohttp.ClientConnectorError):
        return AriUnreachable(0, f"Asterisk cannot be reached at {error.host}:{error.port}", request)
    return AriUnreachable(0, "the connection to Asterisk broke", request)


def refusal(status: int, answer: bytes, request: str) -> AriError:
    """The error Asterisk answered with; its wording is mostly under `message`, for a 500 under `error`."""
    try:
        body = decode(answer)
    except ValueError:
        body = None
    message = str(body.get("message") or body.get("error") or "") if isinstance(body, dict) else ""
    if status == 401:
        return AriUnauthorized(status, message or "user name or password not accepted", request)
    return AriError(status, message or "no reason given", request)
