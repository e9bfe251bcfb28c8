-- Version 7 of the database back to version 6.
-- Lost: the webhooks of accounts, the addresses of their pages about callers, and what tokens may follow of the facts.

drop policy own_account on fact;
drop function account_of_fact(text, text, jsonb);
comment on function portal_looks() is 'Whether this session is one of the portal, which has no business in the journal.';
drop table webhook;

-- A value cannot be taken out of a type: the type is made anew without it.
delete from portal_token where scopes = '{facts}';
update portal_token set scopes = array_remove(scopes, 'facts');
alter type token_scope rename to later_token_scope;
create type token_scope as enum ('read', 'status', 'calls', 'configure', 'reports');
comment on type token_scope is
    'What a program may do in the name of a user. read: see what he sees. status: change statuses and switch devices. '
    'calls: act on calls. configure: change what supervisors decide. reports: history and reports.';
alter table portal_token alter column scopes type token_scope[] using scopes::text[]::token_scope[];
drop type later_token_scope;

alter table account drop column screen_pop;
