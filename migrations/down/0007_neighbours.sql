-- Version 7 of the database back to version 6.
-- Lost: webhooks, addresses of pages about callers, and tokens that may do nothing but follow the facts.

drop policy own_account on fact;
drop function account_of_fact(text, text, jsonb);
comment on function portal_looks() is 'Whether this session is one of the portal, which has no business in the journal.';

drop table webhook;

delete from portal_token where scopes <@ '{facts}';
update portal_token set scopes = array_remove(scopes, 'facts') where 'facts' = any(scopes);
alter table portal_token drop constraint portal_token_scopes_some;
alter type token_scope rename to token_scope_of_7;
create type token_scope as enum ('read', 'status', 'calls', 'configure', 'reports');
comment on type token_scope is
    'What a program may do in the name of a user. read: see what he sees. status: change statuses and switch devices. '
    'calls: act on calls. configure: change what supervisors decide. reports: history and reports.';
alter table portal_token alter column scopes type token_scope[] using scopes::text[]::token_scope[];
alter table portal_token add constraint portal_token_scopes_some check (cardinality(scopes) > 0);
drop type token_scope_of_7;

alter table account drop column screen_pop;
