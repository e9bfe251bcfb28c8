"""Every fault of a centre's file, with its place and the mend, word for word."""

import pytest

from tests.unit.centre_files import GOOD, faults_of

NO_7001 = 'line 26, assignments[1].queue: there is no queue "7001"; add the queue first'


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        # references
        (
            'queue = "7001"',
            'queue = "7002"',
            'line 26, assignments[1].queue: there is no queue "7002"; did you mean "7001"?',
        ),
        (
            'queue = "7001"',
            'queue = "1001"',
            'line 26, assignments[1].queue: there is no queue "1001", it is the number of users[1] (line 4); '
            'did you mean "7001"?',
        ),
        (
            'agent = "1001"',
            'agent = "2222"',
            'line 25, assignments[1].agent: there is no user "2222"; the users are 1001, 1002',
        ),
        (
            'agent = "1001"',
            'agent = "7001"',
            'line 25, assignments[1].agent: there is no user "7001", it is the number of queues[1] (line 20); '
            'did you mean "1001"? The users are 1001, 1002',
        ),
        (
            'name = "1002-desk"\nowner = "1002"',
            'name = "1002-desk"\nowner = "1022"',
            'line 18, devices[2].owner: there is no user "1022"; did you mean "1002"? The users are 1001, 1002',
        ),
        (
            'name = "1002-desk"\nowner = "1002"',
            'name = "1002-desk"',
            "line 16, devices[2].owner: is missing; add owner = …",
        ),
        (
            'queue = "7001"',
            'queue = "7001"\ndevices = ["1002-desk"]',
            'line 27, assignments[1].devices: "1002-desk" is a phone of 1002, not of 1001; his phones are 1001-desk',
        ),
        (
            'queue = "7001"',
            'queue = "7001"\ndevices = ["1001-dsek"]',
            'line 27, assignments[1].devices: there is no device "1001-dsek"; did you mean "1001-desk"?',
        ),
        (
            'queue = "7001"',
            'queue = "7001"\ndevices = []',
            "line 27, assignments[1].devices: the list is empty, so nothing would ring; "
            "leave the key out to let all his phones ring",
        ),
        (
            'queue = "7001"',
            'queue = "7001"\ndevices = "1001-desk"',
            'line 27, assignments[1].devices: "1001-desk" is no list; write one like ["1001-desk", "1001-soft"]',
        ),
        # the portal
        (
            'name = "Anna"',
            'name = "Anna"\nsupervises = ["7009"]',
            'line 7, users[1].supervises: there is no queue "7009"; did you mean "7001"?',
        ),
        (
            'name = "Anna"',
            'name = "Anna"\nsupervises = ["7001", "7001"]',
            'line 7, users[1].supervises: "7001" stands there twice; leave one of the two',
        ),
        (
            'name = "Anna"',
            'name = "Anna"\nemail = "anna@demo example"',
            'line 7, users[1].email: "anna@demo example" is no mail address; write one like "anna@example.com"',
        ),
        (
            'name = "Anna"',
            'name = "Anna"\nfirst_portal_password = "short"',
            "line 7, users[1].first_portal_password: the password cannot be used; use 10 to 200 characters",
        ),
        (
            "[account]",
            '[account]\ntime_zone = "Europe/Bern"',
            'line 2, account.time_zone: there is no time zone "Europe/Bern"; did you mean "Europe/Berlin"?',
        ),
        (
            "[account]",
            '[account]\nscreen_pop = "https://crm.example.com/{tel}"',
            'line 2, account.screen_pop: "https://crm.example.com/{tel}" cannot be used: '
            "there is nothing to put into {tel}; there are {number}, {name}, {queue}, {queue_name}, {call}, {agent}",
        ),
        (
            "[account]",
            '[account]\nhome_region = "us"',
            'line 2, account.home_region: "us" is no country code; '
            'write its two letters in capitals, like "US" or "DE"',
        ),
        # doubles
        (
            "[[assignments]]",
            '[[queues]]\nnumber = "7001"\nname = "Support"\n\n[[assignments]]',
            "line 25, queues[2].number: 7001 is the number of queues[1] (line 20) already; give it another one",
        ),
        (
            "[[assignments]]",
            '[[queues]]\nnumber = "1002"\nname = "Support"\n\n[[assignments]]',
            "line 25, queues[2].number: 1002 is the number of users[2] (line 8) already; give it another one",
        ),
        (
            'extension = "1002"',
            'extension = "1001"',
            "line 9, users[2].extension: 1001 is the number of users[1] (line 4) already; give it another one\n"
            'line 18, devices[2].owner: there is no user "1002"; did you mean "1001"?',
        ),
        (
            'name = "1002-desk"',
            'name = "1001-desk"',
            'line 17, devices[2].name: "1001-desk" is the name of devices[1] (line 12) as well; give it another name',
        ),
        (
            'name = "1002-desk"',
            'name = "1001-Desk"',
            'line 17, devices[2].name: "1001-Desk" is the name of devices[1] (line 12) but for capitals as well; '
            "give it another name",
        ),
        (
            'queue = "7001"\n',
            'queue = "7001"\n[[assignments]]\nagent = "1001"\nqueue = "7001"\n',
            "line 28, assignments[2].agent: 1001 is assigned to queue 7001 already; leave one of the two entries",
        ),
        # queues
        (
            'name = "Sales"',
            'name = "Sales"\nwrap_up = "-5s"',
            'line 23, queues[1].wrap_up: a wrap-up cannot be negative, "-5s" is; write "0s" or more',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nwrap_up = -5',
            'line 23, queues[1].wrap_up: a wrap-up cannot be negative, -5 is; write "0s" or more',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nwrap_up = 5',
            'line 23, queues[1].wrap_up: 5 has no unit; write "5s" for seconds',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nwrap_up = "soon"',
            'line 23, queues[1].wrap_up: "soon" is no length of time; write one like "20s", "1m30s" or "2h"',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nwrap_up = ""',
            'line 23, queues[1].wrap_up: "" is no length of time; write one like "20s", "1m30s" or "2h"',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nring_time = "0s"',
            'line 23, queues[1].ring_time: "0s" is out of range for a ring time; write a length from "1s" to "1h"',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nback_off = "2h"',
            'line 23, queues[1].back_off: "2h" is out of range for a back-off; write a length from "0s" to "1h"',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\ntype = "round-robbin"',
            'line 23, queues[1].type: there is no queue type "round-robbin"; did you mean "round_robin"? '
            "The types are round_robin, tiered_round_robin, ring_all, linear_hunt, linear_cascade, call_park",
        ),
        (
            'name = "Sales"',
            'name = "Sales"\ntype = "x"',
            'line 23, queues[1].type: there is no queue type "x"; '
            "the types are round_robin, tiered_round_robin, ring_all, linear_hunt, linear_cascade, call_park",
        ),
        (
            'name = "Sales"',
            'name = "Sales"\ntype = true',
            "line 23, queues[1].type: true is no text; write a text in quotes",
        ),
        # the two numbers of a cascade
        (
            'name = "Sales"',
            'name = "Sales"\ntype = "linear_cascade"\nfirst_round = 0\nincrement = 1',
            "line 24, queues[1].first_round: 0 is out of range; write a number from 1 to 1000",
        ),
        (
            'name = "Sales"',
            'name = "Sales"\ntype = "linear_cascade"\nfirst_round = 2\nincrement = "one"',
            'line 25, queues[1].increment: "one" is no whole number; write one from 1 to 1000, without quotes',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\ntype = "linear_cascade"\nfirst_round = 2',
            "line 24, queues[1].first_round: stands alone, without increment; "
            "add increment = …, or leave both out to ring by order",
        ),
        (
            'name = "Sales"',
            'name = "Sales"\ntype = "linear_cascade"\nincrement = 2',
            "line 24, queues[1].increment: stands alone, without first_round; "
            "add first_round = …, or leave both out to ring by order",
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nfirst_round = 2\nincrement = 1',
            "line 23, queues[1].first_round: a queue of the type round_robin has none; "
            'write type = "linear_cascade", or leave it out\n'
            "line 24, queues[1].increment: a queue of the type round_robin has none; "
            'write type = "linear_cascade", or leave it out',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\ntype = "tiered_round_robin"\nincrement = 1',
            "line 24, queues[1].increment: a queue of the type tiered_round_robin has none; "
            'write type = "linear_cascade", or leave it out',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\ntype = "cascade"\nfirst_round = 2\nincrement = 1',
            'line 23, queues[1].type: there is no queue type "cascade"; did you mean "linear_cascade"? '
            "The types are round_robin, tiered_round_robin, ring_all, linear_hunt, linear_cascade, call_park",
        ),
        (
            'name = "Sales"',
            'name = "Sales"\npriority = 0',
            "line 23, queues[1].priority: 0 is out of range; write a number from 1 to 1000",
        ),
        (
            'name = "Sales"',
            'name = "Sales"\npriority = "high"',
            'line 23, queues[1].priority: "high" is no whole number; write one from 1 to 1000, without quotes',
        ),
        (
            'name = "Sales"',
            'name = "Sales"\nwrap_up_mandatory = "yes"',
            'line 23, queues[1].wrap_up_mandatory: "yes" is neither true nor false; '
            "write true or false, without quotes",
        ),
        # numbers
        (
            'number = "7001"',
            'number = "*51"',
            'line 21, queues[1].number: "*51" is a star code; '
            f"numbers that begin with * are not free; use 2 to 10 digits\n{NO_7001}",
        ),
        (
            'number = "7001"',
            "number = 7001",
            'line 21, queues[1].number: 7001 is a bare number where text belongs; write it in quotes: "7001"',
        ),
        (
            'number = "7001"',
            'number = "7"',
            'line 21, queues[1].number: "7" is no number that can be given; use 2 to 10 digits, nothing else\n'
            + NO_7001,
        ),
        (
            'number = "7001"',
            'number = "٧٠٠١"',
            'line 21, queues[1].number: "٧٠٠١" is no number that can be given; use 2 to 10 digits, nothing else\n'
            + NO_7001,
        ),
        (
            'number = "7001"',
            'number = "112"',
            'line 21, queues[1].number: "112" is an emergency number somewhere; use another one\n' + NO_7001,
        ),
        (
            'number = "7001"\n',
            "",
            "line 20, queues[1].number: is missing; add number = …\n" + NO_7001.replace("26", "25"),
        ),
        # names
        ('name = "Anna"\n', "", "line 4, users[1].name: is missing; add name = …"),
        ('name = "Anna"', 'name = " "', "line 6, users[1].name: the name is empty; give one"),
        (
            'name = "Anna"',
            'name = "Anna "',
            'line 6, users[1].name: the name "Anna " begins or ends with a space; write "Anna"',
        ),
        (
            'name = "Anna"',
            'name = "An\\nna"',
            'line 6, users[1].name: the name "An\\nna" holds a control character or a line break; take it out',
        ),
        (
            'name = "Anna"',
            f'name = "{"x" * 81}"',
            "line 6, users[1].name: the name has 81 characters; use 80 at most",
        ),
        (
            'name = "Anna"',
            f'name = "{"x" * 4096}"',
            "line 6, users[1].name: the name has 4096 characters; use 80 at most",
        ),
        (
            'name = "1001-desk"',
            'name = "1001~desk"',
            'line 13, devices[1].name: "1001~desk" cannot be the name of a device; '
            "use letters a-z, digits, _ and -, 40 at most, beginning with a letter or digit",
        ),
        (
            'owner = "1001"',
            'owner = "1001"\npassword = "open me"',
            "line 15, devices[1].password: the password is not fit for a phone; use 8 to 64 letters, digits and signs "
            "of the keyboard without spaces, or leave it out to have one made",
        ),
        (
            'name = "Anna"',
            'name = "Anna"\nrole = "superviser"',
            'line 7, users[1].role: there is no role "superviser"; did you mean "supervisor"? '
            "The roles are agent, supervisor, office_manager",
        ),
        # keys and tables
        (
            'name = "Anna"',
            'name = "Anna"\nrol = "agent"',
            'line 7, users[1].rol: there is no such key; did you mean "role"? The keys here are extension, name, role, '
            "supervises, email, first_portal_password",
        ),
        (
            'name = "Sales"',
            'name = "Sales"\n"wrap-up" = "5s"',
            'line 23, queues[1].wrap-up: there is no such key; did you mean "wrap_up"?',
        ),
        (
            "[account]",
            "x = 1\n[account]",
            "line 1, x: there is no such table; the tables are account, users, devices, queues, assignments",
        ),
        (
            "[account]",
            "[acount]",
            'line 1, acount: there is no such table; did you mean "account"? '
            "The tables are account, users, devices, queues, assignments\n"
            'account: is missing; add [account] and under it domain = "demo.example"',
        ),
        (
            "[[queues]]",
            "[queues]",
            "line 20, queues: is not a list of tables; write [[queues]] above every entry\n"
            'line 26, assignments[1].queue: there is no queue "7001"; add the queue first',
        ),
        (
            "[account]",
            "[[account]]",
            "line 1, account: is not one table; write [account], in single brackets, and once",
        ),
        (
            'domain = "demo.example"',
            'domain = "Demo.Example"',
            'line 2, account.domain: "Demo.Example" is not in plain lower case; write "demo.example"',
        ),
        (
            'domain = "demo.example"',
            'domain = "demo_example;x"',
            'line 2, account.domain: "demo_example;x" is no domain; '
            'write one like "demo.example": letters, digits, - and dots',
        ),
        ('domain = "demo.example"\n', "", "line 1, account.domain: is missing; add domain = …"),
        # not TOML at all
        (
            'name = "Anna"',
            "name = Anna",
            "line 6: this is not TOML: Invalid value (at line 6, column 8); look at that line and the one before: "
            "text stands in quotes, every [[table]] is closed, no key is twice",
        ),
        (
            'name = "Anna"',
            'name = "Anna"\nname = "Ann"',
            "line 7: this is not TOML: Cannot overwrite a value (at line 7, column 13); look at that line and the one "
            "before: text stands in quotes, every [[table]] is closed, no key is twice",
        ),
    ],
)
def test_a_fault_is_told_with_its_place_and_the_mend(old: str, new: str, fault: str) -> None:
    assert old in GOOD
    assert faults_of(GOOD) == []
    assert faults_of(GOOD.replace(old, new, 1)) == sorted(fault.splitlines(), key=lambda line: line.startswith("line"))
