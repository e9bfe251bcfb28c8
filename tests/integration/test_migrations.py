"""A database of an older version becomes what `schema.sql` makes, and keeps what it holds."""

from datetime import timedelta

from acd.runtime.database import SCHEMA_VERSION, Connection, close, connect
from acd.runtime.store import Store
from tests.integration.older_schema import make_older, make_schema

# The order of columns does not count; everything else does, comments too.
CATALOGUE = """
    select 'table ' || c.relname || coalesce(obj_description(c.oid, 'pg_class'), '') as line
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    union all
    select format('view %s %s %s: %s', relname, reloptions, pg_get_viewdef(oid), obj_description(oid, 'pg_class'))
      from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'
    union all
    select format('column %s.%s %s not null %s default %s: %s', c.relname, a.attname,
                  format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
                  col_description(c.oid, a.attnum))
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on (d.adrelid, d.adnum) = (c.oid, a.attnum)
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    union all
    select format('constraint %s of %s: %s', conname, coalesce(conrelid::regclass::text, contypid::regtype::text),
                  pg_get_constraintdef(oid))
      from pg_constraint where connamespace = 'public'::regnamespace
    union all
    select indexdef from pg_indexes where schemaname = 'public'
    union all
    select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all
    select pg_get_functiondef(oid) || obj_description(oid, 'pg_proc')
      from pg_proc where pronamespace = 'public'::regnamespace
    union all
    select format('type %s %s %s: %s', t.typname, format_type(t.typbasetype, null),
                  (select string_agg(enumlabel, ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid),
                  obj_description(t.oid, 'pg_type'))
      from pg_type t where t.typnamespace = 'public'::regnamespace and t.typtype in ('d', 'e')
    order by 1
"""


async def catalogue(connection: Connection) -> list[str]:
    return [row["line"] for row in await connection.fetch(CATALOGUE)]


async def test_an_older_database_becomes_the_schema(empty_database: str, connection: Connection) -> None:
    older = await connect(empty_database)
    await make_schema(older, 1)
    assert await catalogue(older) != await catalogue(connection)
    await Store.open(empty_database)
    assert await catalogue(older) == await catalogue(connection)
    assert await older.fetchval("select version from schema_version") == SCHEMA_VERSION
    await close(older)


async def test_an_older_database_keeps_what_it_holds(empty_database: str) -> None:
    older = await connect(empty_database)
    await make_schema(older, 1)
    await older.execute(
        """
        insert into account values ('demo.example');
        insert into app_user values ('demo.example', '1001', 'Anna');
        insert into queue (account, number, name, back_off) values ('demo.example', '7001', 'Sales', '7 seconds');
        insert into assignment (account, agent, queue, max_calls) values ('demo.example', '1001', '7001', 2);
        insert into fact values (1, now(), 'asterisk_in_sight', null, null, null, '{}')
        """
    )
    configuration, _ = await (await Store.open(empty_database)).load()
    (queue,) = configuration.queues.values()
    assert queue.busy_back_off == queue.declined_back_off == queue.unreachable_back_off == timedelta(seconds=7)
    assert [entry.max_calls for entry in configuration.assignments.values()] == [2]
    assert await older.fetchval("select count(*) from fact") == 1
    await close(older)


async def test_a_database_of_the_program_before_becomes_ours_with_all_it_holds(empty_database: str) -> None:
    connection = await connect(empty_database)
    store = await Store.open(empty_database)
    await connection.execute(
        """
        insert into account (domain, outbound_at_once) values ('demo.example', 7);
        insert into app_user (account, extension, name) values ('demo.example', '1001', 'Anna');
        insert into queue (account, number, name, wrap_up) values ('demo.example', '7001', 'Sales', '7 seconds');
        insert into assignment (account, agent, queue) values ('demo.example', '1001', '7001');
        select set_config('acd.epoch', epoch::text, false) from lease;
        insert into fact (seq, at, kind, body) values (1, now(), 'asterisk_in_sight', '{}')
        """
    )
    before, _ = await store.load()
    made = await catalogue(connection)
    await make_older(connection)
    assert await connection.fetchval("select version from schema_version") == SCHEMA_VERSION - 1
    assert await catalogue(connection) != made
    after, _ = await (await Store.open(empty_database)).load()
    assert after == before
    assert await catalogue(connection) == made
    assert await connection.fetchval("select count(*) from fact") == 1
    await close(connection)
