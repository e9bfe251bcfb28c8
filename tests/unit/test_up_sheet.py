"""The start sheet, for people and for programs."""

import json

from acd.runtime.up.sheet import LoginLine, PhoneLine, QueueLine, Sheet


def sheet(sip_host: str = "127.0.0.1") -> Sheet:
    return Sheet(
        account="demo.example",
        sip_host=sip_host,
        sip_port=15060,
        devices=(
            PhoneLine(
                user="1001-desk",
                password="geheim",
                owner="1001@demo.example",
                extension="1001",
                name="Anna",
                queues=("7001",),
            ),
            PhoneLine(
                user="1003-x", password="pssst", owner="1003@demo.example", extension="1003", name='Ä "C"\n', queues=()
            ),
        ),
        queues=(QueueLine(number="7001", name="Sales", type="round_robin"),),
        star_codes={"*51": "available"},
        portal="http://127.0.0.1:18091",
        logins=(
            LoginLine(login="1001@demo.example", name="Anna", role="office_manager", password="only-for-the-pages"),
            LoginLine(login="1003@demo.example", name="Carla", role="agent", password=None),
        ),
        mail_folder="/somewhere/mail",
        urls={name: f"http://127.0.0.1:18090/{name}" for name in ("metrics", "healthz", "readyz")},
        pids={"up": 1, "engine": 2},
        state_dir="/somewhere",
        asterisk="22.10.1",
    )


def test_a_program_gets_one_line_with_everything() -> None:
    text = sheet().as_json()
    assert "\n" not in text
    told = json.loads(text)
    assert told["ready"] is True
    assert told["sip"] == {"host": "127.0.0.1", "port": 15060, "transport": "udp"}
    assert [(device["user"], device["password"], device["owner"]) for device in told["devices"]] == [
        ("1001-desk", "geheim", "1001@demo.example"),
        ("1003-x", "pssst", "1003@demo.example"),
    ]
    assert told["queues"] == [{"number": "7001", "name": "Sales", "type": "round_robin"}]
    assert told["portal"]["url"] == "http://127.0.0.1:18091"
    assert [user["password"] for user in told["portal"]["users"]] == ["only-for-the-pages", None]
    assert told["portal"]["mail_folder"] == "/somewhere/mail"
    assert set(told["urls"]) == {"metrics", "healthz", "readyz"}
    assert told["pids"] == {"up": 1, "engine": 2}


def test_a_person_finds_what_goes_into_a_phone_on_one_line() -> None:
    lines = sheet().as_text().splitlines()
    desk = next(line for line in lines if "1001-desk" in line)
    assert desk.split() == ["1001-desk", "geheim", "Anna", "(1001)", "7001"]
    assert any("15060" in line for line in lines)
    assert any("*51" in line for line in lines)
    assert any("http://127.0.0.1:18090/metrics" in line for line in lines)


def test_a_person_finds_how_to_log_in() -> None:
    text = sheet().as_text()
    assert "PAGES  http://127.0.0.1:18091\n" in text
    assert "  1001@demo.example  only-for-the-pages  Anna, office manager\n" in text
    assert "  1003@demo.example  (his own)           Carla, agent\n" in text


def test_columns_stand_under_each_other() -> None:
    lines = sheet().as_text().splitlines()
    header = next(line for line in lines if line.strip().startswith("user "))
    desk = next(line for line in lines if "1001-desk" in line)
    assert header.index("password") == desk.index("geheim")


def test_the_sheet_says_who_can_reach_the_centre() -> None:
    assert "Only phones on this machine" in sheet().as_text()
    assert "Only phones on this machine" not in sheet("192.0.2.7").as_text()


def test_passwords_stay_out_of_what_is_printed_for_debugging() -> None:
    assert "geheim" not in repr(sheet())
