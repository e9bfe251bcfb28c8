"""One REST request to Asterisk, and the errors it can end in.

Puts a time limit on every request. Knows no operation by name (`methods.py` does), nor how a request travels (the wire
does), and never repeats one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec

from ari_bridge.wire import EventSocket, SocketRefused, Wire, WireBroken

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
    """The requests of one client."""

    def __init__(self, wire: Wire, *, time_limit: timedelta) -> None:
        self.address = wire.address
        self._wire = wire
        self._time_limit_s = time_limit.total_seconds()

    def __repr__(self) -> str:
        return f"Rest({self.address})"

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
        query: Mapping[str, str] = {}
        content: Mapping[str, object] | None = None
        if method not in _WITH_BODY:
            query = _as_texts(parameters or {})
        elif given := {each: value for each, value in (parameters or {}).items() if value is not None} | dict(
            body or {}
        ):
            content = given
        try:
            async with asyncio.timeout(self._time_limit_s):
                status, answer = await self._wire.request(method, path, query, content)
        except (WireBroken, TimeoutError) as error:
            raise _failure(error, name) from None
        if status >= 300:
            raise _refusal(status, answer, name)
        return answer

    async def events(self, apps: str | Sequence[str]) -> EventSocket:
        """The socket on which the events of these applications come. Raises AriError."""
        name = "GET /events"
        try:
            async with asyncio.timeout(self._time_limit_s):
                return await self._wire.events(_as_texts({"app": apps}))
        except SocketRefused as error:
            raise _refusal(error.status, b"", name) from None
        except (WireBroken, TimeoutError) as error:
            raise _failure(error, name) from None

    async def close(self) -> None:
        """Close every connection; requests that are under way end in AriUnreachable."""
        await self._wire.close()


def _as_texts(parameters: Mapping[str, Value]) -> dict[str, str]:
    return {name: _as_text(value) for name, value in parameters.items() if value is not None}


def _as_text(value: str | int | bool | Sequence[str]) -> str:
    """A list is comma-joined."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    return ",".join(value)


Entry = msgspec.Raw
"""One of a list in Asterisk's answer, as it came."""


def entries(text: bytes) -> list[Entry]:
    """Of a list, to be decoded one by one: all of a long one at once take as long. Raises ValueError as `decode`."""
    try:
        return msgspec.json.decode(text, type=list[Entry])
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError("not understood") from error


def decode(text: bytes | Entry) -> Any:
    """JSON from Asterisk. Raises ValueError where it is none, or nested beyond what can be read."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError("not understood") from error


def _failure(error: WireBroken | TimeoutError, request: str) -> AriError:
    """What became of a request that got no answer."""
    if isinstance(error, TimeoutError):
        return AriTimeout(0, "Asterisk did not answer in time", request)
    return AriUnreachable(0, str(error), request)


def _refusal(status: int, answer: bytes, request: str) -> AriError:
    """The error Asterisk answered with; its wording is mostly under `message`, for a 500 under `error`."""
    try:
        body = decode(answer)
    except ValueError:
        body = None
    message = str(body.get("message") or body.get("error") or "") if isinstance(body, dict) else ""
    if status == 401:
        return AriUnauthorized(status, message or "user name or password not accepted", request)
    return AriError(status, message or "no reason given", request)
