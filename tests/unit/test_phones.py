"""The files for desk phones: read as their makers' phones read them, they say who registers, and what each key does."""

from xml.etree import ElementTree

import pytest

from acd.model import DeviceId
from acd.phones import MAKES, Key, PhoneAccount, ServerError, keys_of, server_at
from feature_codes.table import DEFAULT_CODES, LAMPS, StarCodes

DEVICE = DeviceId("1001-desk")
AWKWARD = "&lt;a\">'#;$="
PHONE = PhoneAccount(
    device=DEVICE, password=AWKWARD, extension="1001", name='Ann "A&B" <Bell>', host="sip.example.com", port=5070
)
KEYS = keys_of(DEVICE, DEFAULT_CODES, LAMPS)


def text_for(make: str) -> str:
    [made] = [each for each in MAKES if each.name == make]
    return made.write(PHONE, KEYS)


def test_there_is_a_key_for_every_code_and_a_lamp_for_every_status() -> None:
    assert {key.number for key in KEYS if key.has_lamp} == {f"{DEFAULT_CODES[name]}1001-desk" for name in LAMPS}
    plain = {code for name, code in DEFAULT_CODES.items() if name not in LAMPS and name != "away"}
    assert {key.number for key in KEYS if not key.has_lamp} == plain
    assert KEYS[0] == Key(label="Available", number="*511001-desk", has_lamp=True)
    assert len({key.label for key in KEYS}) == len(KEYS)


def test_codes_of_the_centres_own_are_on_the_keys() -> None:
    assert keys_of(DEVICE, {**DEFAULT_CODES, "online": "*61"}, LAMPS)[0].number == "*611001-desk"


@pytest.mark.parametrize("key", [key for key in KEYS if key.has_lamp], ids=lambda key: key.label)
def test_a_key_with_a_lamp_asks_for_a_code_by_what_the_dial_plan_tells_of_it(key: Key) -> None:
    codes = StarCodes(DEFAULT_CODES)
    longer = "".join(letter for letter in key.number[:4] if letter in "*0123456789")
    code = longer if codes.has(longer) else key.number[:3]
    assert f"{code}1001-desk" == key.number


def test_yealink() -> None:
    head, *lines = text_for("yealink").splitlines()
    assert head == "#!version:1.0.0.1"
    settings = dict(line.split(" = ", 1) for line in lines)
    assert len(settings) == len(lines)
    assert settings["account.1.user_name"] == settings["account.1.auth_name"] == DEVICE
    assert settings["account.1.password"] == AWKWARD
    assert (settings["account.1.sip_server.1.address"], settings["account.1.sip_server.1.port"]) == (
        "sip.example.com",
        "5070",
    )
    for number, key in enumerate(KEYS, start=2):
        told = [settings[f"linekey.{number}.{name}"] for name in ("type", "line", "value", "label")]
        assert told == ["16" if key.has_lamp else "13", "1", key.number, key.label]


def test_poly() -> None:
    settings = ElementTree.fromstring(text_for("poly")).attrib
    assert (settings["reg.1.address"], settings["reg.1.auth.password"]) == (DEVICE, AWKWARD)
    assert settings["reg.1.displayName"] == PHONE.name
    lit, plain = ([key for key in KEYS if key.has_lamp is lamp] for lamp in (True, False))
    for number, key in enumerate(lit, start=1):
        told = [settings[f"attendant.resourceList.{number}.{name}"] for name in ("address", "label", "type")]
        assert told == [key.number, key.label, "normal"]
    for number, key in enumerate(plain, start=1):
        macro = settings[f"softkey.{number}.action"].removeprefix("!")
        assert macro == settings[f"efk.efklist.{number}.mname"]
        assert settings[f"efk.efklist.{number}.action.string"] == f"{key.number}$Tinvite$"


def test_snom() -> None:
    settings = ElementTree.fromstring(text_for("snom"))
    identity = {each.tag: each.text for each in settings.findall("phone-settings/*[@idx='1']")}
    assert (identity["user_name"], identity["user_pass"]) == (DEVICE, AWKWARD)
    assert (identity["user_realname"], identity["user_host"]) == (PHONE.name, "sip.example.com:5070")
    line, *keys = settings.findall("functionKeys/fkey")
    assert line.text == "line"
    assert [(key.get("label"), key.text) for key in keys] == [
        (key.label, f"blf sip:{key.number}@sip.example.com:5070" if key.has_lamp else f"speed {key.number}")
        for key in KEYS
    ]
    assert [key.get("idx") for key in keys] == [str(number) for number in range(1, len(KEYS) + 1)]


def test_a_password_is_in_no_repr() -> None:
    assert AWKWARD not in repr(PHONE)


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("sip.example.com", ("sip.example.com", 5060)),
        ("192.0.2.7:5070", ("192.0.2.7", 5070)),
        ("[2001:db8::7]:5070", ("[2001:db8::7]", 5070)),
    ],
)
def test_a_server_is_host_and_port(text: str, server: tuple[str, int]) -> None:
    assert server_at(text) == server


@pytest.mark.parametrize("text", ["", "sip:a.example", "a.example:0", "a.example:65536", "a b", "a\nb", "a.example:"])
def test_what_is_no_server_is_said(text: str) -> None:
    with pytest.raises(ServerError, match="write one like"):
        server_at(text)
