"""What the bridge counts, for whoever exports it. Labels come from fixed sets: no ids, no text from outside."""

from collections import Counter, defaultdict
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Final

from ari_bridge.client import AriError, AriTimeout, AriUnreachable

UNKNOWN: Final = "unknown"


@dataclass(slots=True)
class BridgeCounters:
    """Counts since the process began."""

    events: Counter[str] = field(default_factory=Counter[str])
    """Messages from Asterisk by type; types that nobody knows are one, `unknown`."""
    malformed: int = 0
    """Messages of a type we read, in which something we need was missing or wrong."""
    requests: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Requests to Asterisk by operation (`channels.answer`) and outcome (ok, refused, failed, timeout, unreachable,
    or moot: refused, because the aim was reached already or had become pointless)."""
    request_seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Time spent on them by operation."""
    dropped: int = 0
    """Commands that came while Asterisk was not connected."""
    connects: int = 0
    """How often Asterisk came into sight; the first connection is one of them."""


def outcome(error: AriError | None, moot: Container[int]) -> str:
    """The label of what became of a request; `moot`: the refusals that matter to nobody."""
    match error:
        case None:
            return "ok"
        case _ if error.status in moot:
            return "moot"
        case AriTimeout():
            return "timeout"
        case AriUnreachable():
            return "unreachable"
        case _:
            return "refused" if error.status < 500 else "failed"
