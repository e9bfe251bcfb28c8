-- Version 2 of the database back to version 1.
-- Lost: what version 1 has no word for: rules of entry, waiting, overflow, call-back, announcements and recording, statuses
-- and outbound numbers of accounts. Of the three back-offs of a queue the one after busy stays.

do $$
declare
    parks text := (select string_agg(number || ' of ' || account, ', ' order by account, number) from queue where type = 'call_park');
begin
    if parks is not null then
        raise exception 'version 1 has no call parks; take these queues away, or give them another type: %', parks;
    end if;
end
$$;

drop trigger tell_configuration_changed on account;

alter table assignment drop column confirm, drop column auto_answer;

alter table queue add column back_off interval not null default interval '5 seconds'
    constraint queue_back_off_range check (back_off between interval '0' and interval '1 hour');
comment on column queue.back_off is 'How long an agent is left alone after his phone was busy, declined or could not be reached.';
update queue set back_off = busy_back_off;
alter table queue
    drop column busy_back_off, drop column declined_back_off, drop column unreachable_back_off, drop column after_missed,
    drop column single_call_used_by, drop column agent_announcement, drop column recording, drop column max_callers,
    drop column max_expected_wait, drop column agents_required, drop column max_wait, drop column overflow_queue,
    drop column overflow_extension, drop column overflow_message, drop column leave_key, drop column callback_key,
    drop column callback_attempts, drop column callback_retry, drop column callback_ring_time, drop column place_back,
    drop column longest_behind, drop column welcome, drop column position_every, drop column expected_wait_every,
    drop column comfort, drop column comfort_every, drop column service_level;

alter table account drop column statuses, drop column outbound;

drop domain outbound_pattern, brief_interval, sound_name, phone_key, status_name;
drop type single_call_use, recording_mode;
drop function pattern_lets_pass(text, text);

-- A value cannot be taken out of a type: the type is made anew without it.
alter type queue_type rename to later_queue_type;
create type queue_type as enum ('round_robin', 'tiered_round_robin', 'ring_all', 'linear_hunt', 'linear_cascade');
comment on type queue_type is
    'The order in which phones ring. round_robin: one agent at a time, the one idle longest first. '
    'ring_all: all at once, the first answer wins. linear_hunt: one at a time in the fixed order, from the top for every call. '
    'tiered_round_robin: one at a time, the one idle longest in the lowest tier that has an untried one; a tier is a position. '
    'linear_cascade: the first group rings, and at each ring time-out the next group rings as well, until all ring.';
alter table queue
    drop constraint queue_cascade_only,
    alter column type drop default,
    alter column type type queue_type using type::text::queue_type;
alter table queue
    alter column type set default 'round_robin',
    add constraint queue_cascade_only check (first_round is null or type = 'linear_cascade');
drop type later_queue_type;
