"""`acd simulate`: reads files, rolls the dice, prints. What is simulated is in `acd/simulation/`."""

import gc
import json
import random
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from time import monotonic, process_time
from typing import Final, NoReturn

import click

from acd.centre import CentreFaults
from acd.outputs import CallQueued, Recorded
from acd.simulation.day import Day, read_day
from acd.simulation.play import play
from acd.simulation.plot import plotted
from acd.simulation.reading import TraceFaults, read_trace
from acd.simulation.report import as_json, as_text
from acd.simulation.simulate import Simulated, simulate
from acd.simulation.trace import Fate

OUTSIDE: Final = 1
GIVEN: Final = 2

_LONGEST_HOURS: Final = 24 * 366


@click.command(name="simulate")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--hours", type=click.FloatRange(0, _LONGEST_HOURS, min_open=True), help="How long a day.  [default: 24]")
@click.option("--seed", type=int, help="Another one gives another day.  [default: 1]")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the day into this SVG file.")
@click.option("--trace", type=click.Path(path_type=Path), help="Play these calls instead, from JSON.")
@click.option("--json", "as_json_", is_flag=True, help="Print JSON.")
def simulate_command(
    file: Path | None, hours: float | None, seed: int | None, plot: Path | None, trace: Path | None, as_json_: bool
) -> None:
    """Play calls to the engine on a virtual clock, and print what becomes of them.

    FILE is a centre as for `acd apply`, with its traffic: see examples/day.toml. Calls, talks, patience and answers are
    drawn with dice; the same seed gives the same day.

    With --trace the calls are known: the file is {"agents": 4, "order": "fcfs" or "priority", "agent_selection":
    "longest idle", "calls": [{"id": 1, "arrival": 2.5, "service": 141, "patience": 30 or null, "priority": 1}, ...]},
    with times in seconds; the smallest priority goes first. All agents are idle at 0, agent 1 the longest; they answer
    at once and need no wrap-up. What becomes of each call is printed.
    """
    if (file is None) == (trace is None):
        _fail("Give either FILE, a centre with its traffic, or --trace, a file with calls.", GIVEN)
    if trace is not None:
        if (hours, seed, plot) != (None, None, None):
            _fail("--hours, --seed and --plot belong to FILE; a trace says itself what happens when.", GIVEN)
        _trace(trace, as_json_)
    elif file is not None:
        _day(file, timedelta(hours=24 if hours is None else hours), 1 if seed is None else seed, plot, as_json_)


# --- a day


def _day(file: Path, length: timedelta, seed: int, plot: Path | None, in_json: bool) -> None:
    day = _read_day(file)
    progress = _Progress(day, length)
    # The engine makes no circles of objects, so nothing is found however often they are looked for.
    gc.disable()
    began = process_time()
    simulated = simulate(day, length, lambda name: random.Random(f"{seed} {name}"), progress.tell)  # noqa: S311 - dice
    progress.end(process_time() - began)
    if plot is not None:
        _draw(simulated, f"{day.centre.account.id}, seed {seed}", plot)
    if in_json:
        figures = as_json(simulated.measures, simulated.configuration)
        click.echo(json.dumps({"seed": seed, "hours": length / timedelta(hours=1)} | figures, indent=1))
    else:
        click.echo(as_text(simulated.measures, simulated.configuration))


class _Progress:
    """Says on standard error how far a long run is, once a second."""

    def __init__(self, day: Day, length: timedelta) -> None:
        self._length = length
        self._opens = day.traffic.opens
        self._calls = 0
        self._told = monotonic()

    def tell(self, recorded: Recorded) -> None:
        if isinstance(recorded.fact, CallQueued):
            self._calls += 1
            if self._calls % 100 == 0 and monotonic() >= self._told + 1:
                self._told = monotonic()
                click.echo(f"{recorded.at:%H:%M}, {self._calls} calls", err=True)

    def end(self, seconds: float) -> None:
        """How fast it was, by the time of the processor."""
        click.echo(f"{self._calls} calls in {seconds:.1f} s, {self._calls / seconds:,.0f} a second", err=True)


def _draw(simulated: Simulated, title: str, plot: Path) -> None:
    try:
        plot.write_text(plotted(simulated.timeline, title), encoding="utf-8")
    except OSError as error:
        _fail(f"{plot} cannot be written: {error.strerror}", OUTSIDE)


def _read_day(file: Path) -> Day:
    try:
        return read_day(_text(file), str(file))
    except CentreFaults as faults:
        _fail(str(faults), GIVEN)


# --- a trace


def _trace(file: Path, in_json: bool) -> None:
    try:
        trace = read_trace(_text(file), str(file))
    except TraceFaults as faults:
        _fail(str(faults), GIVEN)
    fates = play(trace, _Settled(len(trace.calls)).tell)
    click.echo(_fates_as_json(fates) if in_json else _fates_as_table(fates))


class _Settled:
    """Says on standard error how many calls of a long trace are settled, once a second."""

    def __init__(self, calls: int) -> None:
        self._calls = calls
        self._told = monotonic()

    def tell(self, settled: int) -> None:
        if monotonic() >= self._told + 1:
            self._told = monotonic()
            click.echo(f"{settled} of {self._calls} calls", err=True)


def _fates_as_json(fates: Iterable[Fate]) -> str:
    lines = (
        json.dumps({"id": fate.id, "wait": float(fate.wait_s), "agent": fate.agent, "outcome": fate.outcome})
        for fate in fates
    )
    return "[" + ",\n ".join(lines) + "]"


def _fates_as_table(fates: Iterable[Fate]) -> str:
    lines = [f"{'call':<12} {'wait (s)':>14} {'agent':>6}  outcome"]
    for fate in fates:
        name = str(fate.id).encode(errors="replace").decode()
        lines.append(f"{name:<12} {fate.wait_s:>14.6f} {fate.agent or '-':>6}  {fate.outcome}")
    return "\n".join(lines)


# --- files


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        _fail(f"{file} cannot be read: {error.strerror}", GIVEN)
    except UnicodeDecodeError:
        _fail(f"{file} is not UTF-8 text", GIVEN)


def _fail(text: str, code: int) -> NoReturn:
    click.echo(text, err=True)
    sys.exit(code)
