"""Tables of a centre's file, from which keys are taken one after the other, and every fault is noted."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar, cast

from acd.centre.faults import Faults, Wrong, shown, suggestion

ValueT = TypeVar("ValueT")


class Table:
    """One table. A value that is wrong is replaced by a harmless one."""

    def __init__(self, place: str, values: Mapping[str, object], faults: Faults) -> None:
        self.place = place
        self._values = values
        self._faults = faults
        self._known: list[str] = []

    def require(self, key: str, check: Callable[[object], ValueT], instead: ValueT) -> ValueT:
        """The value of a key that must be there."""
        if key not in self._values:
            self.wrong(key, Wrong("is missing", f"add {key} = …"))
        return self.take(key, check, instead)

    def take(self, key: str, check: Callable[[object], ValueT], default: ValueT) -> ValueT:
        """The value of a key; the default where it is not given or wrong."""
        self._known.append(key)
        if key not in self._values:
            return default
        try:
            return check(self._values[key])
        except Wrong as wrong:
            self.wrong(key, wrong)
            return default

    def inner(self, key: str, form: str) -> "Table | None":
        """The table that a key holds, to be closed by itself; None where there is none. `form` shows what one is."""
        self._known.append(key)
        value = self._values.get(key)
        if isinstance(value, dict):
            return Table(f"{self.place}.{key}", cast("dict[str, object]", value), self._faults)
        if key in self._values:
            self.wrong(key, Wrong(f"{shown(value)} is no table", f"write one like {key} = {form}"))
        return None

    def has(self, key: str) -> bool:
        """Whether anything stands there, right or wrong."""
        return key in self._values

    def written(self, key: str) -> str:
        """What stands there, right or wrong; empty where nothing does."""
        return str(self._values.get(key, ""))

    def wrong(self, key: str, wrong: Wrong) -> None:
        """A fault of this key."""
        self._faults.add(f"{self.place}.{key}", wrong)

    def close(self) -> None:
        """All keys have been taken: any other is a mistake."""
        for key in self._values:
            if key not in self._known:
                self.wrong(key, Wrong("there is no such key", suggestion(key, self._known, "the keys here are")))


def entries(tables: Mapping[str, object], faults: Faults, kind: str) -> Iterator[Table]:
    """The tables of this kind, in their order. Each is closed once the next one is asked for."""
    given = tables.get(kind, [])
    if not isinstance(given, list):
        faults.add(kind, Wrong("is not a list of tables", f"write [[{kind}]] above every entry"))
        return
    for index, entry in enumerate(cast("list[object]", given), start=1):
        place = f"{kind}[{index}]"
        if isinstance(entry, dict):
            table = Table(place, cast("dict[str, object]", entry), faults)
            yield table
            table.close()
        else:
            faults.add(place, Wrong(f"{shown(entry)} is no table", f"write [[{kind}]] above every entry"))
