"""The table of failures, in its order."""

from typing import Final

from tests.chaos import asterisk_killed, connection_cut
from tests.chaos.row import Row

ROWS: Final[tuple[Row, ...]] = (asterisk_killed.ROW, connection_cut.ROW)
