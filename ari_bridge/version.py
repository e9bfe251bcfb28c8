"""Which Asterisk is new enough."""

import re
from typing import Final

FLOOR: Final = (22, 10, 1)
"""Two ARI permission fixes and several deadlock fixes: older ones are not to be trusted with calls."""

FLOOR_IN_WORDS: Final = ".".join(str(part) for part in FLOOR)


def new_enough(version: str) -> bool:
    """Whether this version, as Asterisk writes it (`22.10.1~dfsg+...`, `certified/22.8-cert1`), reaches the floor."""
    numbers = re.match(r"(?:\D*)(\d+)\.(\d+)(?:\.(\d+))?", version)
    return numbers is not None and tuple(int(part or 0) for part in numbers.groups()) >= FLOOR
