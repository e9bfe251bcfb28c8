"""Measures of sound: level, the share of one tone, shape over time. Samples are 16 bit, 8,000 a second."""

import math
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path

RATE = 8000
FRAME = 160
"""Samples of 20 ms: what one RTP packet carries."""
FULL_SCALE = 32768
SILENCE_DB = -120.0
"""What digital silence measures, where the logarithm has no value."""

Samples = Sequence[int]


def tone(hz: int, *, seconds: float, amplitude: int = 8000) -> "array[int]":
    """A sine; whole seconds of a whole number of hertz join without a click."""
    step = 2 * math.pi * hz / RATE
    return array("h", [round(amplitude * math.sin(step * n)) for n in range(round(RATE * seconds))])


def level_db(samples: Samples) -> float:
    """RMS against full scale."""
    energy = sum(sample * sample for sample in samples)
    if not energy:
        return SILENCE_DB
    return 10 * math.log10(energy / len(samples) / FULL_SCALE**2)


def share_of_tone(samples: Samples, hz: int) -> float:
    """How much of the sound's energy lies at this frequency, 0 to 1 (Goertzel)."""
    energy = sum(sample * sample for sample in samples)
    if not energy:
        return 0.0
    factor = 2 * math.cos(2 * math.pi * hz / RATE)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + factor * last - before
    power = before * before + last * last - factor * before * last
    return min(1.0, 2 * power / (len(samples) * energy))


def dominant_tone(samples: Samples, candidates: Sequence[int]) -> tuple[int, float]:
    """The candidate with the largest share, and that share."""
    return max(((hz, share_of_tone(samples, hz)) for hz in candidates), key=lambda found: found[1])


def envelope(samples: Samples) -> list[float]:
    """Loudness of each 20 ms: what makes a spoken sentence recognisable whatever codec it went through."""
    frames = [samples[at : at + FRAME] for at in range(0, len(samples) - FRAME + 1, FRAME)]
    return [math.sqrt(sum(sample * sample for sample in frame) / FRAME) for frame in frames]


def correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Pearson's, of two rows of one length: 1 where they have one shape, about 0 where they have nothing in common."""
    mean_one, mean_other = sum(one) / len(one), sum(other) / len(other)
    spread_one = math.sqrt(sum((x - mean_one) ** 2 for x in one))
    spread_other = math.sqrt(sum((y - mean_other) ** 2 for y in other))
    if not spread_one or not spread_other:
        return 0.0
    together = sum((x - mean_one) * (y - mean_other) for x, y in zip(one, other, strict=True))
    return together / (spread_one * spread_other)


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
