-- The database of the call centre: what supervisors decide (configuration) and what has happened (journal).
--
-- Ids are the names people use: an account is its domain, a user and a queue are their number in the account, a device
-- is the name of its SIP user. The engine's ids are made of the same parts (`1001@demo.example`).
-- `acd` creates this schema in an empty database, and brings an older one up to it by migrations/. PostgreSQL 15 or newer.

create table schema_version (
    only_row boolean primary key default true check (only_row),
    version  integer not null check (version > 0)
);
comment on table schema_version is 'One row: which version of this schema the database has. A program older than it refuses to start.';
comment on column schema_version.only_row is 'Always true: keeps the table at one row.';
comment on column schema_version.version is 'Counts the changes of the schema from 1.';
insert into schema_version (version) values (7);


-- --- words used below

create domain dial_number as text
    constraint dial_number_digits check (value ~ '^[0-9]{2,10}$')
    constraint dial_number_not_emergency check (value not in ('000', '112', '911', '999'));
comment on domain dial_number is 'A number that can be dialled inside an account: 2 to 10 digits, never an emergency number.';

create domain display_name as text
    constraint display_name_length check (char_length(value) between 1 and 80)
    constraint display_name_printable check (value !~ '[\x01-\x1f\x7f-\x9f\u2028\u2029]');
comment on domain display_name is 'A name for people: 1 to 80 characters, no control characters, no line breaks. Shown, never interpreted.';

create domain calm_interval as interval
    constraint calm_interval_range check (value between interval '0' and interval '24 hours');
comment on domain calm_interval is 'A length of time from zero to a day.';

create domain brief_interval as interval
    constraint brief_interval_range check (value between interval '0' and interval '1 hour');
comment on domain brief_interval is 'A length of time from zero to an hour.';

create domain sound_name as text
    constraint sound_name_form check (char_length(value) <= 80 and value ~ '^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$');
comment on domain sound_name is 'A sound as Asterisk names it, without a suffix: custom/welcome.';

create domain phone_key as text
    constraint phone_key_one check (value ~ '^[0-9*#]$');
comment on domain phone_key is 'One key of a phone.';

create domain status_name as text
    constraint status_name_form check (value ~ '^[a-z][a-z0-9_]{0,39}$')
    constraint status_name_own check
        (value not in ('online', 'single_call', 'lunch', 'break', 'meeting', 'other', 'web', 'offline'));
comment on domain status_name is 'A status that an account has beside those that all have.';

create function pattern_lets_pass(pattern text, number text) returns boolean language sql immutable strict as $$
    select number ~ ('^' || replace(replace(replace(replace(
        regexp_replace(pattern, '([+*])', '\\\1', 'g'), '.', '.+'), 'X', '[0-9]'), 'Z', '[1-9]'), 'N', '[2-9]') || '$')
$$;
comment on function pattern_lets_pass(text, text) is 'Whether a pattern of outbound numbers lets this number pass.';

create domain outbound_pattern as text
    constraint outbound_pattern_form check (value ~ '^([0-9XZN+*#]|\[([0-9](-[0-9])?)+\])*\.?$' and value <> '')
    constraint outbound_pattern_not_emergency check (
        not pattern_lets_pass(value, '000') and not pattern_lets_pass(value, '112')
        and not pattern_lets_pass(value, '911') and not pattern_lets_pass(value, '999')
    );
comment on domain outbound_pattern is
    'Numbers that may be called, as a dial plan writes them: X is 0-9, Z 1-9, N 2-9, [1-35] one of these, . at the end one or '
    'more of anything, all else itself. It never lets an emergency number pass.';

create type user_role as enum ('agent', 'supervisor', 'office_manager');
comment on type user_role is
    'What a user may see and change. agent: himself. supervisor: his queues and their agents. office_manager: the whole account.';

create type queue_type as enum
    ('round_robin', 'tiered_round_robin', 'ring_all', 'linear_hunt', 'linear_cascade', 'call_park');
comment on type queue_type is
    'The order in which phones ring. round_robin: one agent at a time, the one idle longest first. '
    'ring_all: all at once, the first answer wins. linear_hunt: one at a time in the fixed order, from the top for every call. '
    'tiered_round_robin: one at a time, the one idle longest in the lowest tier that has an untried one; a tier is a position. '
    'linear_cascade: the first group rings, and at each ring time-out the next group rings as well, until all ring. '
    'call_park: nobody rings; whoever of the account dials the number gets the caller whose turn it is.';

create type single_call_use as enum ('handled', 'offered');
comment on type single_call_use is
    'What uses up the Single-Call of an agent. handled: a call in which he was connected. '
    'offered: any offer that has ended, answered or not, unless it was taken back by us.';

create type recording_mode as enum ('off', 'on', 'on_demand');
comment on type recording_mode is
    'Whether talks are recorded. off: none. on: all. on_demand: the agent begins and ends it by a key.';

create type number_use as enum ('user', 'queue');
comment on type number_use is 'What a number of an account reaches. user: the phones of a person. queue: the waiting line of a service.';


-- --- configuration

create table account (
    domain   text               primary key,
    statuses status_name[]      not null default '{}',
    outbound outbound_pattern[] not null default '{}',
    outbound_at_once        integer not null default 20
        constraint account_outbound_at_once_range check (outbound_at_once between 0 and 1000),
    outbound_per_hour       integer not null default 120
        constraint account_outbound_per_hour_range check (outbound_per_hour between 0 and 100000),
    outbound_per_day        integer not null default 600
        constraint account_outbound_per_day_range check (outbound_per_day between 0 and 100000),
    outbound_agent_at_once  integer not null default 3
        constraint account_outbound_agent_at_once_range check (outbound_agent_at_once between 0 and 1000),
    outbound_agent_per_hour integer not null default 20
        constraint account_outbound_agent_per_hour_range check (outbound_agent_per_hour between 0 and 100000),
    outbound_agent_per_day  integer not null default 100
        constraint account_outbound_agent_per_day_range check (outbound_agent_per_day between 0 and 100000),
    time_zone   text not null default 'UTC'
        constraint account_time_zone_form check (time_zone ~ '^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}$' and char_length(time_zone) <= 64),
    home_region text not null default 'US' constraint account_home_region_form check (home_region ~ '^[A-Z]{2}$'),
    screen_pop  text constraint account_screen_pop_form check (char_length(screen_pop) <= 500 and screen_pop ~ '^https?://'),
    constraint account_domain_form check (
        char_length(domain) <= 128
        and domain ~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$'
    )
);
comment on table account is 'A tenant. Nothing of one account is visible or reachable from another.';
comment on column account.domain is 'The domain that names it, in lower case: demo.example.';
comment on column account.statuses is 'Its own statuses, in their order: in each of them an agent is away.';
comment on column account.outbound is 'The numbers that may be called for it. Empty: nobody is called.';
comment on column account.outbound_at_once is 'How many calls may go out for it at once: calls back, and callers whom agents pass on to numbers outside.';
comment on column account.outbound_per_hour is 'How many may begin within an hour.';
comment on column account.outbound_per_day is 'How many may begin within 24 hours.';
comment on column account.outbound_agent_at_once is 'How many callers whom one agent has passed on outside may be there at once.';
comment on column account.outbound_agent_per_hour is 'How many he may pass on outside within an hour.';
comment on column account.outbound_agent_per_day is 'How many he may pass on outside within 24 hours.';
comment on column account.time_zone is 'The time zone, as the IANA data base names it, in which its days begin: Europe/Budapest.';
comment on column account.home_region is 'The country, by its two letters, whose numbers are written without a country code.';
comment on column account.screen_pop is 'The address of a page about a caller, with {number} and the like in it, which agents open by a click. Null: none.';

create table number_in_use (
    account  text        not null references account on delete cascade,
    number   dial_number not null,
    used_for number_use  not null,
    primary key (account, number)
);
comment on table number_in_use is
    'Every number of an account, once: a user and a queue cannot share one. Kept by triggers on app_user and queue, never written by hand.';
comment on column number_in_use.account is 'The account in which it is dialled.';
comment on column number_in_use.number is 'The digits.';
comment on column number_in_use.used_for is 'What it reaches.';

create table app_user (
    account   text         not null references account on delete cascade,
    extension dial_number  not null,
    name      display_name not null,
    role      user_role    not null default 'agent',
    email     text constraint app_user_email_form
        check (char_length(email) <= 254 and email ~ '^[^@[:space:][:cntrl:]<>,;:"]+@[A-Za-z0-9.-]+$'),
    primary key (account, extension)
);
comment on table app_user is 'A person with an extension. He is an agent of the queues that assignment names.';
comment on column app_user.account is 'The account he belongs to.';
comment on column app_user.extension is 'The number that reaches him directly.';
comment on column app_user.name is 'His name, as others see it on their phones.';
comment on column app_user.role is 'What he may see and change.';
comment on column app_user.email is 'Where a link for a new password is sent. Null: nowhere.';

create table device (
    name    text not null primary key,
    account text not null,
    owner   dial_number not null,
    secret  text not null,
    foreign key (account, owner) references app_user (account, extension) on delete cascade,
    unique (account, owner, name),
    constraint device_name_form check (name ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$'),
    constraint device_secret_form check (secret ~ '^[!-~]{8,64}$')
);
create unique index device_name_any_case on device (lower(name));
comment on table device is 'A phone of a user: one SIP endpoint. Its name is unique over all accounts, because it is the SIP user name.';
comment on column device.name is 'The SIP user name: letters, digits, _ and -. Two names may not differ by capitals only.';
comment on column device.account is 'The account of its owner.';
comment on column device.owner is 'The extension of the user whose phone it is.';
comment on column device.secret is 'The SIP password, readable because Asterisk must know it. 8 to 64 printable ASCII characters without spaces.';

create table queue (
    account    text         not null references account on delete cascade,
    number     dial_number  not null,
    name       display_name not null,
    type       queue_type   not null default 'round_robin',
    priority   integer      not null default 1 constraint queue_priority_range check (priority between 1 and 1000),

    -- agents
    wrap_up              calm_interval   not null default interval '0',
    wrap_up_mandatory    boolean         not null default false,
    ring_time            interval        not null default interval '20 seconds'
        constraint queue_ring_time_range check (ring_time between interval '1 second' and interval '1 hour'),
    busy_back_off        brief_interval  not null default interval '5 seconds',
    declined_back_off    brief_interval  not null default interval '5 seconds',
    unreachable_back_off brief_interval  not null default interval '5 seconds',
    after_missed         integer         constraint queue_after_missed_range check (after_missed between 1 and 100),
    single_call_used_by  single_call_use not null default 'handled',
    first_round          integer         constraint queue_first_round_range check (first_round between 1 and 1000),
    increment            integer         constraint queue_increment_range check (increment between 1 and 1000),
    agent_announcement   sound_name,
    recording            recording_mode  not null default 'off',

    -- callers
    max_callers          integer        constraint queue_max_callers_range check (max_callers between 1 and 10000),
    max_expected_wait    calm_interval,
    agents_required      integer        not null default 0
        constraint queue_agents_required_range check (agents_required between 0 and 1000),
    max_wait             calm_interval,
    overflow_queue       dial_number,
    overflow_extension   dial_number,
    overflow_message     sound_name,
    leave_key            phone_key,
    callback_key         phone_key,
    callback_attempts    integer        constraint queue_callback_attempts_range check (callback_attempts between 1 and 20),
    callback_retry       calm_interval,
    callback_ring_time   interval
        constraint queue_callback_ring_time_range check (callback_ring_time between interval '5 seconds' and interval '2 minutes'),
    place_back           calm_interval,
    longest_behind       calm_interval,
    welcome              sound_name,
    position_every       brief_interval,
    expected_wait_every  brief_interval,
    comfort              sound_name[]   not null default '{}',
    comfort_every        brief_interval,
    service_level        brief_interval not null default interval '60 seconds',

    constraint queue_cascade_numbers check ((first_round is null) = (increment is null)),
    constraint queue_cascade_only check (first_round is null or type = 'linear_cascade'),
    constraint queue_overflow_one check (num_nonnulls(overflow_queue, overflow_extension, overflow_message) <= 1),
    constraint queue_callback_whole check
        (num_nonnulls(callback_key, callback_attempts, callback_retry, callback_ring_time) in (0, 4)),
    constraint queue_keys_differ check (leave_key <> callback_key),
    constraint queue_comfort_whole check ((cardinality(comfort) = 0) = (comfort_every is null)),
    constraint queue_times_positive check (
        least(max_expected_wait, max_wait, callback_retry, place_back, longest_behind) > interval '0'
        and least(position_every, expected_wait_every, comfort_every, service_level) > interval '0'
    ),
    primary key (account, number),
    constraint queue_overflow_queue_fkey foreign key (account, overflow_queue) references queue (account, number)
        on delete set null (overflow_queue) deferrable initially deferred,
    constraint queue_overflow_extension_fkey foreign key (account, overflow_extension) references app_user
        on delete set null (overflow_extension) deferrable initially deferred
);
create index queue_of_overflow_queue on queue (account, overflow_queue) where overflow_queue is not null;
create index queue_of_overflow_extension on queue (account, overflow_extension) where overflow_extension is not null;
comment on table queue is 'Callers waiting for the same service, and its rules.';
comment on column queue.account is 'The account it belongs to.';
comment on column queue.number is 'The number callers dial to reach it.';
comment on column queue.name is 'Its name, shown to agents when a call of it rings.';
comment on column queue.type is 'The order in which phones ring.';
comment on column queue.priority is 'Which queue an agent serves first when several have callers: 1 before 2.';
comment on column queue.wrap_up is 'How long an agent is offered nothing after a call of this queue.';
comment on column queue.wrap_up_mandatory is 'Whether the agent can end his wrap-up early (false) or not (true).';
comment on column queue.ring_time is 'How long one offer rings before it counts as not answered.';
comment on column queue.busy_back_off is 'How long an agent is left alone after his phone was busy.';
comment on column queue.declined_back_off is 'How long an agent is left alone after he declined.';
comment on column queue.unreachable_back_off is 'How long an agent is left alone after his phone could not be reached.';
comment on column queue.after_missed is 'So many missed offers in a row take an agent Offline. Null: no number does.';
comment on column queue.single_call_used_by is 'What uses up the Single-Call of an agent.';
comment on column queue.first_round is 'Linear cascade: how many agents ring first. Null: the agents of the lowest position.';
comment on column queue.increment is 'Linear cascade: how many agents ring as well after each ring time. Null where first_round is.';
comment on column queue.agent_announcement is
    'What names the queue to the agent, followed by how long the caller has waited, before the two are joined. Null: neither is said.';
comment on column queue.recording is 'Whether talks are recorded.';
comment on column queue.max_callers is 'So many callers wait at most; who comes then overflows. Null: any number.';
comment on column queue.max_expected_wait is 'Who would probably wait longer than this overflows at once. Null: nobody does.';
comment on column queue.agents_required is 'A caller is let in only while so many agents at least take calls of this queue, free or not.';
comment on column queue.max_wait is 'Who has waited here for so long overflows. Null: nobody does.';
comment on column queue.overflow_queue is 'Where callers go whom this queue does not keep: the number of another queue.';
comment on column queue.overflow_extension is 'Where callers go whom this queue does not keep: the extension of a user.';
comment on column queue.overflow_message is
    'What callers hear, before they are hung up, whom this queue does not keep. None of the three: a message of ours.';
comment on column queue.leave_key is 'The key with which a caller overflows by himself. Null: there is none.';
comment on column queue.callback_key is 'The key with which a caller asks to be called back. Null: nobody is.';
comment on column queue.callback_attempts is 'How often he is called before he is given up.';
comment on column queue.callback_retry is 'From one attempt to the next.';
comment on column queue.callback_ring_time is 'How long his phone rings.';
comment on column queue.place_back is
    'Who hung up while waiting, and calls again within this time, has his old place. Null: he has not.';
comment on column queue.longest_behind is 'Who has waited for so long goes before all priorities. Null: nobody does.';
comment on column queue.welcome is 'What a caller hears once, when he begins to wait. Null: nothing.';
comment on column queue.position_every is 'How often he is told how many are before him, first after the welcome. Null: never.';
comment on column queue.expected_wait_every is 'How often he is told how long it will probably take, likewise. Null: never.';
comment on column queue.comfort is 'What he hears while he waits, in turn, one each time comfort_every has passed.';
comment on column queue.comfort_every is 'The time from one comfort message to the next. Null: there are none.';
comment on column queue.service_level is 'The wait within which an answer counts as good service.';

create table assignment (
    account     text        not null,
    agent       dial_number not null,
    queue       dial_number not null,
    position    integer     not null default 1 constraint assignment_position_range check (position between 1 and 1000),
    priority    integer     constraint assignment_priority_range check (priority between 1 and 1000),
    wrap_up     calm_interval,
    max_calls   integer     not null default 1 constraint assignment_max_calls_range check (max_calls between 1 and 100),
    all_devices boolean     not null default true,
    confirm     boolean     not null default false,
    auto_answer boolean     not null default false,
    primary key (account, agent, queue),
    foreign key (account, agent) references app_user (account, extension) on delete cascade,
    foreign key (account, queue) references queue (account, number) on delete cascade
);
create index assignment_of_queue on assignment (account, queue);
comment on table assignment is 'One agent in one queue of the same account.';
comment on column assignment.account is 'The account of both.';
comment on column assignment.agent is 'The extension of the user.';
comment on column assignment.queue is 'The number of the queue.';
comment on column assignment.position is 'His place in fixed orders, lowest first; equal places are told apart by the extension.';
comment on column assignment.priority is 'How early he serves this queue, 1 before 2. Null: the priority of the queue.';
comment on column assignment.wrap_up is 'His wrap-up after a call of this queue. Null: that of the queue.';
comment on column assignment.max_calls is 'He is offered a call of this queue while he has fewer calls in hand than this, of any kind.';
comment on column assignment.all_devices is 'True: all his phones ring for this queue. False: those in assignment_device.';
comment on column assignment.confirm is 'Whether picking up is not enough: he must press 1 to take the call.';
comment on column assignment.auto_answer is 'Whether his phones are asked to pick up by themselves.';

create table assignment_device (
    account text        not null,
    agent   dial_number not null,
    queue   dial_number not null,
    device  text        not null,
    primary key (account, agent, queue, device),
    foreign key (account, agent, queue) references assignment on delete cascade,
    foreign key (account, agent, device) references device (account, owner, name) on delete cascade
);
create index assignment_device_of_device on assignment_device (account, agent, device);
comment on table assignment_device is 'Which phones of the agent ring for a queue, where that is not all of them. Only his own can be named.';
comment on column assignment_device.account is 'The account of all three.';
comment on column assignment_device.agent is 'The extension of the agent, who owns the device.';
comment on column assignment_device.queue is 'The number of the queue.';
comment on column assignment_device.device is 'The name of the phone.';

create function claim_number() returns trigger language plpgsql as $$
declare
    number_column constant text := tg_argv[0];
    use constant number_use := tg_argv[1]::number_use;
begin
    if tg_op in ('UPDATE', 'DELETE') then
        delete from number_in_use where account = old.account and number = to_jsonb(old) ->> number_column;
    end if;
    if tg_op in ('INSERT', 'UPDATE') then
        insert into number_in_use (account, number, used_for) values (new.account, to_jsonb(new) ->> number_column, use);
    end if;
    return null;
end
$$;
comment on function claim_number() is 'Keeps number_in_use. Arguments: the column with the number, what it is used for.';

create trigger claim_number after insert or delete or update of account, extension on app_user
    for each row execute function claim_number('extension', 'user');
create trigger claim_number after insert or delete or update of account, number on queue
    for each row execute function claim_number('number', 'queue');

create function tell_configuration_changed() returns trigger language plpgsql as $$
begin
    -- Equal notices of one transaction arrive as one.
    perform pg_notify('acd_configuration', '');
    return null;
end
$$;
comment on function tell_configuration_changed() is
    'Tells the engine to read the configuration again: channel acd_configuration, once per transaction, at its commit.';

create trigger tell_configuration_changed after insert or update or delete on account
    for each statement execute function tell_configuration_changed();
create trigger tell_configuration_changed after insert or update or delete on app_user
    for each statement execute function tell_configuration_changed();
create trigger tell_configuration_changed after insert or update or delete on device
    for each statement execute function tell_configuration_changed();
create trigger tell_configuration_changed after insert or update or delete on queue
    for each statement execute function tell_configuration_changed();
create trigger tell_configuration_changed after insert or update or delete on assignment
    for each statement execute function tell_configuration_changed();
create trigger tell_configuration_changed after insert or update or delete on assignment_device
    for each statement execute function tell_configuration_changed();


-- --- journal

create table fact (
    seq      bigint      not null primary key check (seq > 0),
    at       timestamptz not null,
    kind     text        not null,
    call_id  text,
    agent_id text,
    queue_id text,
    body     jsonb       not null,
    epoch    bigint      default nullif(current_setting('acd.epoch', true), '')::bigint
);
create index fact_of_call on fact (call_id, seq) where call_id is not null;
create index fact_of_agent on fact (agent_id, seq) where agent_id is not null;
create index fact_of_queue on fact (queue_id, seq) where queue_id is not null;
create index fact_at on fact using brin (at);
create index fact_of_caller on fact ((body -> 'caller' ->> 'number'), seq) where kind in ('call_queued', 'entry_refused');
comment on table fact is
    'Everything the engine has decided, in order, and nothing else: state, history, reports and explanations come from these rows. Append-only.';
comment on column fact.seq is 'The order, without gaps, given by the engine.';
comment on column fact.at is 'The instant at which it became true.';
comment on column fact.kind is 'What it is: call_queued, offer_made, offer_ended, ... The list is in acd/journal.py.';
comment on column fact.call_id is 'The call it is about (the id of the channel of the caller), where there is one.';
comment on column fact.agent_id is 'The agent it is about, as extension@account.';
comment on column fact.queue_id is 'The queue it is about, as number@account.';
comment on column fact.body is 'All its fields. Instants as RFC 3339, lengths of time as ISO 8601 (they cast to timestamptz and interval).';
comment on column fact.epoch is 'The epoch of the lease in which it was written; null in facts that are older than leases.';

create function refuse_change_of_fact() returns trigger language plpgsql as $$
begin
    raise exception 'facts are never changed or deleted: the journal is append-only';
end
$$;
comment on function refuse_change_of_fact() is 'Keeps the journal append-only.';
create trigger append_only before update or delete on fact
    for each statement execute function refuse_change_of_fact();

create table snapshot (
    seq      bigint      not null primary key check (seq >= 0),
    taken_at timestamptz not null default now(),
    body     json        not null
);
comment on table snapshot is
    'The state of the engine after a fact, so that a start need not replay the whole journal. Can be deleted at any time: the journal gives the same.';
comment on column snapshot.seq is 'The last fact it contains.';
comment on column snapshot.taken_at is 'When it was written.';
comment on column snapshot.body is 'The state, as the program that wrote it keeps it (json: the order of its keys stays). One that cannot be read is passed over.';

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


-- --- the portal: who may come in, and what he did

create type token_scope as enum ('read', 'status', 'calls', 'configure', 'reports', 'facts');
comment on type token_scope is
    'What a program may do in the name of a user. read: see what he sees. status: change statuses and switch devices. '
    'calls: act on calls. configure: change what supervisors decide. reports: history and reports. '
    'facts: follow everything that happens in the account.';

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
alter table webhook enable row level security, force row level security;
create policy own_account on webhook using (portal_sees(account));

create function portal_looks() returns boolean language sql stable as $$
    select current_setting('acd.portal', true) is not distinct from 'on'
$$;
comment on function portal_looks() is 'Whether this session is one of the portal, which sees of the journal the facts of one account alone.';
alter table fact enable row level security, force row level security;
create policy not_for_the_portal on fact using (not portal_looks());
alter table snapshot enable row level security, force row level security;
create policy not_for_the_portal on snapshot using (not portal_looks());

create function portal_account() returns text language sql stable as $$
    select nullif(current_setting('acd.account', true), '')
$$;
comment on function portal_account() is
    'The account that this session names. Asked for once a statement, as below, it costs nothing for each of many rows.';
create function account_of_fact(queue_id text, agent_id text, body jsonb) returns text language sql immutable as $$
    select coalesce(nullif(split_part(coalesce(queue_id, agent_id), '@', 2), ''), body ->> 'account')
$$;
comment on function account_of_fact(text, text, jsonb) is
    'Whose a fact is: the account of its queue or agent. Null: it is about a phone alone, or about the whole.';
create policy own_account on fact for select using (account_of_fact(queue_id, agent_id, body) = (select portal_account()));
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


-- --- queue_log: for tools that read what Asterisk's own queues write

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
