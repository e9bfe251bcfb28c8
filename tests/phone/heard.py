"""Which prompts were heard one after another, from when to when, and which of them were cut off.

Compares waveforms, which Asterisk plays unchanged but for the codec; so words that two prompts have in common do not
confuse it. It computes for a second or so: call it when the call is over, or in a thread.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.phone.audio import RATE, Samples, Sound, read_wav

ANCHOR = RATE // 2
"""Samples by which a prompt is found: its first half second, or its second where the first was lost."""
FOUND = 0.8
"""Correlation with an anchor from which on it was heard."""
BLOCK = RATE // 20
"""Samples of 50 ms: how exactly a cut is told; one in the pause between two words shows at the end of the first."""
BLOCKS_AMISS = 3
"""So many in a row that are not the prompt's are its end."""
QUIET = 0.02
"""Of the loudest sample: less at either end of a file is not part of the prompt."""
SHORTEST_SECONDS = 0.2
OVERLAP_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One prompt, or the part of it that was played. Seconds, from the beginning of what was heard."""

    name: str
    begins: float
    lasts: float
    whole: float
    """How long the prompt is from where it began to be heard: its first half second may be lost."""

    @property
    def ends(self) -> float:
        return self.begins + self.lasts

    @property
    def is_cut(self) -> bool:
        """Whether its end is missing."""
        return self.lasts < self.whole - 2 * BLOCK / RATE


def prompts_heard(heard: Samples, directory: Path) -> list[Heard]:
    """The prompts of this directory in the order in which they were heard; a sound of another kind is passed over."""
    searched = _Searched(np.array(heard, dtype=np.float64))
    found = [
        one
        for file in sorted(directory.glob("*.wav"))
        for one in _findings(searched, file.stem, _spoken(read_wav(file)))
    ]
    kept: list[Heard] = []
    for one in sorted(found, key=lambda one: (-one.lasts, one.whole)):
        if all(min(one.ends, other.ends) - max(one.begins, other.begins) < OVERLAP_SECONDS for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.begins)


def _spoken(samples: Samples) -> Sound:
    sound = np.array(samples, dtype=np.float64)
    loud = np.flatnonzero(np.abs(sound) > QUIET * np.abs(sound).max(initial=0.0))
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound[:0]


class _Searched:
    """What was heard, and what every search in it needs."""

    def __init__(self, sound: Sound) -> None:
        self.sound = sound
        self._size = 1 << (len(sound) + ANCHOR).bit_length()
        self._spectrum = np.fft.rfft(sound, self._size)
        self._power = np.concatenate(([0.0], np.cumsum(sound**2)))

    def places(self, anchor: Sound) -> Iterator[tuple[int, float]]:
        """Where the anchor was heard, and how loud against the file."""
        if len(self.sound) < len(anchor):
            return
        together = np.fft.irfft(self._spectrum * np.conj(np.fft.rfft(anchor, self._size)), self._size)
        together = together[: len(self.sound) - len(anchor) + 1]
        here, energy = self._power[len(anchor) :] - self._power[: -len(anchor)], float((anchor**2).sum())
        likeness = together / np.sqrt(np.maximum(here * energy, 1.0))
        while len(likeness) and likeness.max() > FOUND:
            place = int(likeness.argmax())
            yield place, float(together[place]) / energy
            likeness[max(0, place - len(anchor) // 2) : place + len(anchor) // 2] = 0.0


def _findings(searched: _Searched, name: str, prompt: Sound) -> Iterator[Heard]:
    for offset in (0, ANCHOR):
        anchor = prompt[offset : offset + ANCHOR]
        if len(anchor) < SHORTEST_SECONDS * RATE:
            continue
        for place, gain in searched.places(anchor):
            length = _length(searched.sound[place:], prompt[offset:], gain)
            if length >= SHORTEST_SECONDS * RATE:
                whole = (len(prompt) - offset) / RATE
                yield Heard(name=name, begins=place / RATE, lasts=length / RATE, whole=whole)


def _length(sound: Sound, prompt: Sound, gain: float) -> int:
    """How many samples of the prompt, from its beginning, this sound is."""
    faint = (prompt**2).mean() / 1000
    length = amiss = 0
    for at in range(0, min(len(sound), len(prompt)), BLOCK):
        said = prompt[at : at + BLOCK]
        got = sound[at : at + len(said)]
        if (said**2).mean() < faint:
            continue
        if len(got) == len(said) and ((got - gain * said) ** 2).sum() < 0.5 * ((gain * said) ** 2).sum():
            length, amiss = at + len(said), 0
        else:
            amiss += 1
            if amiss == BLOCKS_AMISS:
                break
    return length
