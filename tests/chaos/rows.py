"""The table of failures, in its order."""

from typing import Final

from tests.chaos import brute_force, engine_frozen, injection, planned_restart, sip_attacks, two_engines
from tests.chaos.row import Row

ROWS: Final[tuple[Row, ...]] = (
    engine_frozen.ROW,
    two_engines.ROW,
    planned_restart.ROW,
    brute_force.ROW,
    sip_attacks.ROW,
    injection.ROW,
)
