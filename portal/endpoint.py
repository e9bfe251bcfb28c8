"""What an endpoint is: a function that says by its types what it takes and gives, and by its decorator who may ask.

    @endpoint("PUT", "/agents/{agent}/status", needs=Role.AGENT, scope=Scope.STATUS)
    async def change_status(asked: Asked, *, agent: str, body: StatusChosen) -> None:
        "Choose a status."

Parts of the path come as keyword arguments of their names, the body as `body`, the query as `query`, both decoded and
checked by msgspec. What it returns becomes JSON; None is 204. The table of all of them makes the routes, the OpenAPI
document and the test that asks every one of them for what is another account's.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_type_hints

import msgspec
import structlog
from aiohttp import hdrs, web

from acd.centre import Role
from portal import origin
from portal.database import LOST
from portal.limits import KEY_OF_ADDRESS, neighbourhood
from portal.parts import Portal
from portal.problems import Fault, Problem, database_away, not_allowed, not_found, not_logged_in, not_understood, wrong
from portal.who import Scope, Who

BASE: Final = "/api/v1"
PORTAL: Final = web.AppKey("portal", Portal)

_log = structlog.get_logger(__name__)

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[object]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, beside what its endpoint takes by name."""

    portal: Portal
    request: web.Request
    somebody: Who | None
    """Who asks; None where nobody is logged in, which only an open endpoint ever sees."""

    @property
    def who(self) -> Who:
        """Who asks."""
        assert self.somebody is not None
        return self.somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One entry of the table."""

    method: str
    path: str
    needs: Role | None
    """The least role; None: anybody, logged in or not."""
    scope: Scope | None
    """What a token must allow; None: no token will do, it takes a person."""
    status: int
    """Of an answer that goes well."""
    handler: Callable[..., Awaitable[object]]
    parts: Mapping[str, Any]
    """The names in the path, and their types."""
    body: Any
    """Its type; None: it takes none."""
    query: Any
    answer: Any
    """Its type; None: there is nothing to say; a response of aiohttp: not JSON."""

    @property
    def summary(self) -> str:
        """What it is for, in a line."""
        return (inspect.getdoc(self.handler) or "").partition("\n")[0]


ENDPOINTS: Final[list[Endpoint]] = []
"""All, in the order of their modules."""


def endpoint(
    method: str, path: str, *, needs: Role | None = Role.AGENT, scope: Scope | None, status: int | None = None
) -> Callable[[Handler], Handler]:
    """Make a function the endpoint for this method and path below /api/v1. `status`: else 200, or 204 for None."""

    def known(handler: Handler) -> Handler:
        types = get_type_hints(handler, include_extras=True)
        answer = types["return"]
        gives_nothing = answer is type(None)
        ENDPOINTS.append(
            Endpoint(
                method=method,
                path=BASE + path,
                needs=needs,
                scope=scope,
                status=status or (204 if gives_nothing else 200),
                handler=handler,
                parts={name: types[name] for name in re.findall(r"{(\w+)", path)},
                body=types.get("body"),
                query=types.get("query"),
                answer=None if gives_nothing else answer,
            )
        )
        return handler

    return known


def route(entry: Endpoint) -> web.AbstractRouteDef:
    """The endpoint as a route of aiohttp."""

    async def serve(request: web.Request) -> web.StreamResponse:
        try:
            return await _serve(entry, request)
        except Problem as problem:
            return problem.response()
        except LOST:
            return database_away().response()
        except web.HTTPException:
            raise
        except Exception:  # noqa: BLE001 - one request that fails is no reason to end the process that routes calls
            _log.exception("request_failed", method=entry.method, path=entry.path)
            return Problem(500, "failed", "This is a fault of the program; it has been written to its log.").response()

    return web.route(entry.method, entry.path, serve)


async def _serve(entry: Endpoint, request: web.Request) -> web.StreamResponse:
    portal = request.app[PORTAL]
    origin.check(portal, request)
    somebody = await identify(portal, request)
    if entry.needs is not None:
        _may(entry, somebody)
    given = {name: _part(request.match_info[name], type_) for name, type_ in entry.parts.items()}
    if entry.query is not None:
        given["query"] = _query(request, entry.query)
    if entry.body is not None:
        given["body"] = await _body(request, entry.body)
    answer = await entry.handler(Asked(portal=portal, request=request, somebody=somebody), **given)
    if isinstance(answer, web.StreamResponse):
        return answer
    if answer is None:
        return web.Response(status=entry.status)
    return web.Response(
        status=entry.status, body=msgspec.json.encode(answer), content_type="application/json", charset="utf-8"
    )


def _may(entry: Endpoint, somebody: Who | None) -> None:
    if somebody is None:
        raise not_logged_in()
    if entry.needs is not None and not somebody.has_role(entry.needs):
        raise not_allowed()
    if entry.scope is None and somebody.scopes is not None:
        raise not_allowed("No token allows this; log in at the page.")
    if entry.scope is not None and not somebody.has_scope(entry.scope):
        raise not_allowed(f'This token does not allow it; make one with the scope "{entry.scope}".')


async def identify(portal: Portal, request: web.Request) -> Who | None:
    """Who asks: by the token he shows, else by his cookie. None: nobody who is known.

    Raises `Problem` 401 for a token that is none.
    """
    scheme, _, shown = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if scheme.lower() == "bearer":
        portal.limits.take(KEY_OF_ADDRESS, place := neighbourhood(portal.address(request)))
        program = await portal.tokens.who(shown.strip())
        if program is None:
            raise Problem(
                401, "no_token", "This token is none, or not any more.", headers={"WWW-Authenticate": "Bearer"}
            )
        portal.limits.give_back(KEY_OF_ADDRESS, place)
        return program
    if key := request.cookies.get(portal.cookie):
        return await portal.sessions.who(key)
    return None


def _part(text: str, type_: Any) -> object:
    if "\0" in text:
        raise not_found()
    try:
        return msgspec.convert(text, type=type_, strict=False)
    except msgspec.ValidationError:
        raise not_found() from None


async def _body(request: web.Request, type_: Any) -> object:
    raw = await request.read()
    if rb"\u0000" in raw:
        raise not_understood("There is a NUL character in it.")
    try:
        return msgspec.json.decode(raw, type=type_)
    except msgspec.ValidationError as error:
        raise wrong([_fault(error)]) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise not_understood("The body is not JSON.") from None


def _query(request: web.Request, type_: Any) -> object:
    if "\0" in request.query_string or "%00" in request.query_string:
        raise not_understood("There is a NUL character in it.")
    try:
        return msgspec.convert({**request.query}, type=type_, strict=False)
    except msgspec.ValidationError as error:
        raise wrong([_fault(error)]) from None


def _fault(error: msgspec.ValidationError) -> Fault:
    said, _, place = str(error).partition(" - at `$")
    return Fault(place=place.strip("`.") or "body", said=said)
