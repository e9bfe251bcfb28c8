-- Version 4 of the database to version 5: the portal. Passwords, sessions, tokens, mails, audit, which queues a supervisor
-- has, the time zone and the country of an account, and row security as the second wall between accounts.
-- `acd` carries it out by itself, in one transaction, where it finds version 4. What it makes is what schema.sql makes.

alter table account
    add column time_zone   text not null default 'UTC'
        constraint account_time_zone_form check (time_zone ~ '^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}$' and char_length(time_zone) <= 64),
    add column home_region text not null default 'US' constraint account_home_region_form check (home_region ~ '^[A-Z]{2}$');
comment on column account.time_zone is 'The time zone, as the IANA data base names it, in which its days begin: Europe/Budapest.';
comment on column account.home_region is 'The country, by its two letters, whose numbers are written without a country code.';

alter table app_user
    add column email text constraint app_user_email_form check (char_length(email) <= 254 and email ~ '^[^@[:space:][:cntrl:]<>,;:"]+@[A-Za-z0-9.-]+$');
comment on column app_user.email is 'Where a link for a new password is sent. Null: nowhere.';

-- --- the portal: who may come in, and what he did

create type token_scope as enum ('read', 'status', 'calls', 'configure', 'reports');
comment on type token_scope is
    'What a program may do in the name of a user. read: see what he sees. status: change statuses and switch devices. '
    'calls: act on calls. configure: change what supervisors decide. reports: history and reports.';

create table supervision (
    account    text        not null,
    supervisor dial_number not null,
    queue      dial_number not null,
    primary key (account, supervisor, queue),
    foreign key (account, supervisor) references app_user (account, extension) on delete cascade,
    foreign key (account, queue) references queue (account, number) on delete cascade
);
create index supervision_of_queue on supervision (account, queue);
create trigger tell_configuration_changed after insert or update or delete on supervision
    for each statement execute function tell_configuration_changed();
comment on table supervision is 'Which queues a supervisor sees and changes. An office manager has all of the account without any row.';
comment on column supervision.account is 'The account of both.';
comment on column supervision.supervisor is 'The extension of the user.';
comment on column supervision.queue is 'The number of the queue.';

create table portal_password (
    account   text        not null,
    extension dial_number not null,
    hash      text        not null,
    set_at    timestamptz not null default now(),
    primary key (account, extension),
    foreign key (account, extension) references app_user on delete cascade
);
comment on table portal_password is 'The password of a user for the portal; who has no row cannot log in. It has nothing to do with those of phones.';
comment on column portal_password.account is 'The account of the user.';
comment on column portal_password.extension is 'The extension of the user.';
comment on column portal_password.hash is 'Argon2id, with its salt and cost, as one text.';
comment on column portal_password.set_at is 'When it was chosen.';

create table portal_session (
    id         uuid        not null primary key default gen_random_uuid(),
    account    text        not null,
    extension  dial_number not null,
    digest     bytea       not null unique,
    began_at   timestamptz not null default now(),
    used_at    timestamptz not null default now(),
    address    text        not null,
    user_agent text        not null,
    foreign key (account, extension) references app_user on delete cascade
);
create index portal_session_of_user on portal_session (account, extension);
comment on table portal_session is 'Who is logged in where. A row that is deleted ends the session at once.';
comment on column portal_session.id is 'Names it where its user looks at his sessions. Not the key: that is in the cookie only.';
comment on column portal_session.account is 'The account of the user.';
comment on column portal_session.extension is 'The extension of the user.';
comment on column portal_session.digest is 'SHA-256 of the key in the cookie.';
comment on column portal_session.began_at is 'When he logged in.';
comment on column portal_session.used_at is 'When it was last used, give or take a minute.';
comment on column portal_session.address is 'From where he logged in.';
comment on column portal_session.user_agent is 'With which program, as that says of itself.';

create table portal_token (
    id         uuid          not null primary key default gen_random_uuid(),
    account    text          not null,
    extension  dial_number   not null,
    name       display_name  not null,
    scopes     token_scope[] not null constraint portal_token_scopes_some check (cardinality(scopes) > 0),
    digest     bytea         not null unique,
    made_at    timestamptz   not null default now(),
    used_at    timestamptz,
    expires_at timestamptz,
    foreign key (account, extension) references app_user on delete cascade
);
create index portal_token_of_user on portal_token (account, extension);
comment on table portal_token is 'Keys with which programs act in the name of a user.';
comment on column portal_token.id is 'Names it where its user looks at his tokens.';
comment on column portal_token.account is 'The account of the user.';
comment on column portal_token.extension is 'The extension of the user, whose role it has.';
comment on column portal_token.name is 'What it is for, in the words of the user.';
comment on column portal_token.scopes is 'What of that it may do.';
comment on column portal_token.digest is 'SHA-256 of the token.';
comment on column portal_token.made_at is 'When it was made.';
comment on column portal_token.used_at is 'When it was last used, give or take a minute. Null: never.';
comment on column portal_token.expires_at is 'Past this it is worth nothing. Null: it has no end.';

create table password_reset (
    digest    bytea       not null primary key,
    account   text        not null,
    extension dial_number not null,
    made_at   timestamptz not null default now(),
    foreign key (account, extension) references app_user on delete cascade
);
create index password_reset_of_user on password_reset (account, extension);
comment on table password_reset is 'Links for a new password that have been asked for and not used. One works once, and for an hour.';
comment on column password_reset.digest is 'SHA-256 of the key in the link.';
comment on column password_reset.account is 'The account of the user.';
comment on column password_reset.extension is 'The extension of the user.';
comment on column password_reset.made_at is 'When it was asked for.';

create table mail (
    id         bigint      not null primary key generated always as identity,
    account    text        not null references account on delete cascade,
    recipient  text        not null,
    subject    text        not null,
    body       text        not null,
    made_at    timestamptz not null default now(),
    next_at    timestamptz not null default now(),
    until      timestamptz not null,
    attempts   integer     not null default 0,
    last_error text
);
create index mail_next on mail (next_at);
comment on table mail is 'Mails that have not been sent yet. A row goes when its mail is sent, or is of no use any more.';
comment on column mail.id is 'The order.';
comment on column mail.account is 'The account of the user to whom it goes.';
comment on column mail.recipient is 'The address.';
comment on column mail.subject is 'The subject.';
comment on column mail.body is 'The text.';
comment on column mail.made_at is 'When it was written.';
comment on column mail.next_at is 'When to try next.';
comment on column mail.until is 'Past this it is thrown away.';
comment on column mail.attempts is 'How often it was tried.';
comment on column mail.last_error is 'Why the last attempt failed. Null: none has.';

create table audit (
    id      bigint      not null primary key generated always as identity,
    at      timestamptz not null default now(),
    account text        not null,
    actor   text,
    action  text        not null,
    subject text        not null,
    detail  jsonb       not null default '{}'
);
create index audit_of_account on audit (account, id);
comment on table audit is 'Who did what: log-ins, changes, calls that were listened to. Append-only; it stays when the account goes.';
comment on column audit.id is 'The order.';
comment on column audit.at is 'When.';
comment on column audit.account is 'The account in which.';
comment on column audit.actor is 'The extension of the user who did it. Null: nobody who was logged in.';
comment on column audit.action is 'What: login, password_set, queue_changed, ...';
comment on column audit.subject is 'To what, as people name it: queue 7001.';
comment on column audit.detail is 'From what to what. Never a secret.';

create function refuse_change_of_audit() returns trigger language plpgsql as $$
begin
    raise exception 'what was done is never changed or deleted: the audit is append-only';
end
$$;
comment on function refuse_change_of_audit() is 'Keeps the audit append-only.';
create trigger append_only before update or delete on audit
    for each statement execute function refuse_change_of_audit();



-- --- history: what people look up, kept up from the facts

create table call_record (
    account   text        not null,
    call      text        not null,
    direction text        not null constraint call_record_direction check (direction in ('inbound', 'outbound', 'internal')),
    number    text        not null,
    name      text        not null,
    origin    text        not null,
    searched  text        not null,
    arrived   timestamptz not null,
    queue     text,
    agent     text,
    missed_by text[]      not null,
    waited    interval,
    talked    interval    not null,
    outcome   text        not null,
    ended     timestamptz,
    primary key (account, call)
);
create index call_record_arrived on call_record (account, arrived, call);
comment on table call_record is
    'Every call as the history shows it. Like the tables after it, it is made from the facts and can be made anew: empty all five.';
comment on column call_record.account is 'The account of it. No reference: what has been stays when the account goes.';
comment on column call_record.call is 'As in fact.call_id; of a call that is no queue''s, the channel of the phone.';
comment on column call_record.direction is 'Between whom it is, seen from the account.';
comment on column call_record.number is 'The number of the other side: who called, or who was called.';
comment on column call_record.name is 'The name of the other side, as the network told it.';
comment on column call_record.origin is 'Where that number is from: Internal, Toll-free, Anonymous, a state, a country.';
comment on column call_record.searched is 'What a search looks into, in small letters: number, its digits, name.';
comment on column call_record.arrived is 'From when the caller waited; of other calls, when they began.';
comment on column call_record.queue is 'The number of the last queue in which it was.';
comment on column call_record.agent is 'The extension of the last agent who had it.';
comment on column call_record.missed_by is 'The extensions of agents at whom it rang and who did not take it.';
comment on column call_record.waited is 'Until somebody had it first, or until it ended. Null: it waits.';
comment on column call_record.talked is 'All its talks together.';
comment on column call_record.outcome is 'How it ended, or what it does now. The words are in portal/history/definitions.py.';
comment on column call_record.ended is 'When. Null: it goes on.';

create table call_party (
    account text        not null,
    party   text        not null,
    call    text        not null,
    arrived timestamptz not null,
    primary key (account, party, call)
);
create index call_party_arrived on call_party (account, party, arrived, call);
comment on table call_party is 'Who had to do with a call: the queues in which it was, the agents who had it, missed it or made it.';
comment on column call_party.account is 'As in call_record.';
comment on column call_party.party is 'The number of a queue, or the extension of an agent; inside an account no two are the same.';
comment on column call_party.call is 'As in call_record.';
comment on column call_party.arrived is 'As in call_record.';

create table counted (
    seq     bigint      not null,
    account text        not null,
    at      timestamptz not null,
    kind    text        not null,
    queue   text,
    agent   text,
    call    text,
    length  interval,
    held    interval,
    in_time boolean,
    primary key (seq, kind)
);
create index counted_at on counted (account, at);
create index counted_of_agent on counted (account, agent, at) where agent is not null;
comment on table counted is 'Everything that reports count, each once, at its instant.';
comment on column counted.seq is 'The fact that says so.';
comment on column counted.account is 'As in call_record.';
comment on column counted.at is 'When it happened.';
comment on column counted.kind is 'What: offered, answered, abandoned, talk, ... The list is in portal/history/rows.py.';
comment on column counted.queue is 'The number of the queue it is about.';
comment on column counted.agent is 'The extension of the agent it is about.';
comment on column counted.call is 'As in call_record.';
comment on column counted.length is 'Of the wait, the talk or the wrap-up that has ended so.';
comment on column counted.held is 'Of a talk: for how long of it the caller was on hold.';
comment on column counted.in_time is 'Of a wait: no longer than the service level of the queue at that time.';

create table agent_span (
    account text        not null,
    agent   text        not null,
    since   timestamptz not null,
    until   timestamptz,
    status  text        not null,
    doing   text        not null,
    primary key (account, agent, since),
    constraint agent_span_brief check (until <= since + interval '24 hours')
);
create index agent_span_since on agent_span (account, since);
create index agent_span_open on agent_span (account) where until is null;
comment on table agent_span is 'What an agent was and did, without gaps, from when to when.';
comment on column agent_span.account is 'As in call_record.';
comment on column agent_span.agent is 'His extension.';
comment on column agent_span.since is 'From when.';
comment on column agent_span.until is 'Until when, within a day: a longer span is several rows. Null: still.';
comment on column agent_span.status is 'The status he had chosen.';
comment on column agent_span.doing is 'What he did: talking, wrap_up, other_call, ringing, idle, away, offline.';

create table history_progress (
    only_row boolean primary key default true check (only_row),
    seq      bigint  not null check (seq >= 0),
    memory   json    not null
);
comment on table history_progress is 'One row, or none: how far the facts have been taken into the history.';
comment on column history_progress.only_row is 'Always true: keeps the table at one row.';
comment on column history_progress.seq is 'The last fact after which what was under way is known. Rows of later facts may be there already; they are written again, the same.';
comment on column history_progress.memory is 'What was under way then.';


-- --- the second wall between accounts: what a connection of the portal can see at all

create function portal_sees(of_account text) returns boolean language sql stable as $$
    select current_setting('acd.portal', true) is distinct from 'on'
        or of_account = nullif(current_setting('acd.account', true), '')
$$;
comment on function portal_sees(text) is
    'Whether rows of this account are there for this session: for the engine and for operators all are; a connection of the '
    'portal (acd.portal is on) has those of the account that its transaction names (acd.account), and none where it names none.';

create function portal_presents(of_digest bytea) returns boolean language sql stable as $$
    select of_digest = decode(nullif(current_setting('acd.digest', true), ''), 'hex')
$$;
comment on function portal_presents(bytea) is
    'Whether this session has shown the key (acd.digest) that a row is about: so its account is found out.';

alter table account enable row level security, force row level security;
create policy own_account on account using (portal_sees(domain));
alter table number_in_use enable row level security, force row level security;
create policy own_account on number_in_use using (portal_sees(account));
alter table app_user enable row level security, force row level security;
create policy own_account on app_user using (portal_sees(account));
alter table device enable row level security, force row level security;
create policy own_account on device using (portal_sees(account));
alter table queue enable row level security, force row level security;
create policy own_account on queue using (portal_sees(account));
alter table assignment enable row level security, force row level security;
create policy own_account on assignment using (portal_sees(account));
alter table assignment_device enable row level security, force row level security;
create policy own_account on assignment_device using (portal_sees(account));
alter table supervision enable row level security, force row level security;
create policy own_account on supervision using (portal_sees(account));
alter table portal_password enable row level security, force row level security;
create policy own_account on portal_password using (portal_sees(account));
alter table portal_session enable row level security, force row level security;
create policy own_account on portal_session using (portal_sees(account) or portal_presents(digest)) with check (portal_sees(account));
alter table portal_token enable row level security, force row level security;
create policy own_account on portal_token using (portal_sees(account) or portal_presents(digest)) with check (portal_sees(account));
alter table password_reset enable row level security, force row level security;
create policy own_account on password_reset using (portal_sees(account) or portal_presents(digest)) with check (portal_sees(account));
alter table mail enable row level security, force row level security;
create policy own_account on mail using (portal_sees(account));
alter table audit enable row level security, force row level security;
create policy own_account on audit using (portal_sees(account));

create function portal_looks() returns boolean language sql stable as $$
    select current_setting('acd.portal', true) is not distinct from 'on'
$$;
comment on function portal_looks() is 'Whether this session is one of the portal, which has no business in the journal.';
alter table fact enable row level security, force row level security;
create policy not_for_the_portal on fact using (not portal_looks());
alter table snapshot enable row level security, force row level security;
create policy not_for_the_portal on snapshot using (not portal_looks());

create function portal_account() returns text language sql stable as $$
    select nullif(current_setting('acd.account', true), '')
$$;
comment on function portal_account() is
    'The account that this session names. Asked for once a statement, as below, it costs nothing for each of many rows.';
alter table call_record enable row level security, force row level security;
create policy own_account on call_record using ((select not portal_looks()) or account = (select portal_account()));
alter table call_party enable row level security, force row level security;
create policy own_account on call_party using ((select not portal_looks()) or account = (select portal_account()));
alter table counted enable row level security, force row level security;
create policy own_account on counted using ((select not portal_looks()) or account = (select portal_account()));
alter table agent_span enable row level security, force row level security;
create policy own_account on agent_span using ((select not portal_looks()) or account = (select portal_account()));
alter table history_progress enable row level security, force row level security;
create policy not_for_the_portal on history_progress using (not portal_looks());
