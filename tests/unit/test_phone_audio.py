"""The tests' own phone: G.711, tones and the recognition of prompts."""

import math
import random
from array import array
from pathlib import Path

import pytest

from tests.phone.audio import (
    FRAME,
    RATE,
    SILENCE_DB,
    dominant_tone,
    level_db,
    read_wav,
    share_of_tone,
    tone,
    write_wav,
)
from tests.phone.g711 import ALAW, ULAW, Codec
from tests.phone.prompts import Prompts


@pytest.mark.parametrize("codec", [ULAW, ALAW])
def test_every_code_survives_decoding_and_encoding(codec: Codec) -> None:
    codes = bytes(range(256))
    assert codec.decode(codec.encode(codec.decode(codes))) == codec.decode(codes)


def test_known_codes_of_the_recommendation() -> None:
    assert list(ULAW.decode(b"\x00\x80\xff\x7f")) == [-32124, 32124, 0, 0]
    assert list(ALAW.decode(b"\x2a\xaa\x55\xd5")) == [-32256, 32256, -8, 8]


@pytest.mark.parametrize("codec", [ULAW, ALAW])
def test_a_tone_is_told_from_its_neighbours_through_a_codec(codec: Codec) -> None:
    heard = codec.decode(codec.encode(tone(640, seconds=0.2)))
    assert share_of_tone(heard, 640) > 0.98
    assert share_of_tone(heard, 700) < 0.05
    assert dominant_tone(heard, [440, 640, 1000])[0] == 640


def test_noise_and_silence_are_no_tone() -> None:
    noise = random.Random(1)
    assert share_of_tone([noise.randint(-8000, 8000) for _ in range(1600)], 440) < 0.05
    assert share_of_tone([0] * 1600, 440) == 0
    assert level_db([0] * 1600) == SILENCE_DB


def test_the_level_of_a_sine_is_three_decibels_below_its_peak() -> None:
    assert level_db(tone(1000, seconds=1, amplitude=16384)) == pytest.approx(-9.03, abs=0.02)


def test_a_sound_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", tone(440, seconds=0.1))
    assert read_wav(tmp_path / "a.wav") == tone(440, seconds=0.1)


def sentence(seed: int, syllables: int) -> "array[int]":
    """Bursts of sound of random length and loudness: shaped like speech."""
    dice = random.Random(seed)
    samples = array("h")
    for _ in range(syllables):
        samples.extend(
            tone(dice.randint(150, 900), seconds=dice.uniform(0.06, 0.25), amplitude=dice.randint(2000, 12000))
        )
        samples.extend([0] * dice.randint(0, 800))
    return samples


@pytest.fixture
def prompts(tmp_path: Path) -> Prompts:
    beginning = sentence(1, 6)
    write_wav(tmp_path / "short.wav", beginning)
    write_wav(tmp_path / "long.wav", beginning + sentence(2, 4))
    write_wav(tmp_path / "other.wav", sentence(3, 8))
    return Prompts.of(tmp_path)


@pytest.mark.parametrize("name", ["short", "long", "other"])
def test_a_prompt_is_recognised_through_a_codec_late_and_louder(prompts: Prompts, tmp_path: Path, name: str) -> None:
    played = read_wav(tmp_path / f"{name}.wav")
    late = array("h", bytes(2 * (3 * FRAME + 71))) + array("h", [min(32000, sample * 2) for sample in played])
    heard = prompts.recognise(ULAW.decode(ULAW.encode(late + array("h", bytes(RATE)))))
    assert (heard.name, heard.likeness > 0.9) == (name, True)
    assert heard.second < heard.likeness - 0.1


def test_something_else_is_like_no_prompt(prompts: Prompts) -> None:
    music = array("h", [round(4000 * math.sin(n / 9) * math.sin(n / 2000)) for n in range(2 * RATE)])
    assert prompts.recognise(music).likeness < 0.7
    assert prompts.recognise(array("h", bytes(2 * RATE))).likeness == 0


def test_a_directory_without_prompts_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no prompts"):
        Prompts.of(tmp_path)
