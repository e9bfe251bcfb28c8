"""The table of endpoints as an OpenAPI 3.1 document: what a program has to know to use them."""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

import msgspec
from aiohttp import web

from acd.centre import Role
from portal.endpoint import Endpoint
from portal.problems import Fault
from portal.who import Scope

VERSION: Final = "1"
"""Of the interface. What is added does not change it."""

_REF: Final = "#/components/schemas/{name}"
_ROLES: Final = {
    Role.AGENT: "For everybody who is logged in.",
    Role.SUPERVISOR: "For supervisors and office managers.",
    Role.OFFICE_MANAGER: "For office managers.",
}

Tree = dict[str, Any]


class ProblemAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong (RFC 9457)."""

    type: str
    """A word for programs."""
    title: str
    status: int
    detail: str
    """A sentence for people."""
    faults: list[Fault] = []


def document(endpoints: Iterable[Endpoint], url: str) -> Tree:
    """The whole document, for a portal that is reached at this address."""
    entries = list(endpoints)
    types = [each for entry in entries for each in (entry.body, entry.answer, entry.query) if _has_schema(each)]
    parts = [type_ for entry in entries for type_ in entry.parts.values()]
    everything = [ProblemAnswer, *types, *parts]
    schemas, components = msgspec.json.schema_components(everything, ref_template=_REF)
    schema_of = {id(type_): schema for type_, schema in zip(everything, schemas, strict=True)}
    paths: dict[str, Tree] = {}
    for entry in entries:
        paths.setdefault(entry.path, {})[entry.method.lower()] = _operation(entry, schema_of, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "asterisk-acd",
            "version": VERSION,
            "description": "What the pages of the portal do, for programs. Instants are RFC 3339 in UTC; lengths of "
            "time in seconds, in names that end in _s; numbers of queues and extensions are those of the account.",
        },
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-acd" if url[:6] == "https:" else "acd"},
                "token": {"type": "http", "scheme": "bearer", "description": _scopes()},
            },
        },
    }


def _scopes() -> str:
    return f"A token of POST /tokens. Its scopes: {', '.join(Scope)}."


def _has_schema(type_: Any) -> bool:
    return type_ is not None and not (isinstance(type_, type) and issubclass(type_, web.StreamResponse))


def _operation(entry: Endpoint, schema_of: Mapping[int, Tree], components: Mapping[str, Tree]) -> Tree:
    told: Tree = {
        "operationId": entry.handler.__name__,
        "summary": entry.summary,
        "description": _description(entry),
        "tags": [entry.handler.__module__.rpartition(".")[2]],
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, "schema": schema_of[id(type_)]}
                for name, type_ in entry.parts.items()
            ),
            *(_queries(schema_of[id(entry.query)], components) if entry.query is not None else ()),
        ],
        "responses": {str(entry.status): _answer(entry, schema_of), "default": _PROBLEM},
        "security": [] if entry.needs is None else [{"session": []}, *([{"token": []}] if entry.scope else [])],
    }
    if entry.body is not None:
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema_of[id(entry.body)]}},
        }
    return told


_PROBLEM: Final[Tree] = {
    "description": "It did not go well.",
    "content": {"application/problem+json": {"schema": {"$ref": _REF.format(name="ProblemAnswer")}}},
}


def _description(entry: Endpoint) -> str:
    _, _, more = (inspect.getdoc(entry.handler) or "").partition("\n")
    who = "For everybody." if entry.needs is None else _ROLES[entry.needs]
    if entry.needs is not None:
        who += f" Scope: {entry.scope}." if entry.scope else " Not with a token."
    return f"{more.strip()}\n\n{who}".strip()


def _queries(schema: Tree, components: Mapping[str, Tree]) -> list[Tree]:
    whole = components[schema["$ref"].rpartition("/")[2]]
    required = cast("list[str]", whole.get("required", []))
    properties = cast("dict[str, Tree]", whole["properties"])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": each} for name, each in properties.items()
    ]


def _answer(entry: Endpoint, schema_of: Mapping[int, Tree]) -> Tree:
    if entry.answer is None:
        return {"description": "Done."}
    if not _has_schema(entry.answer):
        return {"description": entry.summary}
    return {
        "description": "It went well.",
        "content": {"application/json": {"schema": schema_of[id(entry.answer)]}},
    }
