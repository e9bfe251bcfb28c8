"""The table of failures, in its order."""

from typing import Final

from tests.chaos import (
    asterisk_killed,
    brute_force,
    clock_jumps,
    connection_cut,
    database_away,
    disk_full,
    engine_frozen,
    engine_killed,
    engine_killed_beyond,
    injection,
    overload,
    planned_restart,
    sip_attacks,
    two_engines,
)
from tests.chaos.row import Row

ROWS: Final[tuple[Row, ...]] = (
    engine_killed.ROW,
    engine_killed_beyond.ROW,
    engine_frozen.ROW,
    asterisk_killed.ROW,
    connection_cut.ROW,
    database_away.AWAY,
    database_away.SLOW,
    disk_full.ROW,
    clock_jumps.ROW,
    overload.ROW,
    two_engines.ROW,
    planned_restart.ROW,
    brute_force.ROW,
    sip_attacks.ROW,
    injection.ROW,
)
