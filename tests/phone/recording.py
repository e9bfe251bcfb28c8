"""What a recording of a call holds: how long it is, and when which phone's tone sounds in it."""

import wave
from array import array
from dataclasses import dataclass
from pathlib import Path

from tests.phone.audio import RATE, Samples, share_of_tone

WINDOW = RATE // 10
"""Samples of 100 ms: how exactly the beginning and the end of a tone are told."""
PART_OF_A_MIX = 0.2
"""The share of its energy that a tone has where it sounds beside another one: half of it, less what the codecs take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when, seconds from the beginning of the recording."""

    begins: float
    ends: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A file with one channel that holds both sides, or one for each."""

    channels: tuple[Samples, ...]

    @property
    def seconds(self) -> float:
        return len(self.channels[0]) / RATE

    def spans(self, hz: int, *, channel: int | None = None) -> list[Span]:
        """When this tone sounds, alone or beside another, in one channel or in any."""
        looked_at = self.channels if channel is None else (self.channels[channel],)
        windows = range(0, len(self.channels[0]) - WINDOW + 1, WINDOW)
        sounding = [
            at
            for at in windows
            if any(share_of_tone(samples[at : at + WINDOW], hz) > PART_OF_A_MIX for samples in looked_at)
        ]
        spans: list[Span] = []
        for at in sounding:
            begins = spans.pop().begins if spans and round(spans[-1].ends * RATE) == at else at / RATE
            spans.append(Span(begins=begins, ends=(at + WINDOW) / RATE))
        return spans

    def seconds_of(self, hz: int, *, channel: int | None = None) -> float:
        """For how long this tone sounds in all."""
        return sum(span.ends - span.begins for span in self.spans(hz, channel=channel))


def read_recording(path: Path) -> Recording:
    """Read a 16-bit file of 8 kHz; raises `ValueError` for any other, and where it is still being written."""
    with wave.open(str(path), "rb") as file:
        if (file.getsampwidth(), file.getframerate()) != (2, RATE):
            raise ValueError(f"{path} is not 16 bit, 8 kHz")
        sides = file.getnchannels()
        samples = array("h", file.readframes(file.getnframes()))
    if not samples:
        raise ValueError(f"{path} holds no sound")
    return Recording(channels=tuple(samples[side::sides] for side in range(sides)))
