-- Version 3 of the database back to version 2.
-- Lost: the name of the journal, and in which epoch each fact was written.

drop trigger stale_engine_early on fact;
drop trigger stale_engine on fact;
drop trigger stale_engine_early on snapshot;
drop trigger stale_engine on snapshot;
drop function refuse_stale_engine();
drop table lease;
alter table fact drop column epoch;
