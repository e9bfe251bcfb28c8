-- Version 2 of the database to version 3: the lease, and facts that are refused where they come from a stale engine.
-- `acd` carries it out by itself, in one transaction, where it finds version 2. What it makes is what schema.sql makes.

-- Two statements, so that the facts there are need not be written anew.
alter table fact add column epoch bigint;
alter table fact alter column epoch set default nullif(current_setting('acd.epoch', true), '')::bigint;
comment on column fact.epoch is 'The epoch of the lease in which it was written; null in facts that are older than leases.';

create table lease (
    only_row   boolean     primary key default true check (only_row),
    journal    uuid        not null default gen_random_uuid(),
    epoch      bigint      not null default 0 unique check (epoch >= 0),
    owner      text,
    renewed_at timestamptz,
    constraint lease_held_whole check ((owner is null) = (renewed_at is null))
);
comment on table lease is
    'One row: which engine may write this journal, and so serve its calls. It renews the lease all the time; another takes it '
    'when the owner is no more, or when nothing was renewed for as long as a lease lasts.';
comment on column lease.only_row is 'Always true: keeps the table at one row.';
comment on column lease.journal is 'Names this journal for ever: facts that were kept elsewhere for a while are of this one or of another.';
comment on column lease.epoch is
    'Counts the owners. A key, so that taking the lease waits for whoever is just writing facts, and renewing it does not.';
comment on column lease.owner is 'The process that has it: host, boot, process namespace, process and when that began. Null: nobody.';
comment on column lease.renewed_at is
    'When the owner last said that it is there, by the clock here. It is seen to change, and never compared with a clock.';
insert into lease default values;

create function refuse_stale_engine() returns trigger language plpgsql as $$
declare
    ours    text := coalesce(nullif(current_setting('acd.epoch', true), ''), 'none');
    present text;
begin
    if tg_when = 'BEFORE' then
        select epoch::text into present from lease;
    else
        -- The lock is held until the facts are committed: nobody takes the lease between this look and that.
        select epoch::text into present from lease for key share;
    end if;
    if ours is distinct from present then
        raise exception 'the lease is in epoch %, this session writes in epoch %', present, ours
            using errcode = 'AC001', hint = 'Only the engine that has the lease writes the journal; it sets acd.epoch.';
    end if;
    return null;
end
$$;
comment on function refuse_stale_engine() is
    'Refuses what an engine writes that has not, or no longer, the lease: error AC001. What counts is the look at the end, '
    'under a lock; the one at the beginning is for a clear error, without a lock that others would wait for.';
create trigger stale_engine_early before insert on fact for each statement execute function refuse_stale_engine();
create trigger stale_engine after insert on fact for each statement execute function refuse_stale_engine();
create trigger stale_engine_early before insert on snapshot for each statement execute function refuse_stale_engine();
create trigger stale_engine after insert on snapshot for each statement execute function refuse_stale_engine();
