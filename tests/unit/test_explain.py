"""What `acd explain` gives to machines, and what it makes of a journal that other rules have written."""

import json
from datetime import UTC
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from acd.explain.telling import as_lines, as_values
from acd.model import CallId
from acd.outputs import OfferMade, Recorded
from tests.scenarios.story import explained, journal_of

STORIES = Path(__file__).parents[1] / "scenarios"


def journal(story: str) -> list[Recorded]:
    """All that is decided in one of the scenarios."""
    return journal_of((STORIES / f"{story}.txt").read_text(encoding="utf-8"))


def entries(story: str, call: str) -> list[dict[str, Any]]:
    """The story of one call of it, as JSON would have it."""
    values = json.loads(json.dumps(as_values(CallId(call), explained(CallId(call), journal(story)), UTC)))
    assert values["call"] == call
    found: list[dict[str, Any]] = values["entries"]
    return found


def test_each_reason_has_a_name_and_its_figures() -> None:
    offer = next(entry for entry in entries("explain/why-this-agent", "C") if entry["kind"] == "offer_made")
    assert offer["fact"]["agent"] == "1002@demo.example"
    assert offer["chosen"] == {
        "agent": "1002@demo.example",
        "round": 1,
        "new_round": False,
        "order": None,
        "idle": "PT3S",
        "type": "round_robin",
        "alone": False,
    }
    others = {other.pop("agent").partition("@")[0]: other for other in offer["others"]}
    assert others["1001"] == {"why": "wrapping_up", "words": "wrap-up 7 s left (call A)", "call": "A", "left": "PT7S"}
    assert others["1003"] == {
        "why": "no_usable_phone",
        "words": "phone 1003-desk not registered",
        "phones": [{"device": "1003-desk", "why": "not_registered"}],
    }
    assert others["1005"]["since"] == "2024-03-04T09:00:00Z"
    assert others["1006"] == {"why": "calls_in_hand", "words": "has 1 call, at most 1", "calls": 1, "at_most": 1}
    assert others["1008"]["why"] == "later_by_id"
    assert others.keys() == {"1001", "1003", "1004", "1005", "1006", "1007", "1008"}


def test_moments_without_a_ring_are_entries_too() -> None:
    kinds = [entry["kind"] for entry in entries("explain/nobody", "B")]
    assert kinds[:3] == ["call_queued", "nobody_rung", "offer_made"]
    nobody = [entry["nobody"] for entry in entries("explain/nobody", "B") if entry["kind"] == "nobody_rung"]
    assert nobody == [None, "asterisk_out_of_sight", None]
    instead = [e for e in entries("explain/another-call-first", "B") if e["kind"] == "rung_instead"]
    assert [(e["agent"], e["why"]["call"], e["why"]["by"]) for e in instead] == [
        ("1001@demo.example", "C", "queue_priority"),
        ("1001@demo.example", "D", "caller_priority"),
        ("1001@demo.example", "A", "wait"),
    ]
    assert [e["since_arrival_s"] for e in instead] == [3, 8, 14]


def test_an_offer_that_these_rules_would_not_have_made_is_told_as_such() -> None:
    """The journal is older than the program, say: it is never explained by reasons that were not those."""
    facts = journal("explain/tried-and-rounds")
    first = next(number for number, it in enumerate(facts) if isinstance(it.fact, OfferMade))
    offer = facts[first].fact
    assert isinstance(offer, OfferMade)
    third = type(offer.agent)("1003@demo.example")
    told = [*facts[:first], Recorded(at=facts[first].at, fact=replace(offer, agent=third))]
    story = explained(offer.call, told)
    lines = list(as_lines(offer.call, story, UTC))
    assert [line.strip() for line in lines if "why" in line] == [
        "why 1003: by the rules of this program it would be 1001: another version wrote this part of the journal"
    ]
    [entry] = [e for e in as_values(offer.call, story, UTC)["entries"] if e["kind"] == "offer_made"]
    assert entry["as_by_these_rules"] is False
    assert entry["chosen"]["agent"] == "1001@demo.example"


def test_times_count_from_the_arrival_that_counts() -> None:
    """Who overflows keeps his arrival, and whoever calls again has his old place: the story counts from then."""
    waits = [entry["since_arrival_s"] for entry in entries("place-back/after-the-answer", "B")]
    assert waits == [10] * len(waits)
