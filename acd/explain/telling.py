"""A story as lines for people, and as values for JSON. The sentences themselves are in `words`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, assert_never

import msgspec

from acd.explain.reasons import Explanation, NotRung, Rung, RungToo
from acd.explain.story import Entry, Happened, NobodyRung, RungInstead
from acd.explain.words import choice, clock, instead, length, printable, reason, sentence, short
from acd.journal import encode
from acd.model import CallId
from acd.outputs import CallQueued, OfferMade

_FOREIGN = "by the rules of this program it would be {}: another version wrote this part of the journal"


def as_lines(call: CallId, entries: Sequence[Entry], zone: tzinfo | None) -> Iterator[str]:
    """The story for people: a line for each thing that happened, with the time since he arrived, and below it why."""
    return map(printable, _lines(call, entries, zone))


def as_values(call: CallId, entries: Sequence[Entry], zone: tzinfo | None) -> dict[str, Any]:
    """The story for machines. Instants and lengths of time are written as in the journal."""
    return {
        "call": call,
        "entries": [
            {
                "at": entry.at.isoformat(),
                "since_arrival_s": (entry.at - _arrived(entries, number)).total_seconds(),
                "words": _said(entry, zone),
                **_values(call, entry, zone),
            }
            for number, entry in enumerate(entries)
        ],
    }


def _lines(call: CallId, entries: Sequence[Entry], zone: tzinfo | None) -> Iterator[str]:
    yield from _head(call, entries, zone)
    for number, entry in enumerate(entries):
        since = f"+{length(entry.at - _arrived(entries, number))}"
        yield f"{clock(entry.at, zone)} {since:>14}  {_said(entry, zone)}"
        following = entries[number + 1] if number + 1 < len(entries) else None
        for line in _because(call, entry, following, zone):
            yield f"{'':>25}{line}"


def _head(call: CallId, entries: Sequence[Entry], zone: tzinfo | None) -> Iterator[str]:
    yield f"call {call}"
    for entry in entries:
        if isinstance(entry, Happened) and isinstance(entry.fact, CallQueued):
            caller = entry.fact.caller
            name = f" ({caller.name})" if caller.name else ""
            day = f"{entry.fact.arrived.astimezone(zone):%Y-%m-%d, %Z}"
            yield f"from {caller.number or 'an unknown number'}{name}, {day}"
            return


def _arrived(entries: Sequence[Entry], number: int) -> datetime:
    """When he came of whom this entry tells: a call id can, after an outage, come a second time."""
    for entry in reversed(entries[: number + 1]):
        if isinstance(entry, Happened) and isinstance(entry.fact, CallQueued):
            return entry.fact.arrived
    return entries[0].at


def _said(entry: Entry, zone: tzinfo | None) -> str:
    match entry:
        case Happened():
            return sentence(entry.fact, entry.at, zone)
        case NobodyRung():
            return choice(entry.explanation)
        case RungInstead():
            return f"{short(entry.agent)} {instead(entry.why)}"
        case _:
            assert_never(entry)


# --- why, for people


def _because(call: CallId, entry: Entry, following: Entry | None, zone: tzinfo | None) -> Iterator[str]:
    if isinstance(entry, RungInstead) or entry.explanation is None:
        return
    if isinstance(entry, Happened):
        yield f"why {_chosen(entry, entry.explanation)}"
        if _is_offer(following) and following is not None and following.at == entry.at:
            return  # several ring at once: why nobody else does is told after the last of them
    for other in entry.explanation.others:
        if not _tells_of_itself(other, call):
            yield f"not {short(other.agent)}: {reason(other.why, call, entry.at, zone)}"


def _is_offer(entry: Entry | None) -> bool:
    return isinstance(entry, Happened) and isinstance(entry.fact, OfferMade)


def _tells_of_itself(other: NotRung, call: CallId) -> bool:
    """Who rings for this call as well has a line of his own."""
    return isinstance(other.why, RungToo) or (isinstance(other.why, Rung) and other.why.call == call)


def _chosen(entry: Happened, explanation: Explanation) -> str:
    assert isinstance(entry.fact, OfferMade)
    if agrees(entry.fact, explanation):
        return f"{short(entry.fact.agent)}: {choice(explanation)}"
    others = short(explanation.chosen.agent) if explanation.chosen else "nobody"
    return f"{short(entry.fact.agent)}: {_FOREIGN.format(others)}"


def agrees(fact: OfferMade, explanation: Explanation) -> bool:
    """Whether the offer is the one that the rules of this program make."""
    chosen = explanation.chosen
    return chosen is not None and (chosen.agent, chosen.round) == (fact.agent, fact.round)


# --- why, for machines


def _values(call: CallId, entry: Entry, zone: tzinfo | None) -> Mapping[str, Any]:
    match entry:
        case Happened():
            kind, body = encode(entry.fact)
            found = {"kind": kind, "fact": msgspec.json.decode(body)}
            if entry.explanation is None:
                return found
            assert isinstance(entry.fact, OfferMade)
            return {
                **found,
                "as_by_these_rules": agrees(entry.fact, entry.explanation),
                **_explained(call, entry.explanation, entry.at, zone),
            }
        case NobodyRung():
            return {"kind": "nobody_rung", **_explained(call, entry.explanation, entry.at, zone)}
        case RungInstead():
            why = msgspec.to_builtins(entry.why)
            return {"kind": "rung_instead", "agent": entry.agent, "why": why}
        case _:
            assert_never(entry)


def _explained(call: CallId, explanation: Explanation, at: datetime, zone: tzinfo | None) -> dict[str, Any]:
    return {
        "chosen": msgspec.to_builtins(explanation.chosen),
        "nobody": explanation.nobody,
        "because": choice(explanation),
        "others": [
            {
                "agent": other.agent,
                "why": _snake(type(other.why).__name__),
                "words": reason(other.why, call, at, zone),
                **msgspec.to_builtins(other.why),
            }
            for other in explanation.others
        ],
    }


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
