"""`acd doctor`: looks at an installation from outside in, and says of each fault what to type."""

import asyncio
import json
import os
from dataclasses import asdict
from pathlib import Path

import click

from acd.doctor import Finding, Level, findings
from acd.doctor.sight import Sight
from acd.runtime.given import OUTSIDE, settings_file, settings_of
from acd.runtime.looking import look
from acd.runtime.schema import SCHEMA_VERSION


@click.command(name="doctor", short_help="Look for faults, and say of each what to type.")
@click.option("--state-dir", type=click.Path(path_type=Path), help="Of the `acd up` whose centre it is.")
@click.option("--settings", type=click.Path(path_type=Path), help="Of the `acd run` whose centre it is.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one line of JSON.")
@click.pass_context
def doctor_command(context: click.Context, state_dir: Path | None, settings: Path | None, as_json: bool) -> None:
    """Look at everything from outside in, and say of each fault what to type.

    Settings, database, spool, Asterisk with its modules, rights, dial plan, sounds and clock, the engine, phones,
    agents and queues. It changes nothing. Without an option it is the only centre in .state, the installed one, or the
    environment's.

    Exit codes: 0 no fault, 1 a fault, 2 the settings are wrong.
    """
    file = settings_file(settings, state_dir, os.environ)
    sight = asyncio.run(look(settings_of(file), file))
    found = findings(sight, SCHEMA_VERSION)
    if as_json:
        click.echo(json.dumps(list(map(asdict, found))))
    else:
        for finding in found:
            click.echo(str(finding))
        click.echo(_summary(sight, found))
    context.exit(OUTSIDE if any(finding.level is Level.FAULT for finding in found) else 0)


def _summary(sight: Sight, found: tuple[Finding, ...]) -> str:
    """What was looked at, so that silence means something."""
    looked = [sight.database.address, f"Asterisk {sight.asterisk.version} at {sight.asterisk.url}".replace("  ", " ")]
    looked += [f"engine at {sight.engine.url}", f"spool {sight.spool.path}"]
    if sight.configuration and sight.provisioning:
        looked.append(f"{len(sight.configuration.queues)} queues, {len(sight.provisioning.endpoints)} phones")
    counts = {level: sum(each.level is level for each in found) for level in Level}
    told = [
        f"{count} {level}{'s' * (count > 1 and level is not Level.NOT_SEEN)}"
        for level, count in counts.items()
        if count
    ]
    return f"Looked at: {'; '.join(looked)}.\n{', '.join(told) or 'Nothing is wrong'}."
