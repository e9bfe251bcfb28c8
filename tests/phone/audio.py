"""Measures of sound: level, the share of one tone, shape over time. Samples are 16 bit, 8,000 a second."""

import math
import wave
from array import array
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
FRAME = 160
"""Samples of 20 ms: what one RTP packet carries."""
FULL_SCALE = 32768
SILENCE_DB = -120.0
"""What digital silence measures, where the logarithm has no value."""

Samples = Sequence[int]
Sound = NDArray[np.float64]


def tone(hz: int, *, seconds: float, amplitude: int = 8000) -> "array[int]":
    """A sine; whole seconds of a whole number of hertz join without a click."""
    step = 2 * math.pi * hz / RATE
    return array("h", [round(amplitude * math.sin(step * n)) for n in range(round(RATE * seconds))])


def level_db(samples: Samples) -> float:
    """RMS against full scale."""
    energy = _energy(_sound(samples))
    if not energy:
        return SILENCE_DB
    return 10 * math.log10(energy / len(samples) / FULL_SCALE**2)


def share_of_tone(samples: Samples, hz: int) -> float:
    """How much of the sound's energy lies at this frequency, 0 to 1."""
    sound = _sound(samples)
    energy = _energy(sound)
    if not energy:
        return 0.0
    return min(1.0, 2 * abs(complex(sound @ _turning(hz, len(sound)))) ** 2 / (len(sound) * energy))


def dominant_tone(samples: Samples, candidates: Sequence[int]) -> tuple[int, float]:
    """The candidate with the largest share, and that share."""
    return max(((hz, share_of_tone(samples, hz)) for hz in candidates), key=lambda found: found[1])


def envelope(samples: Samples) -> Sound:
    """Loudness of each 20 ms: what makes a spoken sentence recognisable whatever codec it went through."""
    frames = _sound(samples)[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    loudness: Sound = np.sqrt((frames**2).mean(axis=1))
    return loudness


def _sound(samples: Samples) -> Sound:
    return np.array(samples, dtype=np.float64)


def _energy(sound: Sound) -> float:
    return float(sound @ sound)


@cache
def _turning(hz: int, length: int) -> NDArray[np.complex128]:
    """Once around for each period of this tone."""
    turning: NDArray[np.complex128] = np.exp(-2j * np.pi * hz / RATE * np.arange(length))
    return turning


def read_wav(path: Path) -> "array[int]":
    """A mono 16-bit file of 8 kHz; raises `ValueError` for any other."""
    with wave.open(str(path), "rb") as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
            raise ValueError(f"{path} is not mono, 16 bit, 8 kHz")
        return array("h", file.readframes(file.getnframes()))


def write_wav(path: Path, samples: Samples) -> None:
    """Keep what was heard, for human ears."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array("h", samples).tobytes())
