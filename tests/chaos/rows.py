"""The table of failures, in its order."""

from typing import Final

from tests.chaos import engine_frozen, engine_killed, planned_restart, two_engines
from tests.chaos.row import Row

ROWS: Final[tuple[Row, ...]] = (engine_killed.ROW, engine_frozen.ROW, two_engines.ROW, planned_restart.ROW)
