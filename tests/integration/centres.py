"""Centres for the database tests: small texts, and the way from a text to the database."""

from acd.centre import read_centre
from acd.runtime.apply import apply_centre
from acd.runtime.database import Connection

SMALL = """
[account]
domain = "demo.example"

[[users]]
extension = "1001"
name = "Anna Bell"

[[users]]
extension = "1002"
name = "Ben Carter"
role = "supervisor"

[[devices]]
name = "1001-desk"
owner = "1001"
password = "first-secret"

[[devices]]
name = "1001-soft"
owner = "1001"

[[devices]]
name = "1002-desk"
owner = "1002"

[[queues]]
number = "7001"
name = "Sales"
wrap_up = "10s"

[[queues]]
number = "7002"
name = "Support"
type = "ring_all"
priority = 2
wrap_up_mandatory = true
ring_time = "30s"
declined_back_off = "1s"

[[assignments]]
queue = "7001"
agent = "1001"
order = 2

[[assignments]]
queue = "7001"
agent = "1002"

[[assignments]]
queue = "7002"
agent = "1001"
priority = 3
wrap_up = "1m30s"
max_calls = 2
devices = ["1001-soft"]
"""


async def apply(connection: Connection, text: str) -> list[str]:
    """Apply a text, and what changed in words."""
    return [str(change) for change in await apply_centre(connection, read_centre(text, "centre.toml"))]
