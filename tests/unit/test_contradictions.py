"""Rules that make no sense together: what is refused, what is warned about, word for word, and what is neither."""

import pytest

from acd.centre import read_centre
from tests.unit.centre_files import faults_of

OUTBOUND = 'outbound = ["0XXXXXXX."]\n'
PHONES = "".join(f'[[users]]\nextension = "100{n}"\nname = "Agent {n}"\n' for n in (1, 2, 3))


def centre(*queues: str, seats: str = "", account: str = "") -> str:
    """A file with three users (1001 to 1003), these queues (7001 Queue 1 and so on), and these assignments.

    A seat is written `agent queue`, and then a rule where it has one.
    """
    tables: list[str] = [f'[account]\ndomain = "demo.example"\n{account}', PHONES]
    for number, rules in enumerate(queues, start=1):
        tables.append(f'[[queues]]\nnumber = "700{number}"\nname = "Queue {number}"\n{rules}\n')
    for seat in filter(None, seats.split("\n")):
        agent, queue, *rule = seat.split(maxsplit=2)
        tables.append(f'[[assignments]]\nagent = "{agent}"\nqueue = "{queue}"\n{"".join(rule)}\n')
    return "\n".join(tables)


def told(text: str) -> list[str]:
    """The warnings without their lines; every one of them has one."""
    warnings = read_centre(text, "centre.toml").warnings
    assert all(warning.line for warning in warnings)
    return [f"{warning.place}: {warning.what}; {warning.mend}" for warning in warnings]


def refused(text: str) -> list[str]:
    """The faults without their lines."""
    return [fault.partition(", ")[2] for fault in faults_of(text)]


ONE_SEAT = "1001 7001"

# --- refused


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            centre("agents_required = 2", seats=ONE_SEAT),
            "queues[1].agents_required: 2 required and 1 assigned, so nobody would ever be let in; "
            "lower it, or assign more agents to the queue",
        ),
        (
            centre('callback = { key = "2" }', seats=ONE_SEAT),
            "queues[1].callback: nobody may be called, so nobody can be called back; "
            'add outbound = ["0XXXXXXX."] or the like to [account]',
        ),
        (
            centre('callback = { key = "2" }', account=OUTBOUND + "outbound_at_once = 0\noutbound_agent_at_once = 0\n"),
            "queues[1].callback: no call may go out for the account, so nobody can be called back; "
            "raise outbound_at_once, outbound_per_hour and outbound_per_day in [account] above 0",
        ),
        (
            centre('type = "call_park"\ncallback = { key = "2" }', account=OUTBOUND),
            "queues[1].callback: nobody takes calls of a call park, so nobody would ever be called back; leave it out",
        ),
        (
            centre('type = "call_park"\nagents_required = 1'),
            "queues[1].agents_required: 1 required and 0 assigned, so nobody would ever be let in; "
            "lower it, or assign more agents to the queue",
        ),
        (
            centre('type = "call_park"\nwrap_up = "5s"', seats="1001 7001 confirm = true"),
            "assignments[1].confirm: nobody rings in a call park, so there is nothing to answer; leave it out",
        ),
        (
            centre('type = "call_park"\nwrap_up = "5s"', seats="1001 7001 auto_answer = true"),
            "assignments[1].auto_answer: nobody rings in a call park, so there is nothing to answer; leave it out",
        ),
        (
            centre('max_wait = "1m"\noverflow = { queue = "7001" }', seats=ONE_SEAT),
            "queues[1].overflow: the queue sends callers to itself; name another queue",
        ),
        (
            centre('leave_key = "1"\noverflow = { queue = "7001" }', seats=ONE_SEAT),
            "queues[1].overflow: the queue sends callers to itself; name another queue",
        ),
        (
            centre(
                'max_callers = 5\noverflow = { queue = "7002" }',
                'agents_required = 1\noverflow = { queue = "7003" }',
                'max_expected_wait = "5m"\noverflow = { queue = "7001" }',
                seats="1001 7001\n1001 7002\n1001 7003",
            ),
            "queues[1].overflow: a caller whom none of them lets in would be sent round and round: "
            "7001 Queue 1 -> 7002 Queue 2 -> 7003 Queue 3 -> 7001 Queue 1; "
            "let one of them overflow to an extension or to a message",
        ),
    ],
)
def test_what_cannot_work_is_refused(text: str, fault: str) -> None:
    assert refused(text) == [fault]


def test_contradictions_are_looked_for_once_nothing_else_is_wrong() -> None:
    """What is put in the place of a wrong value must not contradict anything."""
    text = centre('agents_required = 2\nring_time = "never"', seats=ONE_SEAT)
    assert [fault.partition(":")[0] for fault in refused(text)] == ["queues[1].ring_time"]


# --- warned about


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            centre('max_wait = "19s"\noverflow = { message = "closed" }', seats=ONE_SEAT),
            "queues[1].max_wait: 19s is shorter than one ring of 20s, so callers leave after the first; "
            'write "40s" or more, or a shorter ring_time',
        ),
        (
            centre('type = "ring_all"\nafter_missed = 3', seats=ONE_SEAT),
            "queues[1].after_missed: an unanswered ring is no miss in a queue of the type ring_all, "
            "so this does nothing; leave it out",
        ),
        (
            centre(account="outbound_per_hour = 700\n"),
            "account.outbound_per_hour: 700 an hour are never reached: 600 a day are fewer; "
            "write 600 or less, or raise outbound_per_day",
        ),
        (
            centre(account="outbound_agent_at_once = 21\n"),
            "account.outbound_agent_at_once: one agent may have 21, and all together 20 (outbound_at_once); "
            "write 20 or less, or raise outbound_at_once",
        ),
        (
            centre('max_expected_wait = "5m"', seats=ONE_SEAT),
            "queues[1].max_expected_wait: there is no overflow: these callers hear that nobody is available, and are "
            'hung up; add overflow = { queue = "…" }, { extension = "…" } or { message = "…" }',
        ),
        (
            centre('leave_key = "1"', seats=ONE_SEAT),
            "queues[1].leave_key: there is no overflow: these callers hear that nobody is available, and are "
            'hung up; add overflow = { queue = "…" }, { extension = "…" } or { message = "…" }',
        ),
        (
            centre('overflow = { extension = "1002" }', seats=ONE_SEAT),
            "queues[1].overflow: nothing sends callers there; "
            "add max_wait, max_callers, max_expected_wait, agents_required or leave_key, or leave overflow out",
        ),
        (
            centre('max_wait = "5m"\nlongest_behind = "5m"\noverflow = { extension = "1002" }', seats=ONE_SEAT),
            "queues[1].longest_behind: whoever comes here first leaves after 5m (max_wait), before this can help him; "
            "make it shorter than max_wait",
        ),
        (
            centre(
                'max_callers = 5\noverflow = { queue = "7002" }',
                'max_wait = "5m"\noverflow = { queue = "7001" }',
                seats="1001 7001\n1001 7002",
            ),
            "queues[1].overflow: a caller whom nobody answers goes round for ever: "
            "7001 Queue 1 -> 7002 Queue 2 -> 7001 Queue 1; let one of them overflow to an extension or to a message",
        ),
        (
            centre('type = "linear_cascade"', seats="1001 7001 order = 1\n1002 7001 order = 2\n1003 7001 order = 5"),
            "queues[1].type: the order numbers of its agents have a gap (1, 2, 5), which takes no time; "
            "number the groups one after the other, or see who is missing",
        ),
        (
            centre('announcements.position_every = "14s"', seats=ONE_SEAT),
            "queues[1].announcements.position_every: an announcement can take longer than 14s, "
            'so callers would hear little else; write "15s" or more',
        ),
        (
            centre('[queues.announcements]\ncomfort = ["soon"]\ncomfort_every = "5s"', seats=ONE_SEAT),
            "queues[1].announcements.comfort_every: an announcement can take longer than 5s, "
            'so callers would hear little else; write "15s" or more',
        ),
        (
            centre('type = "call_park"', seats=ONE_SEAT),
            "assignments[1].queue: 7001 Queue 1 is a call park: nobody rings, whoever of the account dials it gets "
            "a caller; leave the assignment out, or add a wrap_up, which only those assigned have",
        ),
        (
            centre('type = "call_park"\nrecording = "on_demand"'),
            "queues[1].recording: nobody rings in a call park, so this does nothing there; leave it out",
        ),
        (
            centre('type = "call_park"\nannouncements.expected_wait_every = "1m"'),
            "queues[1].announcements.expected_wait_every: nobody rings in a call park, so this does nothing there; "
            "leave it out",
        ),
    ],
)
def test_what_is_probably_not_meant_is_warned_about(text: str, warning: str) -> None:
    assert told(text) == [warning]


def test_priorities_that_can_starve_are_told_with_names() -> None:
    queues = ("priority = 1", "priority = 2", "priority = 3")
    seats = "1001 7001\n1001 7002\n1002 7001\n1002 7003\n1003 7002\n1003 7003"
    assert told(centre(*queues, seats=seats)) == [
        "queues[3].longest_behind: callers can wait for ever: each of its agents (1002, 1003) serves other queues "
        'first (7001 Queue 1, 7002 Queue 2); add longest_behind = "5m", or give an agent a lower priority number here'
    ]
    assert told(centre(*queues[:2], 'priority = 3\nlongest_behind = "5m"', seats=seats)) == [], "bounded"
    assert told(centre(*queues, seats=seats + " priority = 2")) == [], "equal priorities go by the wait"
    assert told(centre('type = "call_park"', *queues[1:], seats="1001 7001 wrap_up = '1s'\n1001 7002")) == [], "a park"
    assert told(centre(*queues[:2], seats="1001 7001\n1001 7002")) == [
        "queues[2].longest_behind: callers can wait for ever: its agent (1001) serves other queues first "
        '(7001 Queue 1); add longest_behind = "5m", or give an agent a lower priority number here'
    ]


# --- neither


@pytest.mark.parametrize(
    "text",
    [
        centre("agents_required = 1", seats=ONE_SEAT).replace(
            "agents_required", 'overflow = { message = "closed" }\nagents_required'
        ),
        centre('callback = { key = "2" }', seats=ONE_SEAT, account=OUTBOUND),
        centre('max_wait = "20s"\noverflow = { message = "closed" }', seats=ONE_SEAT),
        centre('type = "linear_cascade"', seats="1001 7001 order = 2\n1002 7001 order = 3\n1003 7001 order = 3"),
        centre(
            'type = "linear_cascade"\nfirst_round = 1\nincrement = 1', seats="1001 7001 order = 1\n1002 7001 order = 9"
        ),
        centre('type = "round_robin"', seats="1001 7001 order = 1\n1002 7001 order = 9"),
        centre('announcements.position_every = "15s"', seats=ONE_SEAT),
        centre('type = "call_park"\nmax_wait = "5m"\noverflow = { extension = "1001" }'),
        centre('type = "call_park"', seats="1001 7001 wrap_up = '5s'"),
        centre("after_missed = 3", seats=ONE_SEAT),
        # a way that ends, a way that only a key takes, and a way that leads into a circle told elsewhere
        centre('max_wait = "5m"\noverflow = { queue = "7002" }', "", seats="1001 7001\n1002 7002"),
        centre(
            'leave_key = "1"\noverflow = { queue = "7002" }',
            'max_wait = "5m"\noverflow = { queue = "7001" }',
            seats="1001 7001\n1002 7002",
        ),
    ],
)
def test_what_makes_sense_is_not_told(text: str) -> None:
    assert told(text) == []


def test_of_many_agents_the_first_are_named() -> None:
    people = "".join(f'[[users]]\nextension = "20{n:02}"\nname = "Agent {n}"\n' for n in range(9))
    seats = "\n".join(f"20{n:02} 700{queue}" for n in range(9) for queue in (1, 2))
    text = centre("priority = 1", "priority = 2", seats=seats).replace("[[queues]]", f"{people}[[queues]]", 1)
    (warning,) = told(text)
    assert "(2000, 2001, 2002, 2003, 2004, 2005 and 3 more) serves other queues first (7001 Queue 1)" in warning


def test_a_circle_is_told_once_and_not_of_those_who_lead_into_it() -> None:
    text = centre(
        'max_wait = "5m"\noverflow = { queue = "7002" }',
        'max_wait = "5m"\noverflow = { queue = "7003" }',
        'max_wait = "5m"\noverflow = { queue = "7002" }',
        seats="1001 7001\n1002 7002\n1003 7003",
    )
    (warning,) = told(text)
    assert warning.startswith(
        "queues[2].overflow: a caller whom nobody answers goes round for ever: 7002 Queue 2 -> 7003 Queue 3 -> 7002"
    )


@pytest.mark.parametrize(
    ("user", "warnings"),
    [
        (
            'role = "supervisor"',
            ['users[1].role: this supervisor looks after no queue; add supervises = ["…"], or leave the role out'],
        ),
        (
            'supervises = ["7001"]',
            ['users[1].supervises: an agent looks after no queue; add role = "supervisor"'],
        ),
        (
            'role = "office_manager"\nsupervises = ["7001"]',
            ["users[1].supervises: an office manager looks after all queues; leave it out"],
        ),
        ('role = "supervisor"\nsupervises = ["7001"]', []),
    ],
)
def test_who_looks_after_what_fits_the_role(user: str, warnings: list[str]) -> None:
    assert told(centre("", seats=ONE_SEAT).replace('name = "Agent 1"', f'name = "Agent 1"\n{user}')) == warnings


def test_warnings_come_in_the_order_of_the_file_with_their_lines() -> None:
    text = centre(
        'leave_key = "1"', 'announcements.position_every = "1s"', "priority = 2", seats="1001 7002\n1001 7003"
    )
    warnings = read_centre(text, "centre.toml").warnings
    lines = text.splitlines()
    assert [lines[(warning.line or 0) - 1] for warning in warnings] == [
        'leave_key = "1"',
        'announcements.position_every = "1s"',
        "[[queues]]",
    ]
