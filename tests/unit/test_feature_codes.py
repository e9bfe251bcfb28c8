"""Star codes: what each asks of the engine, and what the person at the phone hears, for every way it can end."""

import pytest

from acd.inputs import EndWrapUpByPhone, Refusal, SetStatusByPhone
from acd.model import BREAK, LUNCH, MEETING, OFFLINE, ONLINE, OTHER, SINGLE_CALL, WEB, DeviceId, Status
from feature_codes.dialog import Ask, Dialog, Say
from feature_codes.prompts import Prompt, wording
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


def through(dialog: Dialog, answer: Refusal | None) -> list[Ask | Say]:
    """Every step of a dialogue in which each question gets this answer."""
    steps: list[Ask | Say] = []
    sent: Refusal | None = None
    while True:
        try:
            step = dialog.send(sent)
        except StopIteration:
            return steps
        steps.append(step)
        sent = answer if isinstance(step, Ask) else None


@pytest.mark.parametrize(("code", "status", "prompt"), CODES)
def test_a_code_is_decided_and_then_confirmed(code: str, status: Status, prompt: Prompt) -> None:
    assert through(StarCodes(DEFAULT_CODES).dialog(code, DEVICE), None) == [
        Ask(request=SetStatusByPhone(device=DEVICE, status=status)),
        Say(prompt=prompt),
    ]


@pytest.mark.parametrize(("code", "status", "prompt"), CODES)
@pytest.mark.parametrize("refusal", list(Refusal))
def test_a_refusal_is_said_and_never_the_confirmation(
    code: str, status: Status, prompt: Prompt, refusal: Refusal
) -> None:
    assert through(StarCodes(DEFAULT_CODES).dialog(code, DEVICE), refusal) == [
        Ask(request=SetStatusByPhone(device=DEVICE, status=status)),
        Say(prompt=wording(refusal)),
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
        Say(prompt=prompt),
    ]


def test_who_is_no_agent_and_what_was_not_stored_are_told_apart() -> None:
    assert wording(Refusal.NOT_AN_AGENT) is Prompt.NOT_AN_AGENT
    assert wording(Refusal.NOT_STORED) is Prompt.NOT_STORED


def test_an_unknown_code_is_refused_without_asking_anything() -> None:
    assert through(StarCodes(DEFAULT_CODES).dialog("*59", DEVICE), None) == [Say(prompt=Prompt.UNKNOWN_CODE)]


def test_the_settings_may_name_other_codes() -> None:
    codes = StarCodes({"online": "*61"})
    assert through(codes.dialog("*61", DEVICE), None)[1] == Say(prompt=Prompt.AVAILABLE)
    assert through(codes.dialog("*51", DEVICE), None) == [Say(prompt=Prompt.UNKNOWN_CODE)]


def test_every_prompt_is_another_file_with_words_and_a_fallback() -> None:
    prompts = list(Prompt)
    assert len({prompt.file for prompt in prompts}) == len({prompt.text for prompt in prompts}) == len(prompts)
    for prompt in prompts:
        assert prompt.file.startswith("acd/")
        assert prompt.text.endswith(".")
        assert prompt.fallback
