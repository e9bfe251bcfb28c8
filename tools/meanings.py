"""What `reference.py` cannot know from the code: the words above each table, and of some keys what they mean.

A meaning may end in "None: …", what holds where the key is left out and there is no default.
"""

from typing import Final

INTRODUCTIONS: Final = {
    "settings": """\
# Every setting of the engine

What `acd run --settings FILE` reads: where database and Asterisk are, where it listens, what it logs. The call centre
itself (queues, agents, phones) is not set here; it stands in [a centre's file](centre-file.md), or is changed on the
pages.

* The file is TOML. Every key can be given in the environment instead, which wins: `[ari] password` is
  `ACD__ARI__PASSWORD`.
* A secret may stand in a file of its own, whose name is given: `password_file = "/etc/acd/ari.secret"`, or
  `ACD__ARI__PASSWORD_FILE`. Its last line end does not count.
* All faults are told at once, each with its place and what would be right, and the engine does not start. It reads
  the file once, when it starts.
""",
    "settings.database": """\
A PostgreSQL of version 15 or newer.
""",
    "settings.ari": """\
Asterisk's REST interface: the user in its `ari.conf`.
""",
    "settings.web": """\
Health and metrics, for operators.
""",
    "settings.portal": """\
The pages. Without this section there are none. See [the engine's address](operating.md#the-pages).
""",
    "settings.queue_log": """\
For report tools made for app_queue: see [queue_log](operating.md#queue_log).
""",
    "settings.star_codes": """\
What is dialled for each action. Agents find the usual ones on [one page](star-codes.md).
""",
    "centre-file": """\
# Every key of a centre's file

What `acd up FILE`, `acd apply FILE` and `acd simulate FILE` read: one account with its people, phones and queues.
`examples/demo.toml` is such a file, with every rule shown once; change that.

* The file is TOML. Numbers to dial stand in quotes: `"1001"`. Lengths of time carry their unit: `"20s"`, `"1m30s"`,
  `"2h"`.
* A mistake changes nothing: every fault is told with its line and how to mend it.
* `acd apply` may be run again and again, while calls go on: it makes the centre equal to the file and says what it
  changed.
""",
    "centre-file.account": """\
The centre as a whole; once.
""",
    "centre-file.users": """\
People. Everybody has an extension and can be called directly.
""",
    "centre-file.devices": """\
Phones. A person may have several: they ring together, and the first to answer wins.
""",
    "centre-file.queues": """\
What customers dial, and by which rules they are served. All of them are in force at once when they are changed, for
callers who wait already, too.
""",
    "centre-file.queues.overflow": """\
Exactly one of these.
""",
    "centre-file.queues.callback": """\
The key with which a caller hangs up, keeps his place and is called back.
""",
    "centre-file.queues.announcements": """\
What a waiting caller hears beside the music. Sounds are named as Asterisk names them, without `.wav`.
""",
    "centre-file.assignments": """\
Who answers which queue.
""",
    "centre-file.simulation": """\
This table and those below are for `acd simulate` alone; `acd apply` passes over them.
""",
    "centre-file.traffic": """\
Who calls. Several kinds of callers of one queue are several entries. A length of time is the same for everybody
(`"3m"`), or drawn: `{ type = "exponential", mean = "3m" }`, or `"log_normal"` with a `deviation` too.
""",
    "centre-file.shifts": """\
Who is there to answer. Without any, all agents of the queues are, all day.
""",
    "commands": """\
# Every command

`acd` by itself lists them, `acd COMMAND --help` says the same as this page. Exit codes, where a command names no
others: 0 done, 1 something outside is not as it must be, 2 what was given is wrong.
""",
}

MEANINGS: Final = {
    "database.url": "Its address with user and password. The user owns the database and is no superuser.",
    "ari.url": "Where Asterisk's HTTP server listens.",
    "ari.user": "The user in `ari.conf`.",
    "ari.password": "His password.",
    "ari.app": "The Stasis application; the dial plan names it too.",
    "web.bind": "The address that `/metrics`, `/healthz` and `/readyz` listen on.",
    "web.port": "Their port.",
    "portal.bind": "The address that the pages listen on; a proxy in front of them speaks https.",
    "portal.port": "Their port.",
    "portal.mail_folder": "Where mails are put as files, instead of being sent. Either this or `smtp_url` is needed.",
    "portal.smtp_url": "The server that sends mails.",
    "log.level": "What is less important than this is not told.",
    "log.format": "`auto` is readable on a terminal, else JSON.",
    "account.domain": "The name of the whole centre; people are `1001@demo.example`.",
    "account.outbound": "Patterns of the numbers that may be called, by call-backs and by agents who pass a caller "
    "on: X is 0-9, Z 1-9, N 2-9, `[1-35]` one of these, `.` at the end one or more of anything. "
    "Numbers abroad (00, +), of satellites and dear services (0900) pass only by a pattern that "
    "begins with these very digits. None: nobody is called.",
    "account.outbound_at_once": "So many such calls at most at the same time.",
    "account.outbound_per_hour": "And so many in an hour.",
    "account.outbound_per_day": "And so many in 24 hours.",
    "account.outbound_agent_at_once": "Likewise, for what one agent passes on.",
    "account.outbound_agent_per_hour": "Likewise.",
    "account.outbound_agent_per_day": "Likewise.",
    "users.extension": "The number under which colleagues call him.",
    "users.name": "As people see it.",
    "users.role": "What he may see and change: himself; the queues that he `supervises` and their agents; the "
    "whole account.",
    "devices.name": "The SIP user name.",
    "devices.owner": "The extension of the person whose phone it is.",
    "devices.password": "The SIP password. None: one is made and kept.",
    "queues.number": "What is dialled for it.",
    "queues.name": "As people see it.",
    "queues.type": "The order in which phones ring. `round_robin`: one at a time, the agent idle longest "
    "first. `tiered_round_robin`: the same among those of the lowest `order`, then among the "
    "next. `ring_all`: all at once; the first answer wins. `linear_hunt`: one at a time by "
    "`order`, from the top for every call. `linear_cascade`: the first group rings, after each "
    "`ring_time` the next one as well. `call_park`: nobody rings; whoever dials the queue's "
    "number gets the caller who waits longest.",
    "queues.wrap_up": "How long an agent is left alone after a call.",
    "queues.back_off": "How long an agent is left alone who was busy, declined or could not be reached. It stands "
    "for all three of the following, each of which may say otherwise.",
    "queues.busy_back_off": "After his phone was busy. None: `back_off`.",
    "queues.declined_back_off": "After he declined. None: `back_off`.",
    "queues.unreachable_back_off": "After his phone could not be reached. None: `back_off`.",
    "queues.single_call_used_by": 'What uses up "available for one call": a call that he has handled, or any offer.',
    "queues.increment": "Linear cascade: how many ring as well after each ring time. None: those of the next order "
    "number.",
    "queues.place_back": "Who hung up while waiting, and calls again within this time, has his old place. None: "
    "nobody has.",
    "queues.callback": "See [below](#callback-of-a-queue). None: nobody is called back.",
    "queues.announcements": "See [below](#announcements-of-a-queue).",
    "queues.recording": "Whether talks are recorded: never, always, or when the agent presses `*1`.",
    "queues.overflow.queue": "Another queue; the caller keeps his time of arrival.",
    "queues.overflow.extension": "A person.",
    "queues.overflow.message": "A sound; the caller hears it and is hung up.",
    "queues.announcements.comfort_every": "The interval of `comfort`.",
    "assignments.agent": "His extension.",
    "assignments.queue": "Its number.",
    "assignments.priority": "Which of his queues he serves first, 1 before 2. None: the queue's.",
    "assignments.wrap_up": "His own. None: the queue's.",
    "simulation.opens": 'The time of day at which the simulation begins. None: `"00:00"`.',
    "traffic.queue": "Its number.",
    "traffic.calls_per_hour": "How many call in an hour, in the mean; or a list of 24, one for each hour from midnight "
    "on.",
    "traffic.talk": "How long they talk.",
    "traffic.patience": 'When they give up; `"endless"` too.',
    "traffic.priority": "Smaller goes first. None: last.",
    "shifts.agents": "Their extensions. None: all agents of the queues.",
    "shifts.from": 'When it begins. None: `"00:00"`.',
    "shifts.to": 'When it ends; earlier than `from` is the next day. None: `"24:00"`.',
    "shifts.answers_after": "How long a phone rings before he picks up.",
}
