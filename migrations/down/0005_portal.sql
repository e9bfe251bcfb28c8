-- Version 5 of the database back to version 4.
-- Lost: all that the portal keeps (passwords, sessions, tokens, unsent mails, the audit, which queues a supervisor has),
-- mail addresses of users, time zones and countries of accounts, and the history, which a later program makes anew.

drop policy own_account on account;
alter table account no force row level security, disable row level security;
drop policy own_account on number_in_use;
alter table number_in_use no force row level security, disable row level security;
drop policy own_account on app_user;
alter table app_user no force row level security, disable row level security;
drop policy own_account on device;
alter table device no force row level security, disable row level security;
drop policy own_account on queue;
alter table queue no force row level security, disable row level security;
drop policy own_account on assignment;
alter table assignment no force row level security, disable row level security;
drop policy own_account on assignment_device;
alter table assignment_device no force row level security, disable row level security;
drop policy not_for_the_portal on fact;
alter table fact no force row level security, disable row level security;
drop policy not_for_the_portal on snapshot;
alter table snapshot no force row level security, disable row level security;

drop table
    supervision, portal_password, portal_session, portal_token, password_reset, mail, audit,
    call_record, call_party, counted, agent_span, history_progress;
drop type token_scope;
drop function refuse_change_of_audit(), portal_sees(text), portal_presents(bytea), portal_looks(), portal_account();

alter table app_user drop column email;
alter table account drop column time_zone, drop column home_region;
