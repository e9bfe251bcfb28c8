"""`acd simulate`: reads files, rolls the dice, prints. What is simulated is in `acd/simulation/`."""

import gc
import json
import random
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import timedelta
from math import isnan
from pathlib import Path
from time import monotonic, process_time
from typing import Final

import click

from acd.centre import CentreFaults
from acd.outputs import CallQueued, Recorded
from acd.runtime.given import GIVEN, OUTSIDE, database_of, database_option, fail, text_of, warn
from acd.runtime.replay import replay_command
from acd.simulation.day import Day, read_day
from acd.simulation.play import play
from acd.simulation.plot import plotted
from acd.simulation.reading import TraceFaults, read_trace
from acd.simulation.report import as_json, as_text
from acd.simulation.simulate import Simulated, simulate
from acd.simulation.trace import Fate

DEFAULT_LENGTH: Final = timedelta(hours=24)
DEFAULT_SEED: Final = 1
_LONGEST_HOURS: Final = 24 * 366


@click.command(name="simulate", short_help="Play a day, or one that was, to the rules of a file.")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--hours", type=click.FloatRange(0, _LONGEST_HOURS, min_open=True), help="How long a day.  [default: 24]")
@click.option("--seed", type=int, help="Another one gives another day.  [default: 1]")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the day into this SVG file.")
@click.option("--trace", type=click.Path(path_type=Path), help="Play these calls instead, from JSON.")
@click.option("--replay", "span", metavar="FROM..TO", help="Play this span of the journal instead.")
@click.option("--with", "changes", type=click.Path(path_type=Path), help="For --replay: a centre with other rules.")
@click.option("--state-dir", type=click.Path(path_type=Path), help="For --replay: of the `acd up` whose centre it is.")
@click.option("--settings", type=click.Path(path_type=Path), help="For --replay: of the `acd run` whose centre it is.")
@database_option("For --replay: the database itself.")
@click.option("--json", "as_json_", is_flag=True, help="Print JSON.")
def simulate_command(
    file: Path | None,
    hours: float | None,
    seed: int | None,
    plot: Path | None,
    trace: Path | None,
    span: str | None,
    changes: Path | None,
    state_dir: Path | None,
    settings: Path | None,
    database_url: str | None,
    as_json_: bool,
) -> None:
    """Play calls to the engine on a virtual clock, and print what becomes of them.

    FILE is a centre as for `acd apply`, with its traffic: see examples/day.toml. Calls, talks, patience and answers are
    drawn with dice; the same seed gives the same day.

    With --trace the calls are known: the file is {"agents": 4, "order": "fcfs" or "priority", "agent_selection":
    "longest idle", "calls": [{"id": 1, "arrival": 2.5, "service": 141, "patience": 30 or null, "priority": 1}, ...]},
    with times in seconds; the smallest priority goes first. All agents are idle at 0, agent 1 the longest; they answer
    at once and need no wrap-up. What becomes of each call is printed.

    With --replay the calls of a real centre come once more, from its journal, as in
    --replay 2024-03-04T08:00..2024-03-04T18:00 (in the time of this machine); what happened and what would have stand
    side by side. --with names a centre's file: its queues and assignments take the place of those that there were. What
    cannot be known (for how long a caller who was answered would have waited) is drawn with dice, and said. Without
    --state-dir, --settings or --database-url the centre is the only one in .state, or the installed one.
    """
    if [file, trace, span].count(None) != 2:
        fail(
            "Give one of FILE, a centre with its traffic; --trace, a file with calls; --replay, a span of time.", GIVEN
        )
    if file is None and (hours is not None or plot is not None):
        fail("--hours and --plot belong to FILE; a trace and the journal say themselves what happens when.", GIVEN)
    if trace is not None and seed is not None:
        fail("--seed belongs to FILE and --replay; a trace leaves nothing to chance.", GIVEN)
    if changes is not None and span is None:
        fail("--with belongs to --replay; FILE holds its rules itself.", GIVEN)
    if hours is not None and isnan(hours):
        fail("--hours is a number, such as 10.", GIVEN)
    with _without_collector():
        if trace is not None:
            _trace(trace, as_json_)
        elif span is not None:
            url = database_of(database_url, settings, state_dir)
            replay_command(span, changes, url, DEFAULT_SEED if seed is None else seed, as_json_, _Counted("facts").tell)
        elif file is not None:
            length = DEFAULT_LENGTH if hours is None else timedelta(hours=hours)
            _day(file, length, DEFAULT_SEED if seed is None else seed, plot, as_json_)


@contextmanager
def _without_collector() -> Generator[None]:
    """The engine makes no circles of objects, so looking for them would find nothing and cost a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


# --- a day


def _day(file: Path, length: timedelta, seed: int, plot: Path | None, in_json: bool) -> None:
    day = _read_day(file)
    progress = _Progress(day, length)
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
        fail(f"{plot} cannot be written: {error.strerror}", OUTSIDE)


def _read_day(file: Path) -> Day:
    try:
        day = read_day(text_of(file), str(file))
    except CentreFaults as faults:
        fail(str(faults), GIVEN)
    warn(file, day.centre)
    return day


# --- a trace


def _trace(file: Path, in_json: bool) -> None:
    try:
        trace = read_trace(text_of(file), str(file))
    except TraceFaults as faults:
        fail(str(faults), GIVEN)
    fates = play(trace, _Counted(f"of {len(trace.calls)} calls").tell)
    click.echo(_fates_as_json(fates) if in_json else _fates_as_table(fates))


class _Counted:
    """Says on standard error how many of something there are by now, once a second."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._told = monotonic()

    def tell(self, count: int) -> None:
        if monotonic() >= self._told + 1:
            self._told = monotonic()
            click.echo(f"{count} {self._what}", err=True)


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
