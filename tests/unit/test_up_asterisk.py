"""Which Asterisk is new enough, and what the configuration is filled with."""

import re
import stat
from pathlib import Path

import pytest

from acd.runtime.up import asterisk
from acd.runtime.up.asterisk import TEMPLATES, Installation, Site
from acd.runtime.up.errors import StartError


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("22.10.1", True),
        ("22.10.1+dfsg+~cs6.17.60671434-1", True),
        ("22.11.0", True),
        ("23.0.0", True),
        ("22.10.0", False),
        ("22.9.3", False),
        ("20.18.2", False),
        ("16.2.1~dfsg-2ubuntu1", False),
        ("certified/22.8-cert1", False),
        ("GIT-master-1234", False),
        ("", False),
    ],
)
def test_the_floor(version: str, enough: bool) -> None:
    assert asterisk.new_enough(version) is enough


def fake_installation(place: Path) -> Installation:
    """An Asterisk whose files are there and whose program is `true`."""
    for directory in ("modules", "share/documentation", "share/moh", "share/rest-api", "share/sounds/en"):
        (place / directory).mkdir(parents=True)
    return Installation(version="22.10.1", command=("/bin/true",), modules=place / "modules", share=place / "share")


SITE = Site(
    sip_host="192.0.2.7", sip_port=5070, ari_port=8089, rtp_first=20000, rtp_last=20099, ari_password="pssst-pssst"
)


def test_every_template_is_filled_and_only_the_owner_reads_the_password(tmp_path: Path) -> None:
    main = asterisk.write_configuration(fake_installation(tmp_path), SITE, tmp_path / "home")
    filled = {file.name: file for file in main.parent.iterdir()}
    assert set(filled) == {template.name for template in TEMPLATES.glob("*.conf")}
    for file in filled.values():
        rules = "\n".join(line for line in file.read_text().splitlines() if not line.startswith(";"))
        assert not re.search(r"@\w+@", rules), file
    assert "bind = 192.0.2.7:5070" in filled["pjsip.conf"].read_text()
    assert "bindaddr = 127.0.0.1\nbindport = 8089" in filled["http.conf"].read_text()
    assert "rtpstart = 20000\nrtpend = 20099" in filled["rtp.conf"].read_text()
    assert [name for name, file in filled.items() if "pssst" in file.read_text()] == ["ari.conf"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in filled.values()} == {0o600}
    assert "permit = 127.0.0.1/255.255.255.255" in filled["ari.conf"].read_text()


def test_filling_again_replaces_what_was_there(tmp_path: Path) -> None:
    installation = fake_installation(tmp_path)
    asterisk.write_configuration(installation, SITE, tmp_path / "home")
    main = asterisk.write_configuration(installation, SITE, tmp_path / "home")
    assert (main.parent.parent / "data/sounds/en").resolve() == tmp_path / "share/sounds/en"


def test_a_directory_without_asterisk_is_told(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="no root tree with Asterisk"):
        asterisk.in_tree(tmp_path)


def dial_plan() -> list[str]:
    lines = (TEMPLATES / "acd-dialplan.conf").read_text().splitlines()
    return [line for line in lines if line.strip() and not line.startswith(";")]


def contexts() -> dict[str, list[str]]:
    """The lines of each context."""
    found: dict[str, list[str]] = {}
    for line in dial_plan():
        if line.startswith("["):
            found[line.strip("[]")] = []
        else:
            found[list(found)[-1]].append(line)
    return found


def patterns(context: list[str]) -> set[str]:
    return {line.split("=>")[1].split(",")[0].strip() for line in context if line.startswith("exten")}


def test_callers_dial_digits_at_fixed_lengths_and_star_codes_only() -> None:
    found = {name: patterns(lines) for name, lines in contexts().items()}
    fixed = {"_*XX", "_*XXX", *("_" + "X" * length for length in range(2, 11))}
    assert found.pop("acd-phones") == fixed | {"_*XX."}
    assert found.pop("acd-lamps") == {"_*XX."}
    assert found.pop("acd-outbound") == {"i"}
    assert set().union(*found.values()) == {"s"}


def test_of_a_key_with_a_lamp_only_the_code_is_used() -> None:
    (used,) = (line for line in contexts()["acd-phones"] if "_*XX.," in line)
    assert used.endswith("Set(ACD_NUMBER=${EXTEN:0:3})")
    (hint,) = contexts()["acd-lamps"]
    assert ",hint," in hint


def test_every_context_that_the_engine_sends_callers_to_is_there() -> None:
    assert {"acd-send-on", "acd-join", "acd-dismiss", "acd-call-back"} <= set(contexts())


def test_what_a_caller_dialled_is_the_only_thing_of_his_in_the_dial_plan() -> None:
    taken_from_caller = re.compile(r"CALLERID|CONNECTEDLINE|REDIRECTING|PJSIP_HEADER|SIPDOMAIN|EVAL|SHELL|SYSTEM|CURL")
    given_by_us = "Set(CALLERID(all)=${ACD_FROM})"  # a phone that was rung for its owner calls as he does
    assert not [line for line in dial_plan() if taken_from_caller.search(line.replace(given_by_us, ""))]


def test_asterisk_is_closed_where_it_must_be() -> None:
    texts = {file.name: file.read_text() for file in TEMPLATES.glob("*.conf")}
    assert "live_dangerously = no" in texts["asterisk.conf"]
    assert "autoload = no" in texts["modules.conf"]
    assert "anonymous" not in re.sub(r"(?m);.*$", "", texts["pjsip.conf"] + texts["modules.conf"])
    assert "enabled = no" in texts["manager.conf"]
