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
supervises = ["7001"]

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

RULES = (
    SMALL.replace(
        'domain = "demo.example"\n',
        'domain = "demo.example"\nstatuses = ["training", "coaching"]\noutbound = ["0XXXXXXX."]\n'
        "outbound_at_once = 10\noutbound_per_hour = 100\noutbound_per_day = 500\n"
        "outbound_agent_at_once = 2\noutbound_agent_per_hour = 10\noutbound_agent_per_day = 50\n",
    )
    .replace(
        'wrap_up = "10s"\n',
        """wrap_up = "10s"
back_off = "7s"
after_missed = 3
single_call_used_by = "offered"
max_callers = 20
max_expected_wait = "10m"
agents_required = 1
max_wait = "15m"
overflow = { queue = "7002" }
leave_key = "#"
callback = { key = "2", attempts = 5, retry = "10m", ring_time = "45s" }
place_back = "2m"
longest_behind = "5m"
agent_announcement = "custom/sales"
recording = "on_demand"
service_level = "20s"
announcements.welcome = "custom/welcome"
announcements.position_every = "1m"
announcements.expected_wait_every = "2m"
announcements.comfort = ["custom/soon", "custom/still-here"]
announcements.comfort_every = "45s"
""",
    )
    .replace("order = 2\n", "order = 2\nconfirm = true\nauto_answer = true\n")
)
"""The small centre with every rule, in its account, in 7001 and in the assignment of 1001 there."""


async def apply(connection: Connection, text: str) -> list[str]:
    """Apply a text, and what changed in words."""
    return [str(change) for change in await apply_centre(connection, read_centre(text, "centre.toml"))]
