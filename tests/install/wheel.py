"""The wheel, built from a copy of what git knows, so that building leaves nothing in the tree."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]


def build(place: Path, version: str | None = None) -> Path:
    """The wheel, in this directory; with another number of the version than it has, where one is given."""
    source = place / f"source-{version}"
    skipped = shutil.ignore_patterns(
        ".*", "__pycache__", "*.egg-info", "build", "dist", "tests", "docs", "node_modules"
    )
    shutil.copytree(ROOT, source, symlinks=True, ignore=skipped)
    project = source / "pyproject.toml"
    if version is not None:
        lines = project.read_text(encoding="utf-8").splitlines()
        project.write_text(
            "\n".join(f'version = "{version}"' if line.startswith("version = ") else line for line in lines),
            encoding="utf-8",
        )
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(place), str(source)], check=True, capture_output=True)
    (wheel,) = place.glob(f"asterisk_acd-{version or '*'}-py3-none-any.whl")
    return wheel
