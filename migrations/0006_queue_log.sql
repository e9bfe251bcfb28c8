-- Version 5 of the database to version 6: a queue_log in the form of Asterisk's own, for report tools,
-- and an index by which the calls of a number are found.
-- `acd` carries it out by itself, in one transaction, where it finds version 5. What it makes is what schema.sql makes.

create index fact_of_caller on fact ((body -> 'caller' ->> 'number'), seq) where kind in ('call_queued', 'entry_refused');

create table queue_log_line (
    id    bigint      not null primary key generated always as identity,
    at    timestamptz not null,
    call  text        not null,
    queue text        not null,
    agent text        not null,
    event text        not null,
    data  text[]      not null
);
create index queue_log_line_at on queue_log_line (at);
create index queue_log_line_of_call on queue_log_line (call, id);
comment on table queue_log_line is
    'What the queues of Asterisk would have written in their queue_log. Made from the facts; empty it and queue_log_progress, and it is made anew.';
comment on column queue_log_line.id is 'The order.';
comment on column queue_log_line.at is 'When.';
comment on column queue_log_line.call is 'The call, as in fact.call_id. NONE: it is about no call.';
comment on column queue_log_line.queue is 'The queue, as in fact.queue_id. NONE: it is about none, or about all.';
comment on column queue_log_line.agent is 'The agent, as in fact.agent_id. NONE: it is about none.';
comment on column queue_log_line.event is 'What, in the words of Asterisk: ENTERQUEUE, CONNECT, COMPLETECALLER, ...';
comment on column queue_log_line.data is 'What the event tells beside, in its order; at most five.';

create table queue_log_progress (
    only_row boolean not null primary key default true check (only_row),
    seq      bigint  not null,
    filed    bigint
);
comment on table queue_log_progress is 'How far the queue_log has come. No row: nobody has begun it.';
comment on column queue_log_progress.only_row is 'Always true: keeps the table at one row.';
comment on column queue_log_progress.seq is 'The last fact whose lines are there.';
comment on column queue_log_progress.filed is 'The last line that stands in the file as well. Null: there was never a file.';

create view queue_log with (security_invoker = true) as
    select id, to_char(at, 'YYYY-MM-DD HH24:MI:SS.US') as time, call as callid, queue as queuename, agent, event,
           coalesce(data[1], '') as data1, coalesce(data[2], '') as data2, coalesce(data[3], '') as data3,
           coalesce(data[4], '') as data4, coalesce(data[5], '') as data5
      from queue_log_line;
comment on view queue_log is
    'The table queue_log of Asterisk, as its realtime configuration writes it, for report tools. Times are those of the time zone of the session.';

alter table queue_log_line enable row level security, force row level security;
create policy not_for_the_portal on queue_log_line using (not portal_looks());
alter table queue_log_progress enable row level security, force row level security;
create policy not_for_the_portal on queue_log_progress using (not portal_looks());
