"""What `acd up` tells a person while he waits: on standard error, so that the start sheet is alone on its output."""

import sys


def say(text: str) -> None:
    """One line, at once."""
    print(text, file=sys.stderr, flush=True)
