"""The centre's file: what it can say, and that nothing in it can do harm. The faults: `test_centre_faults`."""

import dataclasses
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.centre import Centre, CentreFaults, Fault, Phone, Role, User, read_centre
from acd.centre.checks import in_words
from acd.model import Account, AccountId, AgentId, Assignment, DeviceId, Queue, QueueId, QueueType
from tests.unit.centre_files import GOOD, faults_of

DEMO = Path(__file__).parents[2] / "examples" / "demo.toml"

# --- what it can say


def test_everything_can_be_said() -> None:
    centre = read_centre(
        """
        [account]
        domain = "demo.example"
        time_zone = "America/Argentina/Buenos_Aires"
        home_region = "AR"
        screen_pop = "https://crm.example.com/?tel={number}"
        [[users]]
        extension = "1001"
        name = "Anna"
        role = "supervisor"
        supervises = ["7001"]
        email = "anna@demo.example"
        first_portal_password = "the first one, changed soon"
        [[devices]]
        name = "desk_1"
        owner = "1001"
        password = "12345678"
        [[queues]]
        number = "7001"
        name = "Sales"
        type = "linear_cascade"
        priority = 2
        wrap_up = "1h2m3.5s"
        wrap_up_mandatory = true
        ring_time = "30s"
        back_off = "1m"
        declined_back_off = "2s"
        first_round = 3
        increment = 2
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
        account=Account(id=account, screen_pop="https://crm.example.com/?tel={number}"),
        time_zone="America/Argentina/Buenos_Aires",
        home_region="AR",
        users=(
            User(
                extension="1001",
                name="Anna",
                role=Role.SUPERVISOR,
                supervises=("7001",),
                email="anna@demo.example",
                first_portal_password="the first one, changed soon",
            ),
        ),
        devices=(Phone(name=DeviceId("desk_1"), owner="1001", secret="12345678"),),
        queues=(
            Queue(
                id=QueueId("7001@demo.example"),
                account=account,
                number="7001",
                name="Sales",
                type=QueueType.LINEAR_CASCADE,
                priority=2,
                wrap_up=timedelta(hours=1, minutes=2, seconds=3.5),
                wrap_up_mandatory=True,
                ring_time=timedelta(seconds=30),
                busy_back_off=timedelta(minutes=1),
                declined_back_off=timedelta(seconds=2),
                unreachable_back_off=timedelta(minutes=1),
                first_round=3,
                increment=2,
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
    bare_queue = Queue(id=QueueId("7001@demo.example"), account=centre.account.id, number="7001", name="Sales")
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
    probe = "".join(f"{key} = []\n" for key in sorted(keys))
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
    assert [phone.owner for phone in centre.devices] == ["1001", "1001", "1002", "1003", "1004"]
    assert "1003@demo.example" not in {entry.agent for entry in centre.assignments}, "the caller"
    assert centre.warnings == ()


def test_what_the_demo_shows_commented_out_is_right_too() -> None:
    """And every rule is shown, but those of a cascade, which stand in the text."""
    named = {"outbound_caps": "outbound_per_day", "outbound_caps_of_agent": "outbound_agent_per_day"}
    text = re.sub(r"^# ([a-z_.]+ = )", r"\1", DEMO.read_text(), flags=re.MULTILINE)
    queue, assignment = (centre := read_centre(text, "demo.toml")).queues[0], centre.assignments[-1]
    assert centre.warnings == ()
    for shown in (queue, queue.announcements, queue.callback, assignment, centre.account):
        for field in dataclasses.fields(cast("Any", shown)):
            key = named.get(field.name, field.name)
            written = re.search(rf"(^|[. {{]){key}(\.[a-z_]+)? = ", text, flags=re.MULTILINE)
            assert written or field.name in ("id", "account", "first_round", "increment"), field.name


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read_centre("\ufeff" + GOOD, "centre.toml") == read_centre(GOOD, "centre.toml")


# --- what can be wrong


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


def test_a_portal_password_is_never_told() -> None:
    for wrong in ('"sesame"', '"open\\tsesame now"', "12345678901", '["open-sesame-now"]'):
        faults = faults_of(GOOD.replace('name = "Anna"', f'name = "Anna"\nfirst_portal_password = {wrong}', 1))
        assert len(faults) == 1
        assert "sesame" not in faults[0]
        assert "12345678901" not in faults[0]
    text = GOOD.replace('name = "Anna"', 'name = "Anna"\nfirst_portal_password = "open-sesame-now"', 1)
    assert "sesame" not in repr(read_centre(text, "centre.toml"))


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
        "supervises",
        "email",
        "first_portal_password",
        "time_zone",
        "home_region",
        "screen_pop",
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
