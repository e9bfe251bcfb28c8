-- Version 3 of the database to version 4: how many calls may go out, for an account and for each of its agents.
-- `acd` carries it out by itself, in one transaction, where it finds version 3. What it makes is what schema.sql makes.

alter table account
    add column outbound_at_once        integer not null default 20
        constraint account_outbound_at_once_range check (outbound_at_once between 0 and 1000),
    add column outbound_per_hour       integer not null default 120
        constraint account_outbound_per_hour_range check (outbound_per_hour between 0 and 100000),
    add column outbound_per_day        integer not null default 600
        constraint account_outbound_per_day_range check (outbound_per_day between 0 and 100000),
    add column outbound_agent_at_once  integer not null default 3
        constraint account_outbound_agent_at_once_range check (outbound_agent_at_once between 0 and 1000),
    add column outbound_agent_per_hour integer not null default 20
        constraint account_outbound_agent_per_hour_range check (outbound_agent_per_hour between 0 and 100000),
    add column outbound_agent_per_day  integer not null default 100
        constraint account_outbound_agent_per_day_range check (outbound_agent_per_day between 0 and 100000);

comment on column account.outbound_at_once is 'How many calls may go out for it at once: calls back, and callers whom agents pass on to numbers outside.';
comment on column account.outbound_per_hour is 'How many may begin within an hour.';
comment on column account.outbound_per_day is 'How many may begin within 24 hours.';
comment on column account.outbound_agent_at_once is 'How many callers whom one agent has passed on outside may be there at once.';
comment on column account.outbound_agent_per_hour is 'How many he may pass on outside within an hour.';
comment on column account.outbound_agent_per_day is 'How many he may pass on outside within 24 hours.';
