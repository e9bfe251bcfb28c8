"""The centre's file: what it can say, and every fault with its place and the mend, word for word."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.centre import Centre, CentreFaults, Fault, Phone, Role, User, read_centre
from acd.centre.checks import in_words
from acd.model import AccountId, AgentId, Assignment, DeviceId, Queue, QueueId, QueueType

DEMO = Path(__file__).parents[2] / "examples" / "demo.toml"

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


NO_7001 = 'line 26, assignments[1].queue: there is no queue "7001"; add the queue first'


def faults_of(text: str) -> list[str]:
    """The lines of the faults; empty where nothing is wrong."""
    try:
        read_centre(text, "centre.toml")
    except CentreFaults as faults:
        head, *lines = str(faults).splitlines()
        assert head == f"centre.toml has {'1 fault' if len(lines) == 1 else f'{len(lines)} faults'}:"
        return [line.removeprefix("  ") for line in lines]
    return []


# --- what it can say


def test_everything_can_be_said() -> None:
    centre = read_centre(
        """
        [account]
        domain = "demo.example"
        [[users]]
        extension = "1001"
        name = "Anna"
        role = "office_manager"
        [[devices]]
        name = "desk_1"
        owner = "1001"
        password = "12345678"
        [[queues]]
        number = "7001"
        name = "Sales"
        type = "linear_hunt"
        priority = 2
        wrap_up = "1h2m3.5s"
        wrap_up_mandatory = true
        ring_time = "30s"
        back_off = "1m"
        [[assignments]]
        agent = "1001"
        queue = "7001"
        order = 4
        priority = 5
        wrap_up = "6 s"
        max_calls = 7
        devices = ["desk_1"]
        """,
        "centre.toml",
    )
    account = AccountId("demo.example")
    assert centre == Centre(
        source="centre.toml",
        account=account,
        users=(User(extension="1001", name="Anna", role=Role.OFFICE_MANAGER),),
        devices=(Phone(name=DeviceId("desk_1"), owner="1001", secret="12345678"),),
        queues=(
            Queue(
                id=QueueId("7001@demo.example"),
                account=account,
                number="7001",
                name="Sales",
                type=QueueType.LINEAR_HUNT,
                priority=2,
                wrap_up=timedelta(hours=1, minutes=2, seconds=3.5),
                wrap_up_mandatory=True,
                ring_time=timedelta(seconds=30),
                back_off=timedelta(minutes=1),
            ),
        ),
        assignments=(
            Assignment(
                agent=AgentId("1001@demo.example"),
                queue=QueueId("7001@demo.example"),
                order=4,
                priority=5,
                wrap_up=timedelta(seconds=6),
                max_calls=7,
                devices=frozenset({DeviceId("desk_1")}),
            ),
        ),
    )


def test_what_is_left_out_is_what_the_model_says() -> None:
    centre = read_centre(GOOD, "centre.toml")
    bare_queue = Queue(id=QueueId("7001@demo.example"), account=centre.account, number="7001", name="Sales")
    assert centre.queues == (bare_queue,)
    assert centre.assignments == (Assignment(agent=AgentId("1001@demo.example"), queue=bare_queue.id),)
    assert (centre.users[0].role, centre.devices[0].secret) == (Role.AGENT, None)


@pytest.mark.parametrize(
    ("of", "header", "named_otherwise"),
    [
        (Queue, "[[queues]]", {"id": "number", "account": "number"}),
        (Assignment, "[[assignments]]", {}),
    ],
)
def test_every_rule_of_the_model_has_a_key(
    of: type[Queue | Assignment], header: str, named_otherwise: dict[str, str]
) -> None:
    keys = {named_otherwise.get(field.name, field.name) for field in dataclasses.fields(of)}
    probe = "".join(f"{key} = {{}}\n" for key in sorted(keys))
    faults = faults_of(f'[account]\ndomain = "demo.example"\n{header}\n{probe}')
    assert len(faults) >= len(keys), "every key is looked at"
    assert not [fault for fault in faults if "no such key" in fault]


def test_the_demo_is_right() -> None:
    centre = read_centre(DEMO.read_text(), "demo.toml")
    assert [(queue.number, queue.type) for queue in centre.queues] == [
        ("7001", QueueType.ROUND_ROBIN),
        ("7002", QueueType.RING_ALL),
        ("7003", QueueType.LINEAR_HUNT),
    ]
    assert [phone.owner for phone in centre.devices] == ["1001", "1001", "1002", "1003"]
    assert "1003@demo.example" not in {entry.agent for entry in centre.assignments}, "the caller"


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read_centre("\ufeff" + GOOD, "centre.toml") == read_centre(GOOD, "centre.toml")


# --- what can be wrong, word for word


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        # references
        (
            'queue = "7001"',
            'queue = "7002"',
            'line 26, assignments[1].queue: there is no queue "7002"; did you mean "7001"?',
        ),
        (
            'queue = "7001"',
            'queue = "1001"',
            'line 26, assignments[1].queue: there is no queue "1001", it is the number of users[1] (line 4); '
            'did you mean "7001"?',
        ),
        (
            'agent = "1001"',
            'agent = "2222"',
            'line 25, assignments[1].agent: there is no user "2222"; the users are 1001, 1002',
        ),
        (
            'agent = "1001"',
            'agent = "7001"',
            'line 25, assignments[1].agent: there is no user "7001", it is the number of queues[1] (line 20); '
            'did you mean "1001"? The users are 1001, 1002',
        ),
        (
            'name = "1002-desk"\nowner = "1002"',
            'name = "1002-desk"\nowner = "1022"',
            'line 18, devices[2].owner: there is no user "1022"; did you mean "1002"? The users are 1001, 1002',
        ),
        (
            'name = "1002-desk"\nowner = "1002"',
            'name = "1002-desk"',
            "line 16, devices[2].owner: is missing; add owner = …",
        ),
        (
            'queue = "7001"',
            'queue = "7001"\ndevices = ["1002-desk"]',
            'line 27, assignments[1].devices: "1002-desk" is a phone of 1002, not of 1001; his phones are 1001-desk',
        ),
        (
            'queue = "7001"',
            'queue = "7001"\ndevices = ["1001-dsek"]',
            'line 27, assignments[1].devices: there is no device "1001-dsek"; did you mean "1001-desk"?',
        ),
        (
            'queue = "7001"',
            'queue = "7001"\ndevices = []',
            "line 27, assignments[1].devices: the list is empty, so nothing would ring; "
            "leave the key out to let all his phones ring",
        ),
        (
            'queue = "7001"',
            'queue = "7001"\ndevices = "1001-desk"',
            'line 27, assignments[1].devices: "1001-desk" is no list; write one like ["1001-desk", "1001-soft"]',
        ),
        # doubles
        (
            "[[assignments]]",
            '[[queues]]\nnumber = "7001"\nname = "Support"\n\n[[assignments]]',
            "line 25, queues[2].number: 7001 is the number of queues[1] (line 20) already; give it another one",
        ),
        (
            "[[assignments]]",
            '[[queues]]\nnumber = "1002"\nname = "Support"\n\n[[assignments]]',
            "line 25, queues[2].number: 1002 is the number of users[2] (line 8) already; give it another one",
        ),
        (
            'extension = "1002"',
            'extension = "1001"',
            "line 9, users[2].extension: 1001 is the number of users[1] (line 4) already; give it another one\n"
            'line 18, devices[2].owner: there is no user "1002"; did you mean "1001"?',
        ),
        (
            'name = "1002-desk"',
            'name = "1001-desk"',
            'line 17, devices[2].name: "1001-desk" is the name of devices[1] (line 12) as well; give it another name',
        ),
        (
            'name = "1002-desk"',
            'name = "1001-Desk"',
            'line 17, devices[2].name: "1001-Desk" is the name of devices[1] (line 12) but for capitals as well; '
            "give it another name",
        ),
        (
            'queue = "7001"\n',
            'queue = "7001"\n[[assignments]]\nagent = "1001"\nqueue = "7001"\n',
            "line 28, assignments[2].agent: 1001 is assigned to queue 7001 already; leave one of the two entries",
        ),
        # queues
        (
            'name = "Sales"',
            'name = "Sales"\nwrap_up = "-5s"',
            'line 23, queues[1].wrap_up: a wrap-up cannot be negative, "-5s" is; write "0s" or more',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nwrap_up = -5',
            'line 23, queues[1].wrap_up: a wrap-up cannot be negative, -5 is; write "0s" or more',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nwrap_up = 5',
            'line 23, queues[1].wrap_up: 5 has no unit; write "5s" for seconds',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nwrap_up = "soon"',
            'line 23, queues[1].wrap_up: "soon" is no length of time; write one like "20s", "1m30s" or "2h"',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nwrap_up = ""',
            'line 23, queues[1].wrap_up: "" is no length of time; write one like "20s", "1m30s" or "2h"',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nring_time = "0s"',
            'line 23, queues[1].ring_time: "0s" is out of range for a ring time; write a length from "1s" to "1h"',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nback_off = "2h"',
            'line 23, queues[1].back_off: "2h" is out of range for a back-off; write a length from "0s" to "1h"',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\ntype = "round-robbin"',
            'line 23, queues[1].type: there is no queue type "round-robbin"; did you mean "round_robin"? '
            "The types are round_robin, ring_all, linear_hunt",
        ),
        (
            'name = "Sales"',
            'name = "Sales"\ntype = "x"',
            'line 23, queues[1].type: there is no queue type "x"; the types are round_robin, ring_all, linear_hunt',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\ntype = true',
            "line 23, queues[1].type: true is no text; write a text in quotes",
        ),
        (
            'name = "Sales"',
            'name = "Sales"\npriority = 0',
            "line 23, queues[1].priority: 0 is out of range; write a number from 1 to 1000",
        ),
        (
            'name = "Sales"',
            'name = "Sales"\npriority = "high"',
            'line 23, queues[1].priority: "high" is no whole number; write one from 1 to 1000, without quotes',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nwrap_up_mandatory = "yes"',
            'line 23, queues[1].wrap_up_mandatory: "yes" is neither true nor false; '
            "write true or false, without quotes",
        ),
        # numbers
        (
            'number = "7001"',
            'number = "*51"',
            'line 21, queues[1].number: "*51" is a star code; '
            f"numbers that begin with * are not free; use 2 to 10 digits\n{NO_7001}",
        ),
        (
            'number = "7001"',
            "number = 7001",
            'line 21, queues[1].number: 7001 is a bare number where text belongs; write it in quotes: "7001"',
        ),
        (
            'number = "7001"',
            'number = "7"',
            'line 21, queues[1].number: "7" is no number that can be given; use 2 to 10 digits, nothing else\n'
            + NO_7001,
        ),
        (
            'number = "7001"',
            'number = "٧٠٠١"',
            'line 21, queues[1].number: "٧٠٠١" is no number that can be given; use 2 to 10 digits, nothing else\n'
            + NO_7001,
        ),
        (
            'number = "7001"',
            'number = "112"',
            'line 21, queues[1].number: "112" is an emergency number somewhere; use another one\n' + NO_7001,
        ),
        (
            'number = "7001"\n',
            "",
            "line 20, queues[1].number: is missing; add number = …\n" + NO_7001.replace("26", "25"),
        ),
        # names
        ('name = "Anna"\n', "", "line 4, users[1].name: is missing; add name = …"),
        ('name = "Anna"', 'name = " "', "line 6, users[1].name: the name is empty; give one"),
        (
            'name = "Anna"',
            'name = "Anna "',
            'line 6, users[1].name: the name "Anna " begins or ends with a space; write "Anna"',
        ),
        (
            'name = "Anna"',
            'name = "An\\nna"',
            'line 6, users[1].name: the name "An\\nna" holds a control character or a line break; take it out',
        ),
        (
            'name = "Anna"',
            f'name = "{"x" * 81}"',
            "line 6, users[1].name: the name has 81 characters; use 80 at most",
        ),
        (
            'name = "Anna"',
            f'name = "{"x" * 4096}"',
            "line 6, users[1].name: the name has 4096 characters; use 80 at most",
        ),
        (
            'name = "1001-desk"',
            'name = "1001~desk"',
            'line 13, devices[1].name: "1001~desk" cannot be the name of a device; '
            "use letters a-z, digits, _ and -, 40 at most, beginning with a letter or digit",
        ),
        (
            'owner = "1001"',
            'owner = "1001"\npassword = "open me"',
            "line 15, devices[1].password: the password is not fit for a phone; use 8 to 64 letters, digits and signs "
            "of the keyboard without spaces, or leave it out to have one made",
        ),
        (
            'name = "Anna"',
            'name = "Anna"\nrole = "superviser"',
            'line 7, users[1].role: there is no role "superviser"; did you mean "supervisor"? '
            "The roles are agent, supervisor, office_manager",
        ),
        # keys and tables
        (
            'name = "Anna"',
            'name = "Anna"\nrol = "agent"',
            'line 7, users[1].rol: there is no such key; did you mean "role"? The keys here are extension, name, role',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\n"wrap-up" = "5s"',
            'line 23, queues[1].wrap-up: there is no such key; did you mean "wrap_up"? The keys here are '
            "number, name, type, priority, wrap_up, wrap_up_mandatory, ring_time, back_off",
        ),
        (
            "[account]",
            "x = 1\n[account]",
            "line 1, x: there is no such table; the tables are account, users, devices, queues, assignments",
        ),
        (
            "[account]",
            "[acount]",
            'line 1, acount: there is no such table; did you mean "account"? '
            "The tables are account, users, devices, queues, assignments\n"
            'account: is missing; add [account] and under it domain = "demo.example"',
        ),
        (
            "[[queues]]",
            "[queues]",
            "line 20, queues: is not a list of tables; write [[queues]] above every entry\n"
            'line 26, assignments[1].queue: there is no queue "7001"; add the queue first',
        ),
        (
            "[account]",
            "[[account]]",
            "line 1, account: is not one table; write [account], in single brackets, and once",
        ),
        (
            'domain = "demo.example"',
            'domain = "Demo.Example"',
            'line 2, account.domain: "Demo.Example" is not in plain lower case; write "demo.example"',
        ),
        (
            'domain = "demo.example"',
            'domain = "demo_example;x"',
            'line 2, account.domain: "demo_example;x" is no domain; '
            'write one like "demo.example": letters, digits, - and dots',
        ),
        ('domain = "demo.example"\n', "", "line 1, account.domain: is missing; add domain = …"),
        # not TOML at all
        (
            'name = "Anna"',
            "name = Anna",
            "line 6: this is not TOML: Invalid value (at line 6, column 8); look at that line and the one before: "
            "text stands in quotes, every [[table]] is closed, no key is twice",
        ),
        (
            'name = "Anna"',
            'name = "Anna"\nname = "Ann"',
            "line 7: this is not TOML: Cannot overwrite a value (at line 7, column 13); look at that line and the one "
            "before: text stands in quotes, every [[table]] is closed, no key is twice",
        ),
    ],
)
def test_a_fault_is_told_with_its_place_and_the_mend(old: str, new: str, fault: str) -> None:
    assert old in GOOD
    assert faults_of(GOOD) == []
    assert faults_of(GOOD.replace(old, new, 1)) == sorted(fault.splitlines(), key=lambda line: line.startswith("line"))


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        GOOD.replace('name = "Anna"', "")
        .replace('name = "1002-desk"', 'name = "1002 desk"')
        .replace('name = "Sales"', 'name = "Sales"\ntype = "ringall"\nwrap_up = "-1s"')
        .replace('queue = "7001"', 'queue = "7009"')
    )
    assert [fault.split(":")[0] for fault in faults_of(text)] == [
        "line 4, users[1].name",
        "line 17, devices[2].name",
        "line 23, queues[1].type",
        "line 24, queues[1].wrap_up",
        "line 28, assignments[1].queue",
    ]


@pytest.mark.parametrize(
    ("old", "new"), [('extension = "1001"', "extension = 1001"), ('number = "7001"', 'number = "70x1"')]
)
def test_naming_an_entry_that_is_wrong_itself_is_no_further_fault(old: str, new: str) -> None:
    text = GOOD.replace(old, new).replace('queue = "7001"', 'queue = "70x1"' if "70x1" in new else 'queue = "7001"')
    told = [fault.split(",")[1].split(":")[0].strip() for fault in faults_of(text)]
    assert told == (["users[1].extension"] if "1001" in new else ["queues[1].number", "assignments[1].queue"])


def test_a_password_is_never_told() -> None:
    for wrong in ('"open sesame now"', "12345678901", '["open-sesame-now"]', '"sesame"'):
        text = GOOD.replace('owner = "1001"', f'owner = "1001"\npassword = {wrong}', 1)
        assert faults_of(text)
        assert "sesame" not in "".join(faults_of(text))
        assert "12345678901" not in "".join(faults_of(text))
    centre = read_centre(GOOD.replace('owner = "1001"', 'owner = "1001"\npassword = "open-sesame"', 1), "centre.toml")
    assert centre.devices[0].secret == "open-sesame"
    assert "sesame" not in repr(centre)


def test_lines_inside_long_texts_are_not_taken_for_keys() -> None:
    text = GOOD.replace('name = "Anna"', 'name = """\nowner = "x"\n[[queues]]\n"""')
    assert faults_of(text) == [
        'line 6, users[1].name: the name "owner = \\"x\\"\\n[[queues]]\\n" holds a control character or a line break; '
        "take it out"
    ]


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "9" * 5_000, "\x00", "a = 1\r"])
def test_hostile_toml_is_a_fault_and_no_crash(text: str) -> None:
    assert len(faults_of(text)) == 1


_SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
_KEYS = st.sampled_from(
    [
        "domain",
        "extension",
        "name",
        "role",
        "owner",
        "password",
        "number",
        "type",
        "wrap_up",
        "agent",
        "queue",
        "devices",
    ]
)


@given(
    st.dictionaries(
        st.sampled_from(["account", "users", "devices", "queues", "assignments", "x"]),
        st.lists(st.dictionaries(_KEYS, _SCALAR | st.lists(_SCALAR, max_size=2), max_size=5) | _SCALAR, max_size=3)
        | _SCALAR,
    )
)
def test_no_shape_of_file_crashes_the_reader(tables: dict[str, object]) -> None:
    """Whatever TOML can say is a centre or a list of faults, each with a place."""
    found: tuple[Fault, ...] = ()
    try:
        read_centre(_toml(tables), "centre.toml")
    except CentreFaults as faults:
        found = faults.faults
    assert all(fault.place and fault.what and fault.mend for fault in found)


def _toml(value: object) -> str:
    match value:
        case dict():
            return "\n".join(f"{key} = {_inline(entry)}" for key, entry in value.items())
        case _:
            raise AssertionError


def _inline(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case None:
            return "1979-05-27"
        case int() | float():
            return str(value).replace("inf", "1e999") if "e" not in str(value) else "1.5"
        case str():
            return '"' + "".join(f"\\U{ord(c):08x}" if not "\ud800" <= c <= "\udfff" else "?" for c in value) + '"'
        case list():
            return "[" + ", ".join(map(_inline, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{key} = {_inline(entry)}" for key, entry in value.items()) + "}"
        case _:
            raise AssertionError


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=24)).map(lambda t: timedelta(seconds=t.seconds)))
def test_a_length_of_time_is_read_as_it_is_written(length: timedelta) -> None:
    text = GOOD.replace('name = "Sales"', f'name = "Sales"\nwrap_up = "{in_words(length)}"')
    assert read_centre(text, "centre.toml").queues[0].wrap_up == length
