"""The file that describes a centre: account, users, phones, queues, assignments.

Pure: the text goes in; the centre comes out, or every fault of it with its place and the mend. The form of the file is
explained in `examples/demo.toml`, the file a newcomer edits first.
"""

from acd.centre.faults import CentreFaults, Fault
from acd.centre.reading import read_centre, read_tables
from acd.centre.values import Centre, Phone, Role, User
from acd.centre.writing import tables_of

__all__ = ["Centre", "CentreFaults", "Fault", "Phone", "Role", "User", "read_centre", "read_tables", "tables_of"]
