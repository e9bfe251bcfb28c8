"""`acd simulate --replay`: reads a span of the journal, and prints what happened beside what would have."""

import json
import random
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from acd.centre import Centre
from acd.outputs import Recorded
from acd.runtime.given import GIVEN, centre_of, fail, with_database
from acd.runtime.history import facts_after, journal, snapshot_before
from acd.simulation.replay import UNKNOWN, Replayed, Span, as_it_was, replay, with_rules_of
from acd.simulation.report import FORMULAS, as_json, side_by_side
from acd.state import State

_BETWEEN: Final = ".."
_MEND: Final = "write it like 2024-03-04T08:00..2024-03-04T18:00, or 2024-03-04..2024-03-05"


def replay_command(
    span: str, changes: Path | None, url: str, seed: int, in_json: bool, told: Callable[[int], None]
) -> None:
    """Do it; `told` hears how many facts have been read or decided."""
    begins, ends = _instants(span)
    centre = None if changes is None else centre_of(changes)
    rules = as_it_was if centre is None else with_rules_of(centre)
    read = with_database(url, _read(url, begins, ends, told))
    if not read.facts:
        fail(f"The journal holds nothing from {begins} to {ends}.", GIVEN)
    decided = 0

    def note(_: Recorded) -> None:
        nonlocal decided
        decided += 1
        told(decided)

    replayed = replay(read, rules, lambda name: random.Random(f"{seed} {name}"), note)  # noqa: S311 - dice
    if centre is not None:
        _warn(centre, replayed)
    click.echo(json.dumps(_as_json(replayed), indent=1) if in_json else _as_text(replayed))


def _warn(centre: Centre, replayed: Replayed) -> None:
    """Tell which of the changes have come to nothing."""
    known = replayed.configuration.agents
    if all(agent.account != centre.account.id for agent in known.values()):
        fail(f"{centre.source} describes {centre.account.id}, of which the journal knows nothing.", GIVEN)
    strangers = sorted({entry.agent.partition("@")[0] for entry in centre.assignments if entry.agent not in known})
    if strangers:
        click.echo(f"Warning: no users then, so they do not work: {', '.join(strangers)}", err=True)


def _instants(span: str) -> tuple[datetime, datetime]:
    begins, between, ends = span.partition(_BETWEEN)
    try:
        # Without an offset it is the time of this machine.
        first, last = (datetime.fromisoformat(text.strip()).astimezone() for text in (begins, ends))
    except ValueError:
        fail(f"{span} is no span of time; {_MEND}", GIVEN)
    if not between or first >= last:
        fail(f"{span} ends before it begins; {_MEND}", GIVEN)
    return first, last


async def _read(url: str, begins: datetime, ends: datetime, told: Callable[[int], None]) -> Span:
    facts: list[Recorded] = []
    async with journal(url) as connection:
        first = await connection.fetchval("select min(seq) from fact where at >= $1", begins)
        seq, state = await snapshot_before(connection, first or 1)
        state = state or State()
        async with aclosing(facts_after(connection, seq)) as rows:
            async for _, recorded in rows:
                if recorded.at >= ends:
                    break
                if recorded.at < begins:
                    state.apply(recorded.fact, recorded.at)
                else:
                    facts.append(recorded)
                told(len(facts))
    return Span(begins=begins, ends=ends, state=state, facts=facts)


def _as_text(replayed: Replayed) -> str:
    drawn = ", ".join(f"{count} of {what}" for what, count in sorted(replayed.drawn.items())) or "nothing"
    return "\n\n".join(
        [
            side_by_side(replayed.happened, replayed.would, replayed.configuration),
            "\n".join([*UNKNOWN, f"Drawn this time: {drawn}."]),
        ]
    )


def _as_json(replayed: Replayed) -> dict[str, Any]:
    configuration = replayed.configuration
    figures = {
        name: {key: value for key, value in as_json(measures, configuration).items() if key != "formulas"}
        for name, measures in (("happened", replayed.happened), ("would_have", replayed.would))
    }
    return {**figures, "drawn": dict(replayed.drawn), "unknown": " ".join(UNKNOWN), "formulas": list(FORMULAS)}
