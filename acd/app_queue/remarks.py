"""What is told about an import: what has no counterpart, what will be otherwise, what was made up."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How much a remark matters."""

    DIFFERS = "differs"
    """Callers or agents will notice."""
    TO_DO = "to do"
    """Something is missing until somebody adds it."""
    DROPPED = "dropped"
    """Nobody will notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing, and the queues that it is about."""

    kind: Kind
    about: str
    """`retry = 5`, `PJSIP/alice`."""
    what: str
    queues: tuple[str, ...] = ()
    """By their names in queues.conf; none: all of it."""

    def __str__(self) -> str:
        where = f" ({', '.join(self.queues)})" if self.queues else ""
        return f"{self.about}{where}: {self.what}"


class Remarks:
    """Those so far. The same one about several queues is told once."""

    def __init__(self) -> None:
        self._found: dict[tuple[Kind, str, str], list[str]] = {}

    def add(self, kind: Kind, about: str, what: str, queue: str | None = None) -> None:
        """Note one."""
        queues = self._found.setdefault((kind, about, what), [])
        if queue is not None and queue not in queues:
            queues.append(queue)

    def all(self) -> tuple[Remark, ...]:
        """What matters most first."""
        order = list(Kind)
        return tuple(
            Remark(kind=kind, about=about, what=what, queues=tuple(queues))
            for (kind, about, what), queues in sorted(self._found.items(), key=lambda item: order.index(item[0][0]))
        )
