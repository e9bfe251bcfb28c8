"""Settings: where they come from, and how every fault is told at once without telling a secret."""

import re
from pathlib import Path

import pytest

from acd.runtime.settings import Settings, SettingsFaults, read_settings
from feature_codes.table import DEFAULT_CODES

DATABASE = "postgresql://acd:db-secret@db.example/acd"
ENOUGH = {"ACD__DATABASE__URL": DATABASE, "ACD__ARI__PASSWORD": "ari-secret"}


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "engine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(path: Path | None, environment: dict[str, str]) -> dict[str, str]:
    """The faults by their place."""
    with pytest.raises(SettingsFaults) as caught:
        read_settings(path, environment)
    head, *lines = str(caught.value).splitlines()
    assert head.startswith("The settings have ")
    assert lines == [f"  {fault}" for fault in caught.value.faults]
    return {fault.place: f"{fault.what}; {fault.mend}" for fault in caught.value.faults}


def test_what_is_not_given_has_a_default_on_loopback() -> None:
    assert read_settings(None, ENOUGH) == Settings(
        database_url=DATABASE,
        ari_url="http://127.0.0.1:8088",
        ari_user="acd",
        ari_password="ari-secret",
        ari_app="acd",
        web_bind="127.0.0.1",
        web_port=8090,
        journal_spool=Path("/var/lib/asterisk-acd/spool"),
        log_level="info",
        log_format="auto",
        log_mask_numbers=False,
        queue_log_view=False,
        queue_log_path=None,
        portal_url=None,
        portal_bind="127.0.0.1",
        portal_port=8091,
        portal_mail_folder=None,
        portal_smtp_url=None,
        portal_mail_from=None,
        portal_proxy=None,
        portal_webhooks=(),
        star_codes=DEFAULT_CODES,
    )


def test_a_file_gives_everything(tmp_path: Path) -> None:
    (tmp_path / "ari.secret").write_text("from-a-file\n", encoding="utf-8")
    path = write(
        tmp_path,
        f"""
        [database]
        url = "{DATABASE}"
        [ari]
        url = "https://pbx.example:8089/"
        user = "engine"
        password_file = "{tmp_path}/ari.secret"
        app = "acd-3"
        [web]
        bind = "::1"
        port = 9000
        [journal]
        spool = "/srv/acd/spool"
        [log]
        level = "debug"
        format = "json"
        mask_numbers = true
        [queue_log]
        path = "/var/log/acd/queue_log"
        [star_codes]
        online = "*61"
        """,
    )
    settings = read_settings(path, {"HOME": "/root"})
    assert (settings.ari_url, settings.ari_user, settings.ari_app) == ("https://pbx.example:8089", "engine", "acd-3")
    assert settings.ari_password == "from-a-file"
    assert (settings.web_bind, settings.web_port) == ("::1", 9000)
    assert settings.journal_spool == Path("/srv/acd/spool")
    assert (settings.log_level, settings.log_format, settings.log_mask_numbers) == ("debug", "json", True)
    assert (settings.queue_log_view, settings.queue_log_path) == (False, Path("/var/log/acd/queue_log"))
    assert settings.star_codes == {**DEFAULT_CODES, "online": "*61"}


def test_the_queue_log_has_a_whole_path_and_switches_are_true_or_false() -> None:
    wrong = {"ACD__QUEUE_LOG__PATH": "queue_log", "ACD__QUEUE_LOG__VIEW": "yes", "ACD__LOG__MASK_NUMBERS": "1"}
    assert faults_of(None, ENOUGH | wrong) == {
        "ACD__QUEUE_LOG__PATH": 'cannot be "queue_log"; give the whole path of a file, from / on',
        "ACD__QUEUE_LOG__VIEW": 'cannot be "yes"; give true or false',
        "ACD__LOG__MASK_NUMBERS": 'cannot be "1"; give true or false',
    }
    assert read_settings(None, {**ENOUGH, "ACD__QUEUE_LOG__VIEW": "true"}).queue_log_view is True


def test_star_codes_are_dialled_as_the_dial_plan_knows_them_and_each_once() -> None:
    wrong = {**ENOUGH, "ACD__STAR_CODES__ONLINE": "51", "ACD__STAR_CODES__OFFLINE": "*50"}
    assert faults_of(None, wrong) == {
        "ACD__STAR_CODES__ONLINE": 'cannot be "51"; give a star and two or three digits, like "*51": '
        "what the dial plan hands to the engine",
        "star_codes.offline": """cannot be "*50", which is single_call's too; give each action a code of its own""",
    }


def test_the_code_for_statuses_by_number_leaves_room_for_the_number() -> None:
    assert faults_of(None, {**ENOUGH, "ACD__STAR_CODES__AWAY": "*555"}) == {
        "ACD__STAR_CODES__AWAY": 'cannot be "*555"; give a star and two digits, like "*55": '
        "one more digit is dialled behind them",
    }
    assert read_settings(None, {**ENOUGH, "ACD__STAR_CODES__AWAY": "*77"}).star_codes["away"] == "*77"


def test_the_environment_wins_over_the_file_even_by_another_name_of_the_key(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("from the environment", encoding="utf-8")
    path = write(tmp_path, f'[database]\nurl = "{DATABASE}"\n[ari]\npassword = "from the file"\n[web]\nport = 9000\n')
    settings = read_settings(path, {"ACD__ARI__PASSWORD_FILE": str(tmp_path / "new"), "ACD__WEB__PORT": "9001"})
    assert settings.ari_password == "from the environment"
    assert settings.web_port == 9001


def test_every_fault_is_told_with_place_value_and_mend(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        colour = "blue"
        [databse]
        url = "x"
        [ari]
        url = "ftp://pbx"
        pasword = "hush"
        app = ""
        [web]
        port = 70000
        [log]
        level = "loud"
        format = 3
        """,
    )
    faults = faults_of(path, {"ACD__WEB__BIND": " ", "ACD__WEB__PROT": "1"})
    assert faults == {
        f"{path}: [colour]": "is not known; known are ari, database, journal, log, portal, queue_log, star_codes, web",
        f"{path}: [databse]": "is not known; did you mean database?",
        f"{path}: [ari] url": 'cannot be "ftp://pbx"; give an address like http://127.0.0.1:8088',
        f"{path}: [ari] pasword": "is not known; did you mean password?",
        f"{path}: [ari] app": 'cannot be ""; give a text that is not empty',
        f"{path}: [web] port": "cannot be 70000; give a port number from 1 to 65535",
        f"{path}: [log] level": 'cannot be "loud"; give one of debug, info, warning, error',
        f"{path}: [log] format": "cannot be 3; give one of auto, human, json",
        "ACD__WEB__BIND": 'cannot be " "; give a text that is not empty',
        "ACD__WEB__PROT": "is not known; did you mean ACD__WEB__PORT?",
        "database.url": "is missing; set [database] url in the file, or ACD__DATABASE__URL",
        "ari.password": "is missing; set [ari] password in the file, or ACD__ARI__PASSWORD",
    }


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eighty", "", "8_0", "٣"])
def test_a_port_from_the_environment_is_a_number_in_range(port: str) -> None:
    assert "ACD__WEB__PORT" in faults_of(None, ENOUGH | {"ACD__WEB__PORT": port})


@pytest.mark.parametrize("port", ["true", "8090.0", "[8090]"])
def test_a_port_from_the_file_is_a_whole_number(tmp_path: Path, port: str) -> None:
    path = write(tmp_path, f"[web]\nport = {port}\n")
    assert list(faults_of(path, ENOUGH)) == [f"{path}: [web] port"]


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("http://127.0.0.1:8088/ari/", "leave out the /ari at its end, it is added"),
        ("http://user:word@127.0.0.1:8088", "give user and password by their own keys, ari.user and ari.password"),
        ("127.0.0.1:8088", "give an address like http://127.0.0.1:8088"),
    ],
)
def test_the_address_of_ari_is_a_plain_one(url: str, mend: str) -> None:
    assert faults_of(None, ENOUGH | {"ACD__ARI__URL": url})["ACD__ARI__URL"].endswith(mend)


@pytest.mark.parametrize(
    ("given", "origins"),
    [
        ('["https://crm.example.com", "http://127.0.0.1:9000/"]', ("https://crm.example.com", "http://127.0.0.1:9000")),
        ('["https://CRM.example.com", "http://[::1]:9000"]', ("https://crm.example.com", "http://[::1]:9000")),
        ("[]", ()),
    ],
)
def test_webhooks_may_call_what_is_named(tmp_path: Path, given: str, origins: tuple[str, ...]) -> None:
    portal = '[portal]\nurl = "https://acd.example.com"\nmail_folder = "/var/mail/acd"\n'
    assert read_settings(write(tmp_path, f"{portal}webhooks = {given}\n"), ENOUGH).portal_webhooks == origins
    if origins and "[::" not in given:
        environment = {"ACD__PORTAL__WEBHOOKS": ", ".join(origins)}
        assert read_settings(write(tmp_path, portal), ENOUGH | environment).portal_webhooks == origins


@pytest.mark.parametrize(
    ("given", "mend"),
    [
        ('"crm.example.com"', "give each like https://crm.example.com, with a port where it is another one"),
        ('["https://crm.example.com/calls"]', "give each without user, path or usual port: https://crm.example.com"),
        ('["https://crm.example.com:443"]', "give each without user, path or usual port: https://crm.example.com"),
        (
            '["https://me:x@crm.example.com"]',
            "give each like https://crm.example.com, with a port where it is another one",
        ),
        ('["ftp://crm.example.com"]', "give each like https://crm.example.com, with a port where it is another one"),
        ("[3]", "give a text that is not empty"),
        ("3", 'give a list of addresses like ["https://crm.example.com"]'),
    ],
)
def test_what_webhooks_may_call_is_an_origin(tmp_path: Path, given: str, mend: str) -> None:
    portal = '[portal]\nurl = "https://acd.example.com"\nmail_folder = "/var/mail/acd"\n'
    path = write(tmp_path, f"{portal}webhooks = {given}\n")
    assert faults_of(path, ENOUGH)[f"{path}: [portal] webhooks"].endswith(mend)


def test_a_fault_never_tells_a_secret(tmp_path: Path) -> None:
    path = write(tmp_path, '[ari]\npassword_file = "sesame-as-file-name"\n')
    with pytest.raises(SettingsFaults) as caught:
        read_settings(path, {"ACD__DATABASE__URL": "mysql://acd:sesame@db/acd"})
    assert "sesame" not in str(caught.value)
    assert "ACD__DATABASE__URL: is not right; give an address that begins with postgresql://" in str(caught.value)
    assert "names a file that cannot be read (No such file or directory)" in str(caught.value)


def test_settings_show_no_secret() -> None:
    shown = repr(read_settings(None, ENOUGH))
    assert "secret" not in shown
    assert "127.0.0.1" in shown


def test_a_secret_given_twice_in_one_place_is_a_fault(tmp_path: Path) -> None:
    path = write(tmp_path, '[ari]\npassword = "a"\npassword_file = "b"\n')
    assert faults_of(path, ENOUGH) == {
        f"{path}: [ari] password_file": f"is given by {path}: [ari] password as well; leave one of them"
    }


def test_an_empty_secret_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    environment = {"ACD__DATABASE__URL": DATABASE, "ACD__ARI__PASSWORD_FILE": str(tmp_path / "empty")}
    assert faults_of(None, environment) == {"ACD__ARI__PASSWORD_FILE": "is not right; give a text that is not empty"}


def test_a_file_that_is_not_there_or_no_toml(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.toml"
    faults = faults_of(missing, {"ACD__WEB__PROT": "1"})
    assert list(faults) == [str(missing), "ACD__WEB__PROT"], "what is missing else may stand in the file that is meant"
    assert faults[str(missing)].startswith("cannot be read (No such file or directory)")
    broken = write(tmp_path, "[ari\n")
    assert "line 1" in faults_of(broken, ENOUGH)[str(broken)]
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    assert faults_of(binary, ENOUGH)[str(binary)].startswith("is not TOML")


def test_a_key_outside_its_section(tmp_path: Path) -> None:
    path = write(tmp_path, 'ari = "http://127.0.0.1"\n')
    assert faults_of(path, ENOUGH) == {f"{path}: ari": "is not a table; write [ari] above it"}


def test_the_example_for_systemd_can_be_used(tmp_path: Path) -> None:
    """With its secrets where they are in the test."""
    text = (Path(__file__).parents[2] / "ops" / "systemd" / "acd.toml").read_text(encoding="utf-8")
    secrets = {"database.url": DATABASE, "ari.secret": "ari-secret", "smtp.url": "smtps://acd:x@mail.example.com"}
    for name, secret in secrets.items():
        (tmp_path / name).write_text(f"{secret}\n", encoding="utf-8")
    text = text.replace("/etc/acd", str(tmp_path))
    settings = read_settings(write(tmp_path, text), {})
    assert (settings.portal_url, settings.portal_mail_folder) == (
        "http://127.0.0.1:8091",
        Path("/var/lib/asterisk-acd/mail"),
    )
    behind_a_proxy = re.sub(r"^# (?=(url|proxy|smtp_url_file|mail_from) )", "", text, flags=re.MULTILINE)
    behind_a_proxy = re.sub(r'^(mail_folder|url = "http://127.0.0.1:8091").*', "", behind_a_proxy, flags=re.MULTILINE)
    settings = read_settings(write(tmp_path, behind_a_proxy), {})
    assert (settings.portal_url, settings.portal_proxy) == ("https://acd.example.com", "127.0.0.1")
    assert (settings.portal_smtp_url, settings.portal_mail_from) == (secrets["smtp.url"], "acd@example.com")
