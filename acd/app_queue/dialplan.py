"""Where an old dial plan enters its queues: by which number, and how long callers wait at most.

It reads `Queue(name,options,url,announce,timeout)` below literal extensions; nothing is evaluated.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from acd.app_queue.conf import Section

_QUEUE: Final = re.compile(r"\bQueue\(([^()]*(?:\([^()]*\)[^()]*)*)\)", re.IGNORECASE)
_PATTERN: Final = "_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One extension that leads into a queue."""

    queue: str
    number: str | None
    """None: the extension is a pattern or no number."""
    extension: str
    timeout: timedelta | None
    """After which the caller goes on in the dial plan. None: never."""
    timeout_as_written: str


def ways(sections: Sequence[Section]) -> tuple[Way, ...]:
    """All ways into queues, in the order of the dial plan."""
    found: list[Way] = []
    for section in sections:
        extension = ""
        for entry in section.entries:
            if entry.key == "exten":
                extension, _, step = entry.value.partition(",")
            elif entry.key == "same":
                step = entry.value
            else:
                continue
            if called := _QUEUE.search(step):
                found.append(_way(extension.strip(), called[1]))
    return tuple(found)


def _way(extension: str, arguments: str) -> Way:
    name, *rest = [part.strip() for part in arguments.split(",")]
    timeout = rest[3] if len(rest) > 3 else ""
    number = extension if extension.isascii() and extension.isdigit() else None
    queue = extension if name == "${EXTEN}" and number else name
    seconds = int(timeout) if timeout.isascii() and timeout.isdigit() else 0
    return Way(
        queue=queue,
        number=number,
        extension=extension,
        timeout=timedelta(seconds=seconds) if seconds else None,
        timeout_as_written="" if timeout == "0" else timeout,
    )
