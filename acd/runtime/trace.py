"""`acd trace`: the life of a call as it stands in the journal, with its times. It never writes.

Why each agent was rung and no other is told by `acd explain`, which has to read far more for it.
"""

import json
from pathlib import Path
from typing import Final

import click

from acd.explain.story import Happened
from acd.explain.telling import as_lines, as_values
from acd.journal import decode
from acd.model import CallId
from acd.runtime.database import Connection
from acd.runtime.given import GIVEN, database_of, database_option, fail, with_database
from acd.runtime.history import journal

MOST: Final = 20
"""Calls of one number that are told, the last ones."""

_BY_NUMBER: Final = """
    select call_id, max(seq) as last from fact
     where kind in ('call_queued', 'entry_refused') and body -> 'caller' ->> 'number' = any($1)
     group by call_id order by last desc limit $2
"""


@click.command(name="trace", short_help="The life of a call, or of a number's calls, with times.")
@click.argument("given", metavar="CALL|NUMBER")
@click.option("--state-dir", type=click.Path(path_type=Path), help="Of the `acd up` whose centre it is.")
@click.option("--settings", type=click.Path(path_type=Path), help="Of the `acd run` whose centre it is.")
@database_option("The database itself.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def trace_command(
    given: str, state_dir: Path | None, settings: Path | None, database_url: str | None, as_json: bool
) -> None:
    """Print the life of a call with its times: CALL is its id, as in every log line, or NUMBER that of its caller.

    Of a number, its last calls are told, the newest last. Without an option the centre is the only one in .state,
    or the installed one.
    """
    # Bytes that are no UTF-8 come as surrogates, which no database takes and no call has.
    wanted = given.encode(errors="replace").decode().replace("\0", "")
    url = database_of(database_url, settings, state_dir)
    found = with_database(url, traces(url, wanted))
    if not found:
        fail(f"The journal knows neither a call nor a caller {given!r}; `acd explain --recent` lists calls.", GIVEN)
    if as_json:
        click.echo(json.dumps([as_values(call, life, None) for call, life in found.items()]))
    else:
        click.echo("\n\n".join("\n".join(as_lines(call, life, None)) for call, life in found.items()))


async def traces(url: str, given: str) -> dict[CallId, list[Happened]]:
    """The lives of the call with this id, else of the last calls from this number; none where there are none.

    Raises `acd.journal.UnreadableFact`, and as `acd.runtime.database.connect` does.
    """
    async with journal(url) as connection:
        call = CallId(given)
        if life := await _life(connection, call):
            return {call: life}
        rows = await connection.fetch(_BY_NUMBER, _spellings(given), MOST)
        calls = [CallId(row["call_id"]) for row in reversed(rows)]
        return {call: await _life(connection, call) for call in calls}


def _spellings(number: str) -> list[str]:
    """As people write it, and as networks do: 030 1234, 0301234."""
    return sorted({number, "".join(character for character in number if character not in " -/().")})


async def _life(connection: Connection, call: CallId) -> list[Happened]:
    rows = await connection.fetch("select at, kind, body from fact where call_id = $1 order by seq", call)
    return [Happened(at=row["at"], fact=decode(row["kind"], row["body"]), explanation=None) for row in rows]
