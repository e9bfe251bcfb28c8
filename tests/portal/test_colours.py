"""Every pair of text and ground that the style sheet promises keeps the contrast of WCAG 2 level AA, in both themes."""

import re
from pathlib import Path
from typing import Final

import pytest

STYLES: Final = Path(__file__).parents[2] / "portal" / "static" / "styles"
TEXT, GRAPHIC = 4.5, 3.0
TONES: Final = ("green", "yellow", "orange", "purple", "grey", "teal", "red", "blue")
THEMES: Final = {"light": 0, "dark": 1}

PAIRS: Final = [
    *((f"{tone}-text", f"{tone}-tint", TEXT) for tone in TONES),
    *((f"{tone}-text", "surface", TEXT) for tone in TONES),
    *((tone, "surface", GRAPHIC) for tone in TONES),
    *((ink, ground, TEXT) for ink in ("text", "quiet") for ground in ("surface", "ground", "sunken", "hover")),
    *(("text", ground, TEXT) for ground in ("accent-tint",)),
    *(("accent", ground, TEXT) for ground in ("surface", "ground")),
    ("on-accent", "accent", TEXT),
    ("line-strong", "surface", GRAPHIC),
    *((f"series-{letter}", "surface", GRAPHIC) for letter in "abcdefgh"),
]


def colours(theme: str) -> dict[str, str]:
    """The custom properties as one theme has them."""
    text = "\n".join((STYLES / name).read_text(encoding="utf-8") for name in ("tokens.css", "charts.css"))
    found = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", text)
    return {name: (light, dark)[THEMES[theme]] for name, light, dark in found}


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_contrast(theme: str) -> None:
    """Text 4.5 to 1, graphics and borders of inputs 3 to 1."""
    of = colours(theme)
    weak = {
        f"{ink} on {ground}": round(contrast(of[ink], of[ground]), 2)
        for ink, ground, least in PAIRS
        if contrast(of[ink], of[ground]) < least
    }
    assert weak == {}
