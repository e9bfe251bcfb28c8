-- Version 1 of the database to version 2: the rules of entry, waiting, overflow, call-back, announcements and recording.
-- `acd` carries it out by itself, in one transaction, where it finds version 1. What it makes is what schema.sql makes.

alter type queue_type add value 'call_park';

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

create type single_call_use as enum ('handled', 'offered');
comment on type single_call_use is
    'What uses up the Single-Call of an agent. handled: a call in which he was connected. '
    'offered: any offer that has ended, answered or not, unless it was taken back by us.';

create type recording_mode as enum ('off', 'on', 'on_demand');
comment on type recording_mode is
    'Whether talks are recorded. off: none. on: all. on_demand: the agent begins and ends it by a key.';

alter table account
    add column statuses status_name[]      not null default '{}',
    add column outbound outbound_pattern[] not null default '{}';

alter table queue
    add column busy_back_off        brief_interval  not null default interval '5 seconds',
    add column declined_back_off    brief_interval  not null default interval '5 seconds',
    add column unreachable_back_off brief_interval  not null default interval '5 seconds',
    add column after_missed         integer         constraint queue_after_missed_range check (after_missed between 1 and 100),
    add column single_call_used_by  single_call_use not null default 'handled',
    add column agent_announcement   sound_name,
    add column recording            recording_mode  not null default 'off',
    add column max_callers          integer        constraint queue_max_callers_range check (max_callers between 1 and 10000),
    add column max_expected_wait    calm_interval,
    add column agents_required      integer        not null default 0
        constraint queue_agents_required_range check (agents_required between 0 and 1000),
    add column max_wait             calm_interval,
    add column overflow_queue       dial_number,
    add column overflow_extension   dial_number,
    add column overflow_message     sound_name,
    add column leave_key            phone_key,
    add column callback_key         phone_key,
    add column callback_attempts    integer
        constraint queue_callback_attempts_range check (callback_attempts between 1 and 20),
    add column callback_retry       calm_interval,
    add column callback_ring_time   interval
        constraint queue_callback_ring_time_range check (callback_ring_time between interval '5 seconds' and interval '2 minutes'),
    add column place_back           calm_interval,
    add column longest_behind       calm_interval,
    add column welcome              sound_name,
    add column position_every       brief_interval,
    add column expected_wait_every  brief_interval,
    add column comfort              sound_name[]   not null default '{}',
    add column comfort_every        brief_interval,
    add column service_level        brief_interval not null default interval '60 seconds';

-- There was one back-off for three reasons.
update queue set busy_back_off = back_off, declined_back_off = back_off, unreachable_back_off = back_off;

alter table queue
    drop column back_off,
    add constraint queue_overflow_one check (num_nonnulls(overflow_queue, overflow_extension, overflow_message) <= 1),
    add constraint queue_callback_whole check
        (num_nonnulls(callback_key, callback_attempts, callback_retry, callback_ring_time) in (0, 4)),
    add constraint queue_keys_differ check (leave_key <> callback_key),
    add constraint queue_comfort_whole check ((cardinality(comfort) = 0) = (comfort_every is null)),
    add constraint queue_times_positive check (
        least(max_expected_wait, max_wait, callback_retry, place_back, longest_behind) > interval '0'
        and least(position_every, expected_wait_every, comfort_every, service_level) > interval '0'
    ),
    add constraint queue_overflow_queue_fkey foreign key (account, overflow_queue) references queue (account, number)
        on delete set null (overflow_queue) deferrable initially deferred,
    add constraint queue_overflow_extension_fkey foreign key (account, overflow_extension) references app_user
        on delete set null (overflow_extension) deferrable initially deferred;
create index queue_of_overflow_queue on queue (account, overflow_queue) where overflow_queue is not null;
create index queue_of_overflow_extension on queue (account, overflow_extension) where overflow_extension is not null;

alter table assignment
    add column confirm     boolean not null default false,
    add column auto_answer boolean not null default false;

create trigger tell_configuration_changed after insert or update or delete on account
    for each statement execute function tell_configuration_changed();

comment on type queue_type is
    'The order in which phones ring. round_robin: one agent at a time, the one idle longest first. '
    'ring_all: all at once, the first answer wins. linear_hunt: one at a time in the fixed order, from the top for every call. '
    'tiered_round_robin: one at a time, the one idle longest in the lowest tier that has an untried one; a tier is a position. '
    'linear_cascade: the first group rings, and at each ring time-out the next group rings as well, until all ring. '
    'call_park: nobody rings; whoever of the account dials the number gets the caller whose turn it is.';
comment on column account.statuses is 'Its own statuses, in their order: in each of them an agent is away.';
comment on column account.outbound is 'The numbers that may be called for it. Empty: nobody is called.';
comment on column queue.busy_back_off is 'How long an agent is left alone after his phone was busy.';
comment on column queue.declined_back_off is 'How long an agent is left alone after he declined.';
comment on column queue.unreachable_back_off is 'How long an agent is left alone after his phone could not be reached.';
comment on column queue.after_missed is 'So many missed offers in a row take an agent Offline. Null: no number does.';
comment on column queue.single_call_used_by is 'What uses up the Single-Call of an agent.';
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
comment on column assignment.confirm is 'Whether picking up is not enough: he must press 1 to take the call.';
comment on column assignment.auto_answer is 'Whether his phones are asked to pick up by themselves.';
