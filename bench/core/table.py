"""The figures for people to read."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from platform import python_version
from statistics import median

from bench.core.centre import Size
from bench.core.figures import Kind, Spread


def machine() -> str:
    """On what it was measured."""
    cpu = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "")
    return f"{cpu.partition(': ')[2] or 'unknown processor'}, Python {python_version()}"


def of_steps(figures: Mapping[Size, Mapping[str, Kind]]) -> Iterator[str]:
    """A block for each centre."""
    for size, kinds in figures.items():
        yield ""
        yield f"{size.title}"
        yield f"  {'microseconds a step':32} {'p50':>18} {'p99':>20} {'longest':>10} {'steps':>8}"
        for name, kind in kinds.items():
            yield f"  {name:32} {_spread(kind.p50):>18} {_spread(kind.p99):>20} {kind.longest:10.0f} {kind.steps:8,}"


def of_growth(growth: Mapping[str, float]) -> Iterator[str]:
    """How much slower a step is in the largest centre."""
    yield ""
    yield "growth of the median from the smallest to the largest centre, 5 queues each"
    for name, times in growth.items():
        yield f"  {name:32} {times:6.2f}"


def of_milliseconds(apart: Mapping[str, list[float]]) -> Iterator[str]:
    """What is measured apart."""
    yield ""
    for name, took in apart.items():
        yield f"{name:60} {median(took):8.1f} ms (longest {max(took):.1f})"


def of_bytes(memory: Mapping[str, float]) -> Iterator[str]:
    """Memory."""
    yield ""
    for name, each in memory.items():
        yield f"{name:60} {each:8,.0f} bytes"


def _spread(spread: Spread) -> str:
    return f"{spread.median:.1f} ({spread.lower:.1f}-{spread.upper:.1f})"
