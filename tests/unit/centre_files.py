"""A centre's file with nothing wrong in it, to be spoilt by the tests, and its faults as lines."""

from acd.centre import CentreFaults, read_centre

GOOD = """\
[account]
domain = "demo.example"

[[users]]
extension = "1001"
name = "Anna"

[[users]]
extension = "1002"
name = "Ben"

[[devices]]
name = "1001-desk"
owner = "1001"

[[devices]]
name = "1002-desk"
owner = "1002"

[[queues]]
number = "7001"
name = "Sales"

[[assignments]]
agent = "1001"
queue = "7001"
"""


def faults_of(text: str) -> list[str]:
    """The lines of the faults; empty where nothing is wrong."""
    try:
        read_centre(text, "centre.toml")
    except CentreFaults as faults:
        head, *lines = str(faults).splitlines()
        assert head == f"centre.toml has {'1 fault' if len(lines) == 1 else f'{len(lines)} faults'}:"
        return [line.removeprefix("  ") for line in lines]
    return []
