"""The tests' own phone: prompts one after another, prompts cut off, and recordings of two tones."""

import wave
from array import array
from pathlib import Path

import pytest

from tests.phone.audio import RATE, read_wav, tone
from tests.phone.g711 import ALAW, ULAW, Codec
from tests.phone.heard import Heard, prompts_heard
from tests.phone.recording import read_recording

PROMPTS = Path(__file__).parents[2] / "prompts" / "en"
SILENCE = array("h", bytes(2 * 2400))
MUSIC = tone(500, seconds=0.7, amplitude=3000)


def said(name: str) -> "array[int]":
    return read_wav(PROMPTS / f"{name}.wav")


def through(codec: Codec, samples: "array[int]") -> list[Heard]:
    return prompts_heard(codec.decode(codec.encode(samples)), PROMPTS)


@pytest.mark.parametrize("codec", [ULAW, ALAW])
def test_prompts_one_after_another_are_told_apart_though_their_words_are_alike(codec: Codec) -> None:
    names = ["available", "available-for-one-call", "unavailable", "on-break", "at-lunch", "available"]
    sound = SILENCE
    for name in names:
        sound = sound + said(name) + MUSIC
    heard = through(codec, sound)
    assert [(one.name, one.is_cut) for one in heard] == [(name, False) for name in names]
    assert [one.ends for one in heard] == sorted(one.ends for one in heard)


def test_a_prompt_that_was_cut_off_says_when() -> None:
    cut_at = len(SILENCE) + 2 * RATE
    sound = (SILENCE + said("unknown-code"))[:cut_at] + tone(640, seconds=1) + said("at-lunch")
    first, second = through(ULAW, sound)
    assert (first.name, first.is_cut) == ("unknown-code", True)
    assert cut_at / RATE - 0.15 < first.ends <= cut_at / RATE
    assert first.whole == pytest.approx(len(said("unknown-code")) / RATE, abs=0.3)
    assert (second.name, second.is_cut) == ("at-lunch", False)


def test_a_prompt_whose_first_words_were_lost_is_known() -> None:
    (heard,) = through(ULAW, said("not-an-agent")[RATE // 3 :])
    assert (heard.name, heard.is_cut) == ("not-an-agent", False)


@pytest.mark.parametrize("sound", [MUSIC + tone(640, seconds=3), SILENCE, array("h")])
def test_where_nobody_speaks_there_is_no_prompt(sound: "array[int]") -> None:
    assert through(ULAW, sound) == []


def write(path: Path, *channels: "array[int]") -> None:
    frames = array("h", (sample for together in zip(*channels, strict=True) for sample in together))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(frames.tobytes())


QUIET_SECOND = array("h", bytes(2 * RATE))
CALLER = tone(440, seconds=2) + QUIET_SECOND
AGENT = QUIET_SECOND + tone(640, seconds=2)


def test_a_recording_of_both_sides_in_one_channel_shows_who_spoke_when(tmp_path: Path) -> None:
    mixed = array("h", [one + other for one, other in zip(CALLER, AGENT, strict=True)])
    write(tmp_path / "mixed.wav", ULAW.decode(ULAW.encode(mixed)))
    recording = read_recording(tmp_path / "mixed.wav")
    assert recording.seconds == 3
    assert [(span.begins, span.ends) for span in recording.spans(440)] == [(0, 2)]
    assert [(span.begins, span.ends) for span in recording.spans(640)] == [(1, 3)]
    assert recording.spans(1000) == []


def test_a_recording_with_a_channel_for_each_side_shows_them_apart(tmp_path: Path) -> None:
    write(tmp_path / "both.wav", CALLER, AGENT)
    recording = read_recording(tmp_path / "both.wav")
    assert recording.seconds_of(440, channel=0) == pytest.approx(2)
    assert recording.seconds_of(440, channel=1) == 0
    assert recording.seconds_of(640) == pytest.approx(2)
    assert recording.seconds_of(640, channel=0) == 0


def test_a_recording_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    write(tmp_path / "empty.wav", array("h"))
    with pytest.raises(ValueError, match="no sound"):
        read_recording(tmp_path / "empty.wav")
    with wave.open(str(tmp_path / "wide.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(bytes(320))
    with pytest.raises(ValueError, match="8 kHz"):
        read_recording(tmp_path / "wide.wav")
