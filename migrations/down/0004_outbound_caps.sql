-- Version 4 of the database back to version 3.
-- Lost: how many calls may go out, for each account and its agents.

alter table account
    drop column outbound_at_once,
    drop column outbound_per_hour,
    drop column outbound_per_day,
    drop column outbound_agent_at_once,
    drop column outbound_agent_per_hour,
    drop column outbound_agent_per_day;
