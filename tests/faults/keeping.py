"""Days that failed, as files: what they are made of, with everything left out without which they fail as well."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import msgspec

from tests.faults.day import Day
from tests.faults.programme import Programme, Result

LONGEST_SHOWN: Final = 160


def write(directory: Path, result: Result) -> Path:
    """The programme in the first line, then the transcript's end for people."""
    programme = result.programme
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{'-'.join(programme.faults) or 'calm'}-{programme.seed}.day"
    head = json.dumps(
        {name: sorted(value) if isinstance(value, frozenset) else value for name, value in asdict(programme).items()}
    )
    shown = [line[:LONGEST_SHOWN] for line in result.transcript[-60:]]
    path.write_text("\n".join([head, "", f"# {result.broken}", *(f"# {line}" for line in shown), ""]), encoding="utf-8")
    return path


def read(path: Path) -> Programme:
    """What was written there."""
    return msgspec.json.decode(path.read_text(encoding="utf-8").partition("\n")[0], type=Programme)


def made_smaller(programme: Programme, result: Result) -> Result:
    """Leave out callers and faults, many at once and then single ones, while the day still fails in the same way."""
    smallest = result
    for name, there in (
        ("without_faults", range(sum(result.faults.values()))),
        ("without_calls", range(programme.calls)),
    ):
        left = sorted(set(there) - getattr(programme, name))
        size = max(len(left) // 2, 1)
        while size:
            for start in range(0, len(left), size):
                tried = replace(programme, **{name: getattr(programme, name) | set(left[start : start + size])})
                again = Day(tried).run()
                if again.broken is not None and _kind(again.broken) == _kind(result.broken or ""):
                    programme, smallest = tried, again
            left = [nth for nth in left if nth not in getattr(programme, name)]
            size //= 2
    return smallest


def _kind(broken: str) -> str:
    """What is broken, without names and figures."""
    return "".join(letter for letter in broken if letter.isalpha() or letter == " ")[:60]
