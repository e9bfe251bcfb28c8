"""The configuration of one account as its file would say it, by the names of its things, to be changed and read again.

Pure. Whether it makes sense is not looked at here: that is seen when it is read.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from acd.centre import Centre, Fault, tables_of
from acd.centre.writing import Entry, without_none

_ENTRY: Final = re.compile(r"(users|devices|queues|assignments)\[(\d{1,6})\]")
_INTO: Final = re.compile(r"(?P<entry>(?:users|devices|queues|assignments)\[\d+\]|account)\.?(?P<key>.*)")


def version_of(entry: object) -> str:
    """Tells one state of a thing from another; the same as long as nothing of it is changed."""
    return hashlib.sha256(msgspec.json.encode(entry, order="sorted")).hexdigest()[:16]


class Draft:
    """Everything of the account; what is in it is changed in place."""

    def __init__(self, centre: Centre) -> None:
        tables = tables_of(centre)
        self.account: Entry = tables["account"]
        self.users: dict[str, Entry] = {entry["extension"]: entry for entry in tables["users"]}
        self.devices: dict[str, Entry] = {entry["name"]: entry for entry in tables["devices"]}
        self.queues: dict[str, Entry] = {entry["number"]: entry for entry in tables["queues"]}
        self.assignments: dict[tuple[str, str], Entry] = {
            (entry["queue"], entry["agent"]): entry for entry in tables["assignments"]
        }
        self.new: list[tuple[str, Entry]] = []
        """Kind and entry of what is added. It may have the number or name of another one: the reading tells."""

    def tables(self) -> Mapping[str, object]:
        """What a file would hold."""
        return without_none({"account": self.account, **{kind: self.entries(kind) for kind in self._kinds()}})

    def _kinds(self) -> Mapping[str, list[Entry]]:
        return {
            "users": list(self.users.values()),
            "devices": list(self.devices.values()),
            "queues": list(self.queues.values()),
            "assignments": list(self.assignments.values()),
        }

    def entries(self, kind: str) -> list[Entry]:
        """Of this kind, as a reading counts them."""
        return [*self._kinds()[kind], *(entry for of, entry in self.new if of == kind)]

    # --- what goes, and what goes with it

    def remove_queue(self, number: str) -> None:
        """With its assignments and its supervision. Queues that overflow to it stay as they are, which is a fault."""
        del self.queues[number]
        self.assignments = {key: entry for key, entry in self.assignments.items() if key[0] != number}
        for user in self.users.values():
            user["supervises"] = [queue for queue in user["supervises"] if queue != number]

    def remove_user(self, extension: str) -> None:
        """With his assignments and phones."""
        del self.users[extension]
        self.assignments = {key: entry for key, entry in self.assignments.items() if key[1] != extension}
        self.devices = {name: entry for name, entry in self.devices.items() if entry["owner"] != extension}

    def release_device(self, name: str) -> None:
        """No assignment names it any more. One that named no other is left with none, which is a fault."""
        for entry in self.assignments.values():
            if entry["devices"] is not None:
                entry["devices"] = [device for device in entry["devices"] if device != name]

    # --- what is there

    def assigned(self, number: str) -> list[Entry]:
        """The assignments of a queue, in the order of its agents."""
        entries = (entry for (queue, _), entry in self.assignments.items() if queue == number)
        return sorted(entries, key=lambda entry: (entry["order"], entry["agent"]))

    def phones(self, extension: str) -> list[str]:
        """The names of his phones."""
        return sorted(name for name, entry in self.devices.items() if entry["owner"] == extension)

    # --- what a reading says of it, in places that its readers know

    def said(self, fault: Fault, edited: Entry | None) -> tuple[str, str]:
        """The place and the words of a fault. A place in the edited entry is a path into what was sent."""
        words = _ENTRY.sub(lambda found: self._called(found[0]), f"{fault.what}; {fault.mend}")
        found = _INTO.fullmatch(fault.place)
        if found is None:
            return fault.place, words
        entry, key = found["entry"], found["key"]
        if edited is not None and self._at(entry) is edited:
            return key or "body", words
        if edited is not None and key == "number" and edited.get("extension") == self._at(entry)["number"]:
            # Queues are read after users, so it is told of the one that was there.
            number = edited["extension"]
            return "extension", f"{number} is the number of {self._called(entry)} already; give it another one"
        return ", ".join(part for part in (self._called(entry), key) if part), words

    def concerns(self, fault: Fault, *entries: Entry) -> bool:
        """Whether it stands in one of these."""
        found = _INTO.fullmatch(fault.place)
        return found is not None and any(self._at(found["entry"]) is entry for entry in entries)

    def _at(self, place: str) -> Entry:
        kind, _, index = place.rstrip("]").partition("[")
        return self.account if kind == "account" else self.entries(kind)[int(index) - 1]

    def _called(self, place: str) -> str:
        """In words. A name that somebody has given may look like a place, and is none: it stays as it is."""
        kind, _, index = place.rstrip("]").partition("[")
        if index and not 1 <= int(index) <= len(self.entries(kind)):
            return place
        entry: Mapping[str, Any] = self._at(place)
        match kind:
            case "users":
                return f"user {entry['extension']}"
            case "devices":
                return f"device {entry['name']}"
            case "queues":
                return f"queue {entry['number']}"
            case "assignments":
                return f"agent {entry['agent']} in queue {entry['queue']}"
            case _:
                return "account"
