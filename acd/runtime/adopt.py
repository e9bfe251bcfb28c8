"""`acd import`: reads the files of an old centre on app_queue, and writes the one of ours. It changes nothing else."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from acd.app_queue import Adopted, ConfigurationError, adopt, parse
from acd.app_queue.conf import Parsed
from acd.centre import CentreFaults
from acd.runtime.given import GIVEN, fail, text_of


class _Numbers(click.ParamType[tuple[str, str]]):
    name = "queue=number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        name, equals, number = str(value).rpartition("=")
        if not equals or not name:
            self.fail(f"{value} names no queue: write one like sales=7001", param, ctx)
        return name, number


@click.command(name="import", short_help="Make a centre's file of app_queue's queues.conf.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--extensions", type=click.Path(path_type=Path), help="The dial plan, for numbers and longest waits.")
@click.option("--domain", default="centre.example", show_default=True, help="The name of the whole centre.")
@click.option("--number", "numbers", type=_Numbers(), multiple=True, help="The number of a queue, as in sales=7001.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where the centre goes, instead of the screen.")
@click.option("--json", "as_json", is_flag=True, help="Print the centre's file and all remarks as one line of JSON.")
def import_command(
    file: Path,
    extensions: Path | None,
    domain: str,
    numbers: tuple[tuple[str, str], ...],
    output: Path | None,
    as_json: bool,
) -> None:
    """Make a centre's file of FILE, the queues.conf of Asterisk's app_queue.

    Strategies and penalties become types and tiers. What has no counterpart is said, here and in the file; `acd apply`
    takes it as it is.
    """
    try:
        dialplan = _parsed(extensions) if extensions else None
        adopted = adopt(_parsed(file), dialplan, domain, dict(numbers))
    except ConfigurationError as error:
        fail(str(error), GIVEN)
    except CentreFaults as faults:
        fail(str(faults), GIVEN)
    if output is not None:
        _write(output, adopted.text)
    if as_json:
        click.echo(json.dumps({"centre": adopted.text, "remarks": list(map(asdict, adopted.remarks))}))
        return
    if output is None:
        click.echo(adopted.text, nl=False)
    for remark in adopted.remarks:
        click.echo(f"{remark.kind}: {remark}", err=True)
    for warning in adopted.centre.warnings:
        click.echo(f"warning: {output or 'the centre above'}, {warning}", err=True)
    click.echo(_summary(adopted, output), err=True)


def _summary(adopted: Adopted, output: Path | None) -> str:
    centre = adopted.centre
    made = f"{len(centre.queues)} queues, {len(centre.users)} agents, {len(centre.assignments)} assignments"
    return f"{made}; next: acd apply {output}" if output else made


def _write(output: Path, text: str) -> None:
    """A file that is there is somebody's work."""
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        fail(f"{output} is there already: name another file, or move that one away.", GIVEN)
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}", GIVEN)


def _parsed(file: Path) -> Parsed:
    return parse(text_of(file), file.name, lambda name: _included(file.parent, name))


def _included(folder: Path, name: str) -> str | None:
    """The files that a name stands for, which may hold wildcards, one behind the other."""
    path = folder / name
    try:
        found = [each for each in sorted(path.parent.glob(path.name)) if each.is_file()]
        return "\n".join(each.read_text(encoding="utf-8") for each in found) if found else None
    except (OSError, ValueError):
        return None
