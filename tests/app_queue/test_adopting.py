"""Three real shapes of queues.conf, each with the centre made of it, word for word; and anything else at all."""

from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as some

from acd.app_queue import Adopted, ConfigurationError, adopt, parse
from acd.app_queue.conf import Parsed
from acd.app_queue.remarks import Kind
from acd.centre import CentreFaults
from acd.cli import main
from acd.model import QueueType

HERE: Final = Path(__file__).parent


def parsed(text: str) -> Parsed:
    return parse(text, "queues.conf", {"more.conf": "strategy = linear\n"}.get)


def adopted(text: str, dialplan: str | None = None, **numbers: str) -> Adopted:
    return adopt(parsed(text), None if dialplan is None else parsed(dialplan), "old.example", numbers)


def said(centre: Adopted, kind: Kind) -> list[str]:
    return [str(remark) for remark in centre.remarks if remark.kind is kind]


@pytest.mark.parametrize("shape", ["small_office", "pbx_in_a_box", "call_centre"])
def test_a_real_shape_becomes_this_centre(shape: str, tmp_path: Path) -> None:
    made, dialplan = tmp_path / "centre.toml", HERE / shape / "extensions.conf"
    more = ["--extensions", str(dialplan)] if dialplan.exists() else []
    result = CliRunner().invoke(main, ["import", str(HERE / shape / "queues.conf"), *more, "-o", str(made)])
    assert result.exit_code == 0, result.output
    assert made.read_text(encoding="utf-8") == (HERE / shape / "centre.toml").read_text(encoding="utf-8")
    assert f"acd apply {made}" in result.output


@pytest.mark.parametrize(
    ("strategy", "same", "tiered"),
    [
        (None, QueueType.RING_ALL, QueueType.LINEAR_CASCADE),
        ("ringall", QueueType.RING_ALL, QueueType.LINEAR_CASCADE),
        ("leastrecent", QueueType.ROUND_ROBIN, QueueType.TIERED_ROUND_ROBIN),
        ("fewestcalls", QueueType.ROUND_ROBIN, QueueType.TIERED_ROUND_ROBIN),
        ("random", QueueType.ROUND_ROBIN, QueueType.TIERED_ROUND_ROBIN),
        ("rrmemory", QueueType.ROUND_ROBIN, QueueType.TIERED_ROUND_ROBIN),
        ("rrordered", QueueType.ROUND_ROBIN, QueueType.TIERED_ROUND_ROBIN),
        ("linear", QueueType.LINEAR_HUNT, QueueType.LINEAR_HUNT),
        ("wrandom", QueueType.ROUND_ROBIN, QueueType.ROUND_ROBIN),
        ("sideways", QueueType.RING_ALL, QueueType.LINEAR_CASCADE),
    ],
)
def test_each_strategy_has_a_type(strategy: str | None, same: QueueType, tiered: QueueType) -> None:
    head = "[700]\n" + (f"strategy = {strategy}\n" if strategy else "")
    plain = adopted(f"{head}member => PJSIP/101\nmember => PJSIP/102\n")
    in_tiers = adopted(f"{head}member => PJSIP/101,7\nmember => PJSIP/102,3\n")
    assert (plain.centre.queues[0].type, in_tiers.centre.queues[0].type) == (same, tiered)
    is_exact = (strategy or "ringall") in ("ringall", "leastrecent", "linear")
    assert bool(said(plain, Kind.DIFFERS) + said(plain, Kind.TO_DO)) is not is_exact
    if tiered is not QueueType.ROUND_ROBIN:
        assert [entry.order for entry in in_tiers.centre.assignments] == [2, 1], "a lower penalty is asked first"


def test_a_line_is_asked_by_penalty_and_then_as_it_stands() -> None:
    lines = "".join(f"member => PJSIP/10{n},{penalty}\n" for n, penalty in enumerate((1, 0, 1, 0)))
    orders = [entry.order for entry in adopted(f"[700]\nstrategy = linear\n{lines}").centre.assignments]
    assert orders == [3, 1, 4, 2]


def test_the_higher_weight_goes_first() -> None:
    queues = adopted("[700]\nweight = 1\n[701]\nweight = 30\n[702]\n").centre.queues
    assert [(queue.number, queue.priority) for queue in queues] == [("700", 2), ("701", 1), ("702", 3)]


def test_a_number_is_chosen_or_found_in_the_dial_plan_or_made_up() -> None:
    text = "[sales]\n[support]\n[night]\n[710]\n"
    dialplan = "[in]\nexten => 600,1,Queue(support,tT,,,120)\nexten => 710,1,Queue(${EXTEN})\n"
    centre = adopted(text, dialplan, sales="650")
    numbers = {queue.name: queue.number for queue in centre.centre.queues}
    assert numbers == {"sales": "650", "support": "600", "night": "7001", "Queue 710": "710"}
    waits = {queue.number: queue.max_wait and queue.max_wait.seconds for queue in centre.centre.queues}
    assert waits == {"650": None, "600": 120, "7001": None, "710": None}
    assert any("7001 was made up" in line for line in said(centre, Kind.TO_DO))


@pytest.mark.parametrize(
    ("interface", "extension", "device"),
    [
        ("PJSIP/101", "101", "101"),
        ("SIP/101-desk", "101", "101-desk"),
        ("Local/101@from-queue/n,0,Ann,hint:101@ext-local", "101", "101"),
        ("Local/101@agents,0,Ann,PJSIP/soft", "101", "soft"),
        ("PJSIP/ann", "1001", "ann"),
        ('"PJSIP/101",0,"Ann, Bell"', "101", "101"),
        ("PJSIP/911", "1001", "911"),
    ],
)
def test_an_interface_is_a_person_and_his_phone(interface: str, extension: str, device: str) -> None:
    centre = adopted(f"[700]\nmember => {interface}\n").centre
    assert [(phone.owner, phone.name) for phone in centre.devices] == [(extension, device)]
    assert [entry.agent for entry in centre.assignments] == [f"{extension}@old.example"]


@pytest.mark.parametrize("interface", ["DAHDI/g1/5551234", "PJSIP/0036123@trunk", "SIP/trunk/0036123", "Local/001@x y"])
def test_who_answers_outside_is_nobody_here(interface: str) -> None:
    centre = adopted(f"[700]\nmember => {interface}\n")
    told = [line for line in said(centre, Kind.TO_DO) if line.startswith(interface)]
    assert told
    assert "nobody was made of it" in told[0] or "was taken for the phone" in told[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("strategy = linear\n", "queues.conf line 1: 'strategy = linear' stands before any [section]"),
        ("[a\n", "queues.conf line 1: '[a' has no ]"),
        ("[a](standard)\n", "queues.conf line 1: there is no [standard] before this"),
        ("[a]\n\nhello\n", "queues.conf line 3: 'hello' is neither [section] nor key = value"),
    ],
)
def test_what_asterisk_would_not_read_is_refused_in_words(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parsed(text)
    assert str(caught.value).startswith(message)


def test_a_wrong_domain_and_a_number_twice_are_told(tmp_path: Path) -> None:
    with pytest.raises(CentreFaults, match="is no domain"):
        adopt(parsed("[700]\n"), None, "no domain", {})
    with pytest.raises(CentreFaults, match="7001 is the number of"):
        adopted("[a]\n[b]\n", a="7001", b="7001")
    made = tmp_path / "centre.toml"
    made.write_text("somebody's work")
    result = CliRunner().invoke(main, ["import", str(HERE / "small_office" / "queues.conf"), "-o", str(made)])
    assert (result.exit_code, made.read_text()) == (2, "somebody's work")
    assert "is there already" in result.output


def test_templates_comments_and_includes_are_read_as_asterisk_does() -> None:
    text = "[base](!)\ntimeout = 7\n[700](base)\n#include more.conf\n"
    text += ";-- wrapuptime = 9\n--; maxlen = 3 ; three\n#tryinclude no\n"
    queue = adopted(text).centre.queues[0]
    assert (queue.ring_time.seconds, queue.type, queue.wrap_up.seconds, queue.max_callers) == (
        7,
        QueueType.LINEAR_HUNT,
        0,
        3,
    )


_WORDS: Final = some.sampled_from(
    [
        "strategy",
        "timeout",
        "retry",
        "wrapuptime",
        "weight",
        "maxlen",
        "joinempty",
        "leavewhenempty",
        "announce",
        "announce-frequency",
        "announce-position",
        "announce-holdtime",
        "periodic-announce",
        "periodic-announce-frequency",
        "autopause",
        "monitor-format",
        "servicelevel",
        "context",
        "reportholdtime",
        "ringinuse",
        "member",
        "membergosub",
        "unheard-of",
    ]
)
_VALUES: Final = some.one_of(
    some.sampled_from(
        [
            "yes",
            "no",
            "all",
            "once",
            "limit",
            "strict",
            "loose",
            "paused,inuse",
            "linear",
            "ringall",
            "rrmemory",
            "random",
            "wrandom",
            "0",
            "1",
            "5",
            "15",
            "99999",
            "-1",
            "x.wav",
            "custom/hello",
            "PJSIP/1001",
            "PJSIP/1002,3",
            "Local/1003@in/n,1,Ann",
            "SIP/bob,-2",
            "PJSIP/112",
            "Agent/1",
            "PJSIP/1001-a,0,,,,20",
        ]
    ),
    some.text(max_size=30),
)
_SECTIONS: Final = some.lists(
    some.tuples(
        some.one_of(some.sampled_from(["700", "911", "sales", "7001", "general"]), some.text(max_size=12)),
        some.lists(some.tuples(_WORDS, _VALUES), max_size=8),
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(_SECTIONS)
def test_whatever_stands_there_becomes_a_centre_that_can_be_applied_or_is_refused_in_words(
    sections: list[tuple[str, list[tuple[str, str]]]],
) -> None:
    text = "".join(
        f"[{name}]\n" + "".join(f"{key} => {value}\n" for key, value in entries) for name, entries in sections
    )
    centre: Adopted | str
    try:
        centre = adopted(text)
    except ConfigurationError as error:
        centre = str(error)
    if isinstance(centre, str):
        assert centre.startswith("queues.conf line ")
    else:
        assert len(centre.centre.queues) <= len(sections)
