"""Star codes: what each asks of the engine, and what the person at the phone hears, for every way it can end."""

from datetime import timedelta

import pytest

from acd.inputs import EndWrapUpByPhone, Refusal, SetAwayByPhone, SetStatusByPhone
from acd.model import (
    AWAY_STATUSES,
    BREAK,
    LUNCH,
    MEETING,
    OFFLINE,
    ONLINE,
    OTHER,
    SINGLE_CALL,
    STATUSES,
    WEB,
    DeviceId,
    Status,
)
from acd.outputs import Phrase
from acd.ports import AgentReport
from feature_codes.dialog import Answer, Ask, Dialog, Look, Say, Step
from feature_codes.prompts import SPOKEN, Prompt, standing, wording
from feature_codes.table import DEFAULT_CODES, StarCodes

DEVICE = DeviceId("1001-desk")
CODES = [
    ("*50", SINGLE_CALL, Prompt.AVAILABLE_FOR_ONE_CALL),
    ("*51", ONLINE, Prompt.AVAILABLE),
    ("*52", OFFLINE, Prompt.UNAVAILABLE),
    ("*551", LUNCH, Prompt.AT_LUNCH),
    ("*552", BREAK, Prompt.ON_BREAK),
    ("*553", MEETING, Prompt.IN_A_MEETING),
    ("*554", OTHER, Prompt.AWAY),
    ("*555", WEB, Prompt.ON_THE_WEB),
]


BEFORE_A_NUMBER = {
    Prompt.AWAY_BY_NUMBER,
    Prompt.YOU_ARE_CALLER_NUMBER,
    Prompt.EXPECTED_WAIT_ABOUT,
    Prompt.EXPECTED_WAIT_OVER,
    Prompt.WAITED,
}


def through(dialog: Dialog, answer: Answer) -> list[Step]:
    """Every step of a dialogue in which each question gets this answer."""
    steps: list[Step] = []
    sent: Answer = None
    while True:
        try:
            step = dialog.send(sent)
        except StopIteration:
            return steps
        steps.append(step)
        sent = answer if isinstance(step, Ask | Look) else None


@pytest.mark.parametrize(("code", "status", "prompt"), CODES)
def test_a_code_is_decided_and_then_confirmed(code: str, status: Status, prompt: Prompt) -> None:
    assert through(StarCodes(DEFAULT_CODES).dialog(code, DEVICE), None) == [
        Ask(request=SetStatusByPhone(device=DEVICE, status=status)),
        Say(words=(prompt,)),
    ]


@pytest.mark.parametrize(("code", "status", "prompt"), CODES)
@pytest.mark.parametrize("refusal", list(Refusal))
def test_a_refusal_is_said_and_never_the_confirmation(
    code: str, status: Status, prompt: Prompt, refusal: Refusal
) -> None:
    assert through(StarCodes(DEFAULT_CODES).dialog(code, DEVICE), refusal) == [
        Ask(request=SetStatusByPhone(device=DEVICE, status=status)),
        Say(words=(wording(refusal),)),
    ]
    assert wording(refusal) not in {confirmation for *_, confirmation in CODES}


@pytest.mark.parametrize(
    ("refusal", "prompt"),
    [
        (None, Prompt.WRAP_UP_ENDED),
        (Refusal.NOT_IN_WRAP_UP, Prompt.NOT_IN_WRAP_UP),
        (Refusal.WRAP_UP_MANDATORY, Prompt.WRAP_UP_MANDATORY),
    ],
)
def test_a_wrap_up_is_ended_or_the_reason_why_not_is_said(refusal: Refusal | None, prompt: Prompt) -> None:
    assert through(StarCodes(DEFAULT_CODES).dialog("*54", DEVICE), refusal) == [
        Ask(request=EndWrapUpByPhone(device=DEVICE)),
        Say(words=(prompt,)),
    ]


@pytest.mark.parametrize(
    ("wrap_up_left", "more"),
    [
        (None, []),
        (timedelta(seconds=11.6), [(12, Prompt.SECONDS)]),
        (timedelta(minutes=2), [(120, Prompt.SECONDS)]),
        (timedelta(minutes=59, seconds=1), [(60, Prompt.MINUTES)]),
    ],
)
def test_how_an_agent_stands_is_said_in_figures(wrap_up_left: timedelta | None, more: list[tuple[int, Prompt]]) -> None:
    report = AgentReport(status=LUNCH, away_number=1, queues=3, callers_waiting=2, wrap_up_left=wrap_up_left)
    looked, said, *rest = through(StarCodes(DEFAULT_CODES).dialog("*53", DEVICE), report)
    assert looked == Look(device=DEVICE)
    assert said == Say(words=(Prompt.AT_LUNCH, Prompt.QUEUES, 3, Prompt.CALLERS_WAITING, 2))
    assert rest == [Say(words=(Prompt.WRAP_UP_LEFT, *words)) for words in more]


def test_a_phone_that_is_no_agents_has_no_standing() -> None:
    assert through(StarCodes(DEFAULT_CODES).dialog("*53", DEVICE), None)[1:] == [Say(words=(Prompt.NOT_AN_AGENT,))]


def test_every_status_is_said_differently_and_an_accounts_own_by_its_number() -> None:
    assert len({standing(status) for status in STATUSES}) == len(STATUSES)
    assert standing(Status("errands"), 7) == (Prompt.AWAY_BY_NUMBER, 7)
    assert standing(Status("errands"), None) == (Prompt.AWAY,)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        *((number, standing(status)) for number, status in enumerate(AWAY_STATUSES, start=1)),
        (6, (Prompt.AWAY_BY_NUMBER, 6)),
        (9, (Prompt.AWAY_BY_NUMBER, 9)),
    ],
)
def test_an_away_status_is_chosen_by_its_number(number: int, said: tuple[Prompt | int, ...]) -> None:
    codes = StarCodes({"away": "*77"})
    asked = Ask(request=SetAwayByPhone(device=DEVICE, number=number))
    assert through(codes.dialog(f"*77{number}", DEVICE), None) == [asked, Say(words=said)]
    refused = through(codes.dialog(f"*77{number}", DEVICE), Refusal.UNKNOWN_STATUS)
    assert refused == [asked, Say(words=(Prompt.NO_SUCH_STATUS,))]


def test_a_status_needs_a_number_from_1_to_9() -> None:
    for code in ("*55", "*550", "*5", "*"):
        assert through(StarCodes(DEFAULT_CODES).dialog(code, DEVICE), None) == [Say(words=(Prompt.UNKNOWN_CODE,))]


def test_a_lamp_belongs_to_each_code_that_sets_a_status() -> None:
    assert StarCodes({**DEFAULT_CODES, "online": "*61"}).lamps == {
        "*61": ONLINE,
        **{code: status for code, status, _ in CODES if code != "*51"},
    }


def test_every_phrase_of_the_engine_is_spoken_by_a_prompt_of_its_own() -> None:
    assert set(SPOKEN) == set(Phrase)
    assert len(set(SPOKEN.values())) == len(Phrase)


def test_who_is_no_agent_and_what_was_not_stored_are_told_apart() -> None:
    assert wording(Refusal.NOT_AN_AGENT) is Prompt.NOT_AN_AGENT
    assert wording(Refusal.NOT_STORED) is Prompt.NOT_STORED


def test_an_unknown_code_is_refused_without_asking_anything() -> None:
    assert through(StarCodes(DEFAULT_CODES).dialog("*59", DEVICE), None) == [Say(words=(Prompt.UNKNOWN_CODE,))]


def test_the_settings_may_name_other_codes() -> None:
    codes = StarCodes({"online": "*61"})
    assert through(codes.dialog("*61", DEVICE), None)[1] == Say(words=(Prompt.AVAILABLE,))
    assert through(codes.dialog("*51", DEVICE), None) == [Say(words=(Prompt.UNKNOWN_CODE,))]


def test_every_prompt_is_another_file_with_words_and_a_fallback() -> None:
    prompts = list(Prompt)
    assert len({prompt.file for prompt in prompts}) == len({prompt.text for prompt in prompts}) == len(prompts)
    for prompt in prompts:
        assert prompt.file.startswith("acd/")
        assert prompt.text[-1] in ".:" or prompt in BEFORE_A_NUMBER
        assert prompt.fallback
