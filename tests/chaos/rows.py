"""The table of failures, in its order."""

from typing import Final

from tests.chaos.row import Row

ROWS: Final[tuple[Row, ...]] = ()
