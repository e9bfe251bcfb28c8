"""The table of failures, in its order."""

from typing import Final

from tests.chaos import brute_force, injection, sip_attacks
from tests.chaos.row import Row

ROWS: Final[tuple[Row, ...]] = (
    brute_force.ROW,
    sip_attacks.ROW,
    injection.ROW,
)
