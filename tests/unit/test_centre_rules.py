"""The rules of queues, assignments and the account in a centre's file, and every fault of them word for word."""

import dataclasses
from datetime import timedelta

import pytest

from acd.centre import read_centre
from acd.model import Announcements, Callback, Queue, Recording, SingleCallUse, Target, TargetKind
from tests.unit.centre_files import GOOD, faults_of

SALES = 'name = "Sales"\n'


def with_rules(rules: str) -> str:
    """The good file with these lines in its queue, from line 23 on."""
    return GOOD.replace(SALES, SALES + rules)


def queue_with(rules: str) -> Queue:
    return read_centre(with_rules(rules), "centre.toml").queues[0]


# --- what can be said

RULES = """\
after_missed = 3
single_call_used_by = "offered"
max_callers = 20
max_expected_wait = "10m"
agents_required = 1
max_wait = "15m"
overflow = { extension = "1002" }
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
"""


def test_every_rule_is_read() -> None:
    file = with_rules(RULES).replace(
        "[[users]]", 'outbound = ["0XXXXXXX.", "1XXX"]\nstatuses = ["training"]\n[[users]]', 1
    )
    centre = read_centre(file + "confirm = true\nauto_answer = true\n", "centre.toml")
    queue = centre.queues[0]
    plain = read_centre(GOOD, "centre.toml").queues[0]
    assert queue == dataclasses.replace(
        plain,
        after_missed=3,
        single_call_used_by=SingleCallUse.OFFERED,
        max_callers=20,
        max_expected_wait=timedelta(minutes=10),
        agents_required=1,
        max_wait=timedelta(minutes=15),
        overflow=Target(kind=TargetKind.EXTENSION, name="1002"),
        leave_key="#",
        callback=Callback(key="2", attempts=5, retry=timedelta(minutes=10), ring_time=timedelta(seconds=45)),
        place_back=timedelta(minutes=2),
        longest_behind=timedelta(minutes=5),
        agent_announcement="custom/sales",
        recording=Recording.ON_DEMAND,
        service_level=timedelta(seconds=20),
        announcements=Announcements(
            welcome="custom/welcome",
            position_every=timedelta(minutes=1),
            expected_wait_every=timedelta(minutes=2),
            comfort=("custom/soon", "custom/still-here"),
            comfort_every=timedelta(seconds=45),
        ),
    )
    assert centre.account.statuses == ("training",)
    assert centre.account.outbound == ("0XXXXXXX.", "1XXX")
    assert (centre.assignments[0].confirm, centre.assignments[0].auto_answer) == (True, True)


def test_announcements_may_stand_in_a_table_of_their_own() -> None:
    dotted = queue_with('announcements.welcome = "a"\nannouncements.position_every = "1m"\n')
    inline = queue_with('announcements = { welcome = "a", position_every = "1m" }\n')
    table = queue_with('[queues.announcements]\nwelcome = "a"\nposition_every = "1m"\n')
    assert dotted == inline == table
    assert table.announcements.welcome == "a"


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ('{ queue = "7001" }', None),  # its own: a contradiction, told elsewhere
        ('{ extension = "1001" }', Target(kind=TargetKind.EXTENSION, name="1001")),
        ('{ message = "custom/closed" }', Target(kind=TargetKind.MESSAGE, name="custom/closed")),
    ],
)
def test_callers_overflow_to_one_of_three(given: str, target: Target | None) -> None:
    if target:
        assert queue_with(f'max_wait = "1m"\noverflow = {given}\n').overflow == target


def test_one_back_off_is_said_for_all_three_or_for_each() -> None:
    queue = queue_with('back_off = "7s"\nbusy_back_off = "9s"\n')
    assert [
        length.seconds for length in (queue.busy_back_off, queue.declined_back_off, queue.unreachable_back_off)
    ] == [
        9,
        7,
        7,
    ]


def test_a_maximum_wait_of_nothing_is_none() -> None:
    assert queue_with('max_wait = "0s"\n').max_wait is None


def test_what_a_call_back_leaves_out_is_what_the_model_says() -> None:
    file = with_rules('callback = { key = "2" }\n').replace("[[users]]", 'outbound = ["1XXX"]\n[[users]]', 1)
    assert read_centre(file, "centre.toml").queues[0].callback == Callback(key="2")


def test_a_centre_may_have_a_call_park() -> None:
    file = with_rules('type = "call_park"\n').partition("[[assignments]]")[0]
    assert read_centre(file, "centre.toml").queues[0].type == "call_park"


# --- what can be wrong


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        ("max_callers = 0", "line 23, queues[1].max_callers: 0 is out of range; write a number from 1 to 10000"),
        (
            'max_wait = "25h"',
            'line 23, queues[1].max_wait: "25h" is out of range for a wait; write a length from "0s" to "24h"',
        ),
        (
            "longest_behind = 300",
            'line 23, queues[1].longest_behind: 300 has no unit; write "300s" for seconds',
        ),
        (
            'recording = "sometimes"',
            'line 23, queues[1].recording: there is no way of recording "sometimes"; the ways are off, on, on_demand',
        ),
        (
            "recording = true",
            "line 23, queues[1].recording: true is no text; write a text in quotes",
        ),
        (
            'single_call_used_by = "offer"',
            'line 23, queues[1].single_call_used_by: there is no use of a Single-Call "offer"; '
            'did you mean "offered"? The uses are handled, offered',
        ),
        # overflow
        (
            'overflow = "7002"',
            'line 23, queues[1].overflow: "7002" is no table; write one like overflow = { queue = "7002" }, '
            '{ extension = "1001" } or { message = "closed" }',
        ),
        (
            "overflow = {}",
            'line 23, queues[1].overflow: says no place to go; write one like overflow = { queue = "7002" }, '
            '{ extension = "1001" } or { message = "closed" }',
        ),
        (
            'overflow = { queue = "7001", extension = "1001" }',
            "line 23, queues[1].overflow.extension: stands beside queue: a caller can only go one way; "
            "leave one of the two",
        ),
        (
            'overflow = { que = "7001" }',
            'line 23, queues[1].overflow.que: there is no such key; did you mean "queue"? '
            "The keys here are queue, extension, message",
        ),
        (
            'overflow = { queue = "7009" }',
            'line 23, queues[1].overflow: there is no queue "7009"; did you mean "7001"?',
        ),
        (
            'overflow = { queue = "1001" }',
            'line 23, queues[1].overflow: there is no queue "1001", it is the number of users[1] (line 4); '
            'did you mean "7001"?',
        ),
        (
            'overflow = { extension = "1009" }',
            'line 23, queues[1].overflow: there is no user "1009"; did you mean "1002"? The users are 1001, 1002',
        ),
        (
            'overflow = { message = "../etc/passwd" }',
            'line 23, queues[1].overflow.message: "../etc/passwd" cannot be the name of a sound; '
            'write one like "custom/welcome": letters, digits, _, - and / between them, 80 at most',
        ),
        # keys
        ('leave_key = "10"', 'line 23, queues[1].leave_key: "10" is no key of a phone; write one of 0-9, * and #'),
        (
            "leave_key = 1",
            'line 23, queues[1].leave_key: 1 is a bare number where text belongs; write it in quotes: "1"',
        ),
        (
            'leave_key = "2"\ncallback = { key = "2" }',
            'line 23, queues[1].leave_key: "2" is the key of callback as well; give each its own key',
        ),
        # call-back
        (
            'callback = "2"',
            'line 23, queues[1].callback: "2" is no table; '
            'write one like callback = { key = "2", attempts = 3, retry = "5m", ring_time = "30s" }',
        ),
        ("callback = { attempts = 2 }", "line 23, queues[1].callback.key: is missing; add key = …"),
        (
            'callback = { key = "2", atempts = 2 }',
            'line 23, queues[1].callback.atempts: there is no such key; did you mean "attempts"? '
            "The keys here are key, attempts, retry, ring_time",
        ),
        (
            '[queues.callback]\nkey = "2"\nretry = "1s"',
            'line 25, queues[1].callback.retry: "1s" is out of range for a pause; write a length from "10s" to "24h"',
        ),
        # announcements
        (
            'announcements.welcome = "welcome.wav"',
            'line 23, queues[1].announcements.welcome: "welcome.wav" has a suffix; '
            'Asterisk chooses the format itself: write "welcome"',
        ),
        (
            'announcements.welcome = "hello world"',
            'line 23, queues[1].announcements.welcome: "hello world" cannot be the name of a sound; '
            'write one like "custom/welcome": letters, digits, _, - and / between them, 80 at most',
        ),
        (
            'announcements.comfort = "a"\nannouncements.comfort_every = "1m"',
            'line 23, queues[1].announcements.comfort: "a" is no list; write one like ["custom/please-hold"]',
        ),
        (
            'announcements.comfort = ["a"]',
            "line 23, queues[1].announcements.comfort: stands alone, without comfort_every; "
            "add comfort_every = …, or leave both out to have none",
        ),
        (
            '\n[queues.announcements]\ncomfort_every = "1m"',
            "line 25, queues[1].announcements.comfort_every: stands alone, without comfort; "
            "add comfort = …, or leave both out to have none",
        ),
        (
            'announcements.position_every = "0s"',
            'line 23, queues[1].announcements.position_every: "0s" is out of range for an interval; '
            'write a length from "1s" to "1h"',
        ),
    ],
)
def test_a_rule_that_cannot_be_is_told(rules: str, fault: str) -> None:
    assert faults_of(with_rules(rules + "\n")) == [fault]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            'statuses = "training"',
            'line 3, account.statuses: "training" is no list; write one like ["training"]',
        ),
        (
            'statuses = ["Training"]',
            'line 3, account.statuses: "Training" cannot be the name of a status; '
            "use small letters, digits and _, 40 at most, beginning with a letter",
        ),
        (
            'statuses = ["lunch"]',
            'line 3, account.statuses: "lunch" is a status that every account has; leave it out',
        ),
        (
            'statuses = ["a", "b", "a"]',
            'line 3, account.statuses: "a" stands there twice; leave one of the two',
        ),
        (
            "outbound = [1]",
            'line 3, account.outbound: 1 is a bare number where text belongs; write it in quotes: "1"',
        ),
        (
            'outbound = ["_0X."]',
            'line 3, account.outbound: "_0X." is no pattern of numbers; write digits, + * #, X for 0-9, Z for 1-9, '
            "N for 2-9, [1-35] for one of these, and . at the end for one or more of anything",
        ),
        (
            'outbound = ["1XXX", "X."]',
            'line 3, account.outbound: "X." lets 000, 112, 911, 999 pass, emergency numbers somewhere; '
            'write one that lets longer numbers pass only, like "0XXXXXXX."',
        ),
        (
            'outbound = ["1[0-2]Z"]',
            'line 3, account.outbound: "1[0-2]Z" lets 112 pass, emergency numbers somewhere; '
            'write one that lets longer numbers pass only, like "0XXXXXXX."',
        ),
    ],
)
def test_a_rule_of_the_account_that_cannot_be_is_told(line: str, fault: str) -> None:
    assert faults_of(GOOD.replace('"demo.example"\n', f'"demo.example"\n{line}\n')) == [fault]


@pytest.mark.parametrize("key", ["confirm", "auto_answer"])
def test_a_rule_of_an_assignment_is_a_choice(key: str) -> None:
    assert faults_of(GOOD + f"{key} = 1\n") == [
        f"line 27, assignments[1].{key}: 1 is neither true nor false; write true or false, without quotes"
    ]
