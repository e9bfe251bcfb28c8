"""What goes wrong with a request, as the answer tells it: application/problem+json (RFC 9457).

A problem has one word for programs (`type`) and a sentence for people (`detail`). No text of it repeats a secret, or
tells whether something of another account is there.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from aiohttp import web

from acd.inputs import Refusal


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with what was sent."""

    place: str
    """Which value, as a path into the body: `queues[2].wrap_up`."""
    said: str
    """What is wrong with it, and what would be right."""


class Problem(Exception):
    """A request that is not granted."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        faults: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`kind` is the word for programs."""
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        """The answer."""
        told: dict[str, Any] = {
            "type": self.kind,
            "title": _TITLES.get(self.status, "It did not work"),
            "status": self.status,
            "detail": self.detail,
        }
        if self.faults:
            told["faults"] = self.faults
        return web.Response(
            status=self.status,
            body=msgspec.json.encode(told),
            content_type="application/problem+json",
            headers=self.headers,
        )


_TITLES: Final = {
    400: "The request cannot be understood",
    401: "Not logged in",
    403: "Not allowed",
    404: "Not found",
    409: "Refused",
    412: "Changed meanwhile",
    413: "Too long",
    422: "Something in it is wrong",
    428: "Which version?",
    429: "Too often",
    503: "Not possible at present",
}

_REFUSALS: Final[Mapping[Refusal, str]] = {
    Refusal.NOT_AN_AGENT: "This user answers no queue.",
    Refusal.UNKNOWN_AGENT: "There is no such user.",
    Refusal.UNKNOWN_DEVICE: "There is no such phone.",
    Refusal.UNKNOWN_STATUS: "There is no such status.",
    Refusal.NOT_IN_WRAP_UP: "There is no wrap-up to end.",
    Refusal.WRAP_UP_MANDATORY: "The wrap-up of this queue cannot be ended early.",
    Refusal.UNKNOWN_CALL: "There is no such call any more.",
    Refusal.UNKNOWN_QUEUE: "There is no such queue any more.",
    Refusal.ASTERISK_OUT_OF_SIGHT: "The telephone system cannot be reached at present. Try again in a moment.",
    Refusal.NOT_TALKING: "Nobody talks with this caller.",
    Refusal.HELD_BY_PHONE: "The phone itself holds this caller: come back to him with it.",
    Refusal.NOT_WAITING: "This caller does not wait any more: somebody has answered him.",
    Refusal.CALLED_BACK: "This caller is not on the line: he is to be called back.",
    Refusal.WAITS_THERE: "This caller waits in that queue already.",
    Refusal.RINGS_ALREADY: "A queue call rings at this agent already.",
    Refusal.HAS_CALLS: "This agent has as many calls as he may.",
    Refusal.NO_USABLE_DEVICE: "No phone of this agent can ring now: not registered, switched off, or in use.",
    Refusal.NOT_REGISTERED: "This phone is not registered.",
    Refusal.DEVICE_IN_USE: "This phone has a call already.",
    Refusal.QUEUE_CALL: "There is a queue call at hand. End it first.",
    Refusal.NOT_A_NUMBER: "This is no number that can be called.",
    Refusal.OWN_NUMBER: "This is your own number.",
    Refusal.NUMBER_NOT_ALLOWED: "The rules of this account do not allow calls to this number.",
    Refusal.OUTBOUND_CAP: "As many calls go out as the rules allow. Try again later.",
    Refusal.OWN_TALK: "You cannot listen in on a talk of your own.",
    Refusal.LISTENS_ALREADY: "You listen in on a talk already. End that first.",
    Refusal.NOT_LISTENING: "You do not listen in on this call.",
    Refusal.NOT_STORED: "It could not be stored in time. Look whether it took effect, and try again.",
}


def refused(refusal: Refusal) -> Problem:
    """The engine said no."""
    status = 503 if refusal is Refusal.NOT_STORED else 409
    return Problem(status, refusal.value, _REFUSALS[refusal])


def not_found(what: str = "thing") -> Problem:
    """There is no such thing, or it is none of his: the same answer for both."""
    return Problem(404, "not_found", f"There is no such {what}.")


def not_allowed(detail: str = "Your role does not allow this.") -> Problem:
    """He may not do this at all, whatever it is done to."""
    return Problem(403, "not_allowed", detail)


def not_logged_in() -> Problem:
    """Who asks is not known, or not any more."""
    return Problem(401, "not_logged_in", "Log in first.")


def not_understood(detail: str) -> Problem:
    """The request itself is not as it must be."""
    return Problem(400, "not_understood", detail)


def wrong(faults: Iterable[Fault]) -> Problem:
    """What was sent has faults."""
    found = tuple(faults)
    return Problem(422, "wrong", " ".join(f"{fault.place}: {fault.said}" for fault in found), faults=found)


def too_often(seconds: float) -> Problem:
    """Asked more often than anybody needs to."""
    wait = max(1, round(seconds))
    return Problem(429, "too_often", f"Too many attempts. Try again in {wait} s.", headers={"Retry-After": str(wait)})


def database_away() -> Problem:
    """The database does not answer. Calls do not depend on it."""
    return Problem(503, "database_away", "The database does not answer. Calls go on; try again in a moment.")
