"""The firewall's rules against a flood from one source, in a network of their own."""

import json
import subprocess
from pathlib import Path

from tests.attack.debian import tools
from tests.attack.namespace import apart

ROOT = Path(__file__).parents[2]


def test_too_much_of_one_source_is_dropped_and_nothing_of_another() -> None:
    tools()  # that network has no way out to fetch them
    done = subprocess.run(
        apart("tests.attack.slowed"), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    got = json.loads(done.stdout)
    assert 50 <= got["REGISTER"] <= 60
    assert 60 <= got["INVITE"] <= 90
    assert got["OPTIONS"] == 200
    assert got["REGISTER from elsewhere"] == 5
