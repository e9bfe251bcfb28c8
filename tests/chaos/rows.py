"""The table of failures, in its order."""

from typing import Final

from tests.chaos import asterisk_killed, connection_cut, engine_frozen, overload, planned_restart, two_engines
from tests.chaos.row import Row

ROWS: Final[tuple[Row, ...]] = (
    engine_frozen.ROW,
    asterisk_killed.ROW,
    connection_cut.ROW,
    overload.ROW,
    two_engines.ROW,
    planned_restart.ROW,
)
