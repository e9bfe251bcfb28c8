"""Speak every prompt of `feature_codes/prompts.py` into `prompts/en/`: `make prompts`.

Needs espeak-ng and sox. Each prompt becomes a .wav (8 kHz) and a .wav16 (16 kHz, for wide-band phones), trimmed and
brought to one level, and its text goes into `prompts.toml` beside them. The files are kept in the repository, so only
who changes a text runs this. Another voice: replace `speak`, everything after it stays.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from feature_codes.prompts import Prompt

PLACE: Final = Path(__file__).parent / "en"
LEVEL_DB: Final = -20.0
"""Root mean square below full scale, about that of Asterisk's own sounds."""

RATES: Final = {".wav": 8000, ".wav16": 16000}


def main() -> int:
    """Make all files anew, and remove those whose prompt is gone."""
    PLACE.mkdir(exist_ok=True)
    wanted = {"prompts.toml"}
    for prompt in Prompt:
        name = prompt.file.removeprefix("acd/")
        with tempfile.TemporaryDirectory() as scratch:
            spoken = Path(scratch) / "spoken.wav"
            speak(prompt.text, spoken)
            for suffix, rate in RATES.items():
                level(spoken, PLACE / f"{name}{suffix}", rate)
                wanted.add(f"{name}{suffix}")
        print(f"{name}: {prompt.text}")
    (PLACE / "prompts.toml").write_text(listing(), encoding="utf-8")
    for file in PLACE.iterdir():
        if file.name not in wanted:
            file.unlink()
    return 0


def speak(text: str, to: Path) -> None:
    """Let the speech engine say this, at its own rate and level."""
    _run("espeak-ng", "-v", "en-us", "-s", "150", "-w", str(to), text)


def level(spoken: Path, to: Path, rate: int) -> None:
    """Trim the silence at both ends, leave a short breath, resample, and bring to the common level."""
    cut = ["silence", "1", "0.01", "0.5%", "reverse", "silence", "1", "0.01", "0.5%", "reverse"]
    shape = ["highpass", "120", "rate", "-v", str(rate), *cut]
    said = _run("sox", "-D", str(spoken), "-n", *shape, "stats")
    found = re.search(r"RMS lev dB\s+(-?[\d.]+)", said)
    if found is None:
        raise SystemExit(f"sox told no level of {spoken}: {said}")
    gain = LEVEL_DB - float(found[1])
    form = ["-t", "wav", "-b", "16", "-c", "1", "-e", "signed-integer"]
    _run("sox", "-D", str(spoken), *form, str(to), *shape, "gain", "-l", f"{gain:.2f}", "pad", "0.1", "0.15")


def listing() -> str:
    """The texts beside the files, as TOML."""
    lines = ["# What each file says. Made by prompts/make.py from feature_codes/prompts.py; do not edit.", ""]
    lines += [f'{prompt.file.removeprefix("acd/")} = "{prompt.text}"' for prompt in Prompt]
    return "\n".join(lines) + "\n"


def _run(*command: str) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stderr  # noqa: S603 - our own command line
    except FileNotFoundError:
        raise SystemExit(f"{command[0]} is not installed: apt-get install espeak-ng sox") from None


if __name__ == "__main__":
    sys.exit(main())
