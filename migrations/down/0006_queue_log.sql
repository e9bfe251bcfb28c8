-- Version 6 of the database back to version 5.
-- Lost: the queue_log, which a later program makes anew from the facts.

drop view queue_log;
drop table queue_log_line, queue_log_progress;
drop index fact_of_caller;
