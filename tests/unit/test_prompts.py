"""The sound files in the repository are those of the texts in the code, at the right rates and at one level."""

import array
import math
import tomllib
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest

from feature_codes.prompts import Prompt

PLACE = Path(__file__).resolve().parents[2] / "prompts" / "en"
RATES = {".wav": 8000, ".wav16": 16000}


def name_of(prompt: Prompt) -> str:
    return prompt.file.removeprefix("acd/")


def samples(file: Path) -> Sequence[int]:
    with wave.open(str(file)) as sound:
        return array.array("h", sound.readframes(sound.getnframes()))


def loudness_db(file: Path) -> float:
    """Root mean square of what is not silence, below full scale."""
    heard = [sample for sample in samples(file) if abs(sample) > 32]
    return 20 * math.log10(math.sqrt(sum(sample * sample for sample in heard) / len(heard)) / 32768)


@pytest.mark.parametrize("prompt", Prompt, ids=name_of)
@pytest.mark.parametrize("suffix", RATES)
def test_each_prompt_has_its_file_at_both_rates(prompt: Prompt, suffix: str) -> None:
    with wave.open(str(PLACE / f"{name_of(prompt)}{suffix}")) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (RATES[suffix], 1, 2)
        spoken_seconds = sound.getnframes() / sound.getframerate()
    assert len(prompt.text) / 25 < spoken_seconds < len(prompt.text) / 6


def test_levels_are_even_and_nothing_is_clipped() -> None:
    files = [PLACE / f"{name_of(prompt)}{suffix}" for prompt in Prompt for suffix in RATES]
    levels = {file.name: loudness_db(file) for file in files}
    assert max(levels.values()) - min(levels.values()) < 2, levels
    assert all(max(abs(sample) for sample in samples(file)) < 32767 for file in files)


def test_silence_around_the_words_is_short() -> None:
    for prompt in Prompt:
        loud = [abs(sample) > 600 for sample in samples(PLACE / f"{name_of(prompt)}.wav")]
        assert loud.index(True) < 0.25 * 8000, prompt
        assert loud[::-1].index(True) < 0.35 * 8000, prompt


def test_the_texts_beside_the_files_are_those_of_the_code() -> None:
    listed = tomllib.loads((PLACE / "prompts.toml").read_text(encoding="utf-8"))
    assert listed == {name_of(prompt): prompt.text for prompt in Prompt}


def test_no_file_is_left_of_a_prompt_that_is_gone() -> None:
    expected = {f"{name_of(prompt)}{suffix}" for prompt in Prompt for suffix in RATES} | {"prompts.toml"}
    assert {file.name for file in PLACE.iterdir()} == expected
