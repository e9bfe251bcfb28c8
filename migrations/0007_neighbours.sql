-- Version 6 of the database to version 7: what other systems hear and show: facts of their account as a stream and by
-- webhooks, and the address of a page about a caller.
-- `acd` carries it out by itself, in one transaction, where it finds version 6. What it makes is what schema.sql makes.

alter table account add column
    screen_pop  text constraint account_screen_pop_form check (char_length(screen_pop) <= 500 and screen_pop ~ '^https?://');
comment on column account.screen_pop is 'The address of a page about a caller, with {number} and the like in it, which agents open by a click. Null: none.';

alter type token_scope add value 'facts';
comment on type token_scope is
    'What a program may do in the name of a user. read: see what he sees. status: change statuses and switch devices. '
    'calls: act on calls. configure: change what supervisors decide. reports: history and reports. '
    'facts: follow everything that happens in the account.';

create table webhook (
    id            uuid         not null primary key default gen_random_uuid(),
    account       text         not null references account on delete cascade,
    name          display_name not null,
    url           text         not null constraint webhook_url_form check (char_length(url) <= 500 and url ~ '^https?://'),
    kinds         text[],
    secret        text         not null,
    made_at       timestamptz  not null default now(),
    seq           bigint       not null,
    attempts      integer      not null default 0,
    next_at       timestamptz  not null default now(),
    delivered_at  timestamptz,
    waiting_since timestamptz,
    last_error    text,
    unique (account, name)
);
comment on table webhook is 'Where facts of an account are sent as they happen, in their order. A row is a cursor too: nothing is sent twice on purpose, or left out.';
comment on column webhook.id is 'Names it.';
comment on column webhook.account is 'Whose facts.';
comment on column webhook.name is 'What it is for, in the words of the account.';
comment on column webhook.url is 'Where to. The settings of the operator say which hosts may be called.';
comment on column webhook.kinds is 'Only facts of these kinds, as in fact.kind. Null: all.';
comment on column webhook.secret is 'With which the receiver checks that it was us; readable because we sign with it.';
comment on column webhook.made_at is 'When it was made.';
comment on column webhook.seq is 'The last fact that has arrived there, or is none of its kinds.';
comment on column webhook.attempts is 'How often the next ones have been sent in vain.';
comment on column webhook.next_at is 'When to try again.';
comment on column webhook.delivered_at is 'When something last arrived. Null: never.';
comment on column webhook.waiting_since is 'When the oldest fact that does not arrive became true. Null: all that was sent arrived.';
comment on column webhook.last_error is 'Why the last attempt failed. Null: it did not.';

alter table webhook enable row level security, force row level security;
create policy own_account on webhook using (portal_sees(account));

comment on function portal_looks() is 'Whether this session is one of the portal, which sees of the journal the facts of one account alone.';
create function account_of_fact(queue_id text, agent_id text, body jsonb) returns text language sql immutable as $$
    select coalesce(nullif(split_part(coalesce(queue_id, agent_id), '@', 2), ''), body ->> 'account')
$$;
comment on function account_of_fact(text, text, jsonb) is
    'Whose a fact is: the account of its queue or agent. Null: it is about a phone alone, or about the whole.';
create policy own_account on fact for select using (account_of_fact(queue_id, agent_id, body) = (select portal_account()));
