"""What is wrong with an installation, seen from outside, and what to type against it.

Pure: `sight` is what was looked at, `checks` judges it. The looking is in `acd.runtime.doctor`.
"""

from acd.doctor.checks import findings
from acd.doctor.words import Finding, Level

__all__ = ["Finding", "Level", "findings"]
