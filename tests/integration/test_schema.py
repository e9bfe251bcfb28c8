"""What `schema.sql` keeps by itself, whoever writes, and that it explains itself."""

import asyncpg
import pytest

from acd.centre import Role
from acd.model import QueueType, Recording, SingleCallUse
from acd.outbound import lets_pass
from acd.runtime.database import Connection
from tests.integration.centres import SMALL, apply
from tests.integration.postgres import ALLOW_FACTS


@pytest.fixture
async def small(connection: Connection) -> Connection:
    """A connection to a database that holds the small centre, and another account beside it."""
    await apply(connection, SMALL)
    await apply(
        connection,
        '[account]\ndomain = "other.example"\n[[users]]\nextension = "1009"\nname = "Olga"\n'
        '[[queues]]\nnumber = "7009"\nname = "Other"\n[[devices]]\nname = "olga"\nowner = "1009"\n',
    )
    return connection


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("update queue set wrap_up = '-1 second'", "calm_interval_range"),
        ("update queue set wrap_up = '25 hours'", "calm_interval_range"),
        ("update assignment set wrap_up = '-1 second'", "calm_interval_range"),
        ("update queue set ring_time = '0'", "queue_ring_time_range"),
        ("update queue set busy_back_off = '-1 second'", "brief_interval_range"),
        ("update queue set after_missed = 0", "queue_after_missed_range"),
        ("update queue set max_callers = 0", "queue_max_callers_range"),
        ("update queue set agents_required = -1", "queue_agents_required_range"),
        ("update queue set max_wait = '0'", "queue_times_positive"),
        ("update queue set position_every = '0'", "queue_times_positive"),
        ("update queue set service_level = '0'", "queue_times_positive"),
        ("update queue set expected_wait_every = '2 hours'", "brief_interval_range"),
        ("update queue set overflow_queue = '7001', overflow_message = 'closed'", "queue_overflow_one"),
        ("set constraints all immediate; update queue set overflow_queue = '7009'", "queue_overflow_queue_fkey"),
        (
            "set constraints all immediate; update queue set overflow_extension = '1009'",
            "queue_overflow_extension_fkey",
        ),
        ("update queue set overflow_message = '../secret'", "sound_name_form"),
        ("update queue set welcome = repeat('x', 81)", "sound_name_form"),
        ("update queue set comfort = array['a b'], comfort_every = '1 minute'", "sound_name_form"),
        ("update queue set comfort = array['a']", "queue_comfort_whole"),
        ("update queue set comfort_every = '1 minute'", "queue_comfort_whole"),
        ("update queue set leave_key = '10'", "phone_key_one"),
        ("update queue set callback_key = '2'", "queue_callback_whole"),
        ("update queue set callback_ring_time = '1 second'", "queue_callback_ring_time_range"),
        ("update queue set callback_attempts = 0", "queue_callback_attempts_range"),
        (
            "update queue set leave_key = '2', callback_key = '2', callback_attempts = 1,"
            " callback_retry = '1 minute', callback_ring_time = '30 seconds'",
            "queue_keys_differ",
        ),
        ("update account set statuses = array['Training']", "status_name_form"),
        ("update account set statuses = array['lunch']", "status_name_own"),
        ("update account set outbound = array['_0X.']", "outbound_pattern_form"),
        ("update account set outbound = array['']", "outbound_pattern_form"),
        ("update account set outbound = array['0XXXXXXX.', 'X.']", "outbound_pattern_not_emergency"),
        ("update account set outbound = array['1[0-2]Z']", "outbound_pattern_not_emergency"),
        ("update account set outbound = array['NXX', '+9.']", "outbound_pattern_not_emergency"),
        ("update account set outbound_at_once = -1", "account_outbound_at_once_range"),
        ("update account set outbound_per_hour = 100001", "account_outbound_per_hour_range"),
        ("update account set outbound_per_day = -1", "account_outbound_per_day_range"),
        ("update account set outbound_agent_at_once = 1001", "account_outbound_agent_at_once_range"),
        ("update account set outbound_agent_per_hour = -1", "account_outbound_agent_per_hour_range"),
        ("update account set outbound_agent_per_day = -1", "account_outbound_agent_per_day_range"),
        ("update queue set type = 'linear_cascade', first_round = 0, increment = 1", "queue_first_round_range"),
        ("update queue set type = 'linear_cascade', first_round = 1, increment = 0", "queue_increment_range"),
        ("update queue set type = 'linear_cascade', first_round = 1", "queue_cascade_numbers"),
        ("update queue set type = 'linear_cascade', increment = 1", "queue_cascade_numbers"),
        ("update queue set first_round = 1, increment = 1", "queue_cascade_only"),
        ("update queue set priority = 0", "queue_priority_range"),
        ("update assignment set priority = 0", "assignment_priority_range"),
        ("update assignment set position = 0", "assignment_position_range"),
        ("update assignment set max_calls = 0", "assignment_max_calls_range"),
        ("update queue set name = ''", "display_name_length"),
        ("update queue set name = repeat('x', 81)", "display_name_length"),
        ("update queue set name = E'two\\nlines'", "display_name_printable"),
        ("update app_user set name = E'a\\u2028b'", "display_name_printable"),
        ("insert into queue (account, number, name) values ('demo.example', '*51', 'x')", "dial_number_digits"),
        ("insert into queue (account, number, name) values ('demo.example', '7', 'x')", "dial_number_digits"),
        ("insert into queue (account, number, name) values ('demo.example', '12345678901', 'x')", "dial_number_digits"),
        ("insert into queue (account, number, name) values ('demo.example', E'7001\\n', 'x')", "dial_number_digits"),
        ("insert into queue (account, number, name) values ('demo.example', '112', 'x')", "dial_number_not_emergency"),
        ("insert into queue (account, number, name) values ('demo.example', '1001', 'x')", "number_in_use_pkey"),
        ("insert into app_user (account, extension, name) values ('demo.example', '7001', 'x')", "number_in_use_pkey"),
        ("insert into app_user (account, extension, name) values ('demo.example', '1001', 'x')", "app_user_pkey"),
        ("delete from assignment; update queue set number = '1001' where number = '7002'", "number_in_use_pkey"),
        ("insert into account values ('Demo.example')", "account_domain_form"),
        ("insert into account values ('a@b')", "account_domain_form"),
        ("insert into account values (repeat('x', 129))", "account_domain_form"),
        ("insert into device values ('bad~name', 'demo.example', '1001', 'long-secret')", "device_name_form"),
        ("insert into device values (repeat('x', 41), 'demo.example', '1001', 'long-secret')", "device_name_form"),
        ("insert into device values ('1001-DESK', 'demo.example', '1001', 'long-secret')", "device_name_any_case"),
        ("insert into device values ('olga', 'demo.example', '1001', 'long-secret')", "device_pkey"),
        ("insert into device values ('new', 'demo.example', '1009', 'long-secret')", "device_account_owner_fkey"),
        ("insert into device values ('new', 'demo.example', '1001', 'short')", "device_secret_form"),
        ("insert into device values ('new', 'demo.example', '1001', 'with a space')", "device_secret_form"),
        (
            "insert into assignment (account, agent, queue) values ('demo.example', '1009', '7001')",
            "assignment_account_agent_fkey",
        ),
        (
            "insert into assignment (account, agent, queue) values ('demo.example', '1001', '7009')",
            "assignment_account_queue_fkey",
        ),
        (
            "insert into assignment_device values ('demo.example', '1001', '7002', '1002-desk')",
            "assignment_device_account_agent_device_fkey",
        ),
        (
            "insert into assignment_device values ('demo.example', '1002', '7002', '1002-desk')",
            "assignment_device_account_agent_queue_fkey",
        ),
        ("insert into fact values (0, now(), 'x', null, null, null, '{}')", "fact_seq_check"),
        ("insert into schema_version values (false, 2)", "schema_version_only_row_check"),
        ("insert into schema_version values (true, 2)", "schema_version_pkey"),
        ("insert into lease values (false)", "lease_only_row_check"),
        ("insert into lease (epoch) values (1)", "lease_pkey"),
        ("update lease set epoch = -1", "lease_epoch_check"),
        ("update lease set owner = 'somebody'", "lease_held_whole"),
    ],
)
async def test_what_cannot_be_is_refused(small: Connection, statement: str, constraint: str) -> None:
    await small.execute(ALLOW_FACTS)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as raised:
        await small.execute(statement)
    assert raised.value.as_dict()["constraint_name"] == constraint


async def test_numbers_are_free_again_after_their_owner(small: Connection) -> None:
    await small.execute("delete from queue where number = '7002'")
    await small.execute("insert into app_user (account, extension, name) values ('demo.example', '7002', 'Nina')")
    await small.execute("update app_user set extension = '7003' where extension = '7002'")
    await small.execute("insert into queue (account, number, name) values ('demo.example', '7002', 'Again')")
    await small.execute("delete from account where domain = 'demo.example'")
    rows = await small.fetch("select number, used_for from number_in_use order by number")
    assert [tuple(row.values()) for row in rows] == [("1009", "user"), ("7009", "queue")]


@pytest.mark.parametrize("statement", ["update fact set kind = 'x'", "delete from fact"])
async def test_the_journal_is_append_only(connection: Connection, statement: str) -> None:
    await connection.execute(ALLOW_FACTS)
    await connection.execute("insert into fact values (1, now(), 'asterisk_in_sight', null, null, null, '{}')")
    with pytest.raises(asyncpg.RaiseError, match="facts are never changed or deleted"):
        await connection.execute(statement)


async def test_a_user_who_leaves_takes_phones_and_assignments_along(small: Connection) -> None:
    await small.execute("delete from app_user where extension = '1001'")
    assert await small.fetchval("select count(*) from device where owner = '1001'") == 0
    assert await small.fetchval("select count(*) from assignment where agent = '1001'") == 0
    assert await small.fetchval("select count(*) from assignment_device") == 0


async def test_the_words_of_the_core_are_those_of_the_schema(connection: Connection) -> None:
    async def words(enum: str) -> list[str]:
        return list(await connection.fetchval("select enum_range(null::user_role)::text[]".replace("user_role", enum)))

    assert await words("user_role") == [str(role) for role in Role]
    assert await words("queue_type") == [str(kind) for kind in QueueType]
    assert await words("single_call_use") == [str(use) for use in SingleCallUse]
    assert await words("recording_mode") == [str(mode) for mode in Recording]


async def test_the_schema_and_the_core_agree_on_patterns(connection: Connection) -> None:
    """Whether a number may be called must not depend on who looks."""
    patterns = ("0XXXXXXX.", "1XXX", "[1-35]ZN", "+49.", "*9#", "N[02]Z", "X")
    numbers = ("0301234567", "03012345", "1000", "119", "512", "+4930", "++49", "*9#", "99#", "201", "211", "7", "")
    pairs = [(pattern, number) for pattern in patterns for number in numbers]
    rows = await connection.fetch(
        "select pattern_lets_pass(pattern, number) as passes from unnest($1::text[], $2::text[]) as t(pattern, number)",
        [pattern for pattern, _ in pairs],
        [number for _, number in pairs],
    )
    assert [row["passes"] for row in rows] == [lets_pass(pattern, number) for pattern, number in pairs]


async def test_a_queue_whose_overflow_leaves_has_none(small: Connection) -> None:
    await small.execute("update queue set overflow_queue = '7002' where number = '7001'")
    await small.execute("update queue set overflow_extension = '1002' where number = '7002'")
    await small.execute("delete from app_user where extension = '1002'; delete from queue where number = '7002'")
    rows = await small.fetch("select number, overflow_queue, overflow_extension from queue where account like 'demo%'")
    assert [tuple(row.values()) for row in rows] == [("7001", None, None)]


async def test_everything_is_explained(connection: Connection) -> None:
    """Every table, column, domain, enum, and function has a comment; that of an enum names each of its words."""
    mute = await connection.fetch(
        """
        select c.relname::text as name from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and obj_description(c.oid, 'pg_class') is null
        union all
        select c.relname || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
           and col_description(c.oid, a.attnum) is null
        union all
        select t.typname from pg_type t
         where t.typnamespace = 'public'::regnamespace and t.typtype in ('d', 'e')
           and obj_description(t.oid, 'pg_type') is null
        union all
        select p.proname from pg_proc p
         where p.pronamespace = 'public'::regnamespace and obj_description(p.oid, 'pg_proc') is null
        union all
        select t.typname || '.' || e.enumlabel from pg_enum e join pg_type t on t.oid = e.enumtypid
         where position(e.enumlabel || ':' in obj_description(t.oid, 'pg_type')) = 0
        """
    )
    assert [row["name"] for row in mute] == []
