"""Puts a centre together from queues.conf, and from the dial plan where it is given.

Every queue keeps its number where the dial plan or its own name tells one, every agent his extension. What comes out is
a file that `acd apply` takes as it is; what has no counterpart is said in it and beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from acd.app_queue import options
from acd.app_queue.agents import Line, Person, lines_of, person
from acd.app_queue.conf import Parsed, Section
from acd.app_queue.dialplan import Way, ways
from acd.app_queue.numbers import FIRST_PERSON, FIRST_QUEUE, Numbers, can_be_given
from acd.app_queue.remarks import Kind, Remark, Remarks
from acd.app_queue.strategies import ringing
from acd.app_queue.writing import text_of
from acd.centre import Centre, checks, read_centre
from acd.centre.faults import Wrong
from acd.model import QueueType

_GENERAL: Final = "general"
_RANK_AT_MOST: Final = 1000
_LONGEST_WAIT: Final = timedelta(hours=24)
_ALL_RING: Final = (QueueType.RING_ALL, QueueType.LINEAR_CASCADE)

_OF_GENERAL: Final = {
    "force_longest_waiting_caller": "among queues of the same priority the longest waiting is served first in any case",
    "shared_lastcall": "a wrap-up counts in all queues of an agent in any case",
    "persistentmembers": "statuses outlive a restart in any case",
    "autofill": "as many callers are served at once as agents are free, in any case",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """A centre made of old queues."""

    centre: Centre
    text: str
    """Its file."""
    remarks: tuple[Remark, ...]


def adopt(queues: Parsed, dialplan: Parsed | None, domain: str, numbers: Mapping[str, str]) -> Adopted:
    """Make a centre of this domain. `numbers`: those that somebody has chosen, by the names of the queues.

    Raises `CentreFaults` where domain or numbers cannot be used.
    """
    making = _Making(dialplan, numbers)
    tables = {"account": {"domain": domain}, **making.tables(queues)}
    remarks = making.remarks.all()
    text = text_of(tables, remarks)
    return Adopted(centre=read_centre(text, "the imported centre"), text=text, remarks=remarks)


class _Making:
    """One centre in the making."""

    def __init__(self, dialplan: Parsed | None, numbers: Mapping[str, str]) -> None:
        self.remarks = Remarks()
        self._ways = ways(dialplan.sections) if dialplan else ()
        self._has_dialplan = dialplan is not None
        self._chosen = numbers
        self._numbers = Numbers()
        self._people: dict[str, tuple[str, Person]] = {}
        """By the key of the person: his extension, and what is known of him."""
        self._devices: dict[str, str] = {}
        """The name without its capitals -> the owner's extension."""
        self._users: list[dict[str, Any]] = []
        self._phones: list[dict[str, Any]] = []

    def tables(self, queues: Parsed) -> dict[str, Any]:
        """Everything but the account."""
        for missing in queues.missing:
            self.remarks.add(Kind.TO_DO, missing, "is not there to be read; what it says is not in the centre")
        sections = [section for section in queues.sections if section.name.lower() != _GENERAL]
        self._general([section for section in queues.sections if section.name.lower() == _GENERAL])
        if not sections:
            what = "there is none in this file; queues in a database (realtime) are not read"
            self.remarks.add(Kind.TO_DO, "queues", what)
        self._must_be_known(sections)
        numbers = {section.name: self._number_of(section) for section in sections}
        priorities = self._priorities(sections)
        tables: dict[str, Any] = {"queues": [], "assignments": []}
        lines = {section.name: list(self._lines(section)) for section in sections}
        self._take_known_extensions(lines.values())
        for section in sections:
            ring = ringing(section, [line for line, _ in lines[section.name]], self.remarks)
            assigned = self._assigned(section, numbers[section.name], ring.orders, lines[section.name])
            rules = options.rules(section, len(assigned), self.remarks, rings_all=ring.type in _ALL_RING)
            tables["queues"].append(
                {
                    "number": numbers[section.name],
                    "name": self._name_of(section, numbers[section.name]),
                    "type": str(ring.type),
                    "priority": priorities[section.name],
                    **rules,
                    "max_wait": self._max_wait(section),
                }
            )
            tables["assignments"] += assigned
        return {"users": self._users, "devices": self._phones, **tables}

    def _general(self, sections: Sequence[Section]) -> None:
        for entry in (entry for section in sections for entry in section.entries):
            self.remarks.add(Kind.DROPPED, entry.key, _OF_GENERAL.get(entry.key, "is a matter of app_queue itself"))

    # --- numbers

    def _must_be_known(self, sections: Sequence[Section]) -> None:
        names = {section.name for section in sections}
        for name in (name for name in self._chosen if name not in names):
            self.remarks.add(Kind.TO_DO, f"--number {name}=…", f"there is no queue [{name}]")

    def _number_of(self, section: Section) -> str:
        if chosen := self._chosen.get(section.name):
            self._numbers.take(chosen)
            return chosen  # whatever is wrong with it is told as a fault of the centre
        mine = [way for way in self._ways if way.queue == section.name]
        number = self._numbers.first_of([*(way.number for way in mine), section.name])
        others = [way.extension for way in mine if way.extension != number]
        if others:
            what = "leads here too in the dial plan; a queue has one number: let them dial it (Goto), or a second queue"
            self.remarks.add(Kind.TO_DO, f"extension {', '.join(dict.fromkeys(others))}", what, section.name)
        if number is None:
            number = self._numbers.make_up(FIRST_QUEUE)
            why = "its number is not known" if self._has_dialplan else "its number stands in the dial plan"
            given = f"{section.name}=…"
            typed = f"'{given}'" if " " in given else given
            mend = f"{number} was made up: name the right one by --number {typed}"
            mend += "" if self._has_dialplan else ", or the dial plan by --extensions"
            self.remarks.add(Kind.TO_DO, f"queue {section.name}", f"{why}; {mend}")
        return number

    def _take_known_extensions(self, lines: Iterable[list[tuple[Line, Person]]]) -> None:
        """People whose extension is known keep it, before any is made up."""
        for _, who in (entry for of_queue in lines for entry in of_queue):
            if who.key not in self._people and can_be_given(who.digits) and self._numbers.take(str(who.digits)):
                self._people[who.key] = (str(who.digits), who)

    # --- people

    def _lines(self, section: Section) -> list[tuple[Line, Person]]:
        found: list[tuple[Line, Person]] = []
        for line in lines_of(section, self.remarks):
            who = person(line)
            if who is None:
                what = "is no SIP phone of this centre, so nobody was made of it: who answers outside gets a phone here"
                self.remarks.add(Kind.TO_DO, line.interface, what, section.name)
            elif who.key in {each.key for _, each in found}:
                self.remarks.add(Kind.DROPPED, line.interface, f"is {who.key} once more", section.name)
            else:
                found.append((line, who))
                if who.by_dial_plan:
                    what = f"was taken for the phone of {who.key}; where it leads outside, take this agent out"
                    self.remarks.add(Kind.TO_DO, line.interface, what, section.name)
        if not found:
            what = (
                "nobody stands in the file; agents who log in by AddQueueMember are added by hand: "
                "[[users]], [[devices]] and [[assignments]]"
            )
            self.remarks.add(Kind.TO_DO, "agents", what, section.name)
        return found

    def _assigned(
        self, section: Section, number: str, orders: Sequence[int], lines: list[tuple[Line, Person]]
    ) -> list[dict[str, Any]]:
        return [
            {
                "queue": number,
                "agent": self._extension_of(who),
                "order": order if order != 1 else None,
                "wrap_up": f"{line.wrap_up_seconds}s" if line.wrap_up_seconds else None,
            }
            for (line, who), order in zip(lines, orders, strict=True)
        ]

    def _extension_of(self, who: Person) -> str:
        known = self._people.get(who.key)
        extension = known[0] if known else self._numbers.make_up(FIRST_PERSON)
        if not known:
            self._people[who.key] = (extension, who)
            self.remarks.add(Kind.TO_DO, who.key, f"tells no extension that can be given; {extension} was made up")
        user = next((user for user in self._users if user["extension"] == extension), None)
        if user is None:
            self._users.append({"extension": extension, "name": who.name or f"Agent {extension}"})
            self._give_phone(extension, who.device)
        elif user["name"] == f"Agent {extension}" and who.name:
            user["name"] = who.name
        return extension

    def _give_phone(self, extension: str, name: str) -> None:
        if name.lower() in self._devices:
            name = f"{extension}-phone"
        self._devices[name.lower()] = extension
        self._phones.append({"name": name, "owner": extension})

    # --- queues

    def _name_of(self, section: Section, number: str) -> str:
        name = f"Queue {number}" if section.name == number else section.name
        try:
            return checks.display_name(name)
        except Wrong:
            return f"Queue {number}"

    def _priorities(self, sections: Sequence[Section]) -> dict[str, int]:
        """The higher the weight, the sooner: 1 is the first."""
        weights = {section.name: _weight(section) for section in sections}
        ranks = {weight: rank for rank, weight in enumerate(sorted(set(weights.values()), reverse=True), start=1)}
        if len(ranks) > 1:
            what = "the queue of the higher weight is priority 1: its callers go first at agents of both, always"
            self.remarks.add(Kind.DIFFERS, "weight", what)
        return {name: min(ranks[weight], _RANK_AT_MOST) for name, weight in weights.items()}

    def _max_wait(self, section: Section) -> str | None:
        """The shortest time-out with which the dial plan enters it."""
        mine: list[Way] = [way for way in self._ways if way.queue == section.name]
        for way in mine:
            if way.timeout is None and way.timeout_as_written:
                what = "is worked out by the dial plan: write the max_wait that is meant"
                self.remarks.add(Kind.TO_DO, f"Queue(…,{way.timeout_as_written})", what, section.name)
        timeouts = [way.timeout for way in mine if way.timeout]
        if not timeouts:
            return None
        what = "add the overflow to where the dial plan went on; without one they are told that nobody is available"
        self.remarks.add(Kind.TO_DO, f"max_wait {checks.in_words(min(timeouts))}", what, section.name)
        return checks.in_words(min(*timeouts, _LONGEST_WAIT))


def _weight(section: Section) -> int:
    entry = section.last("weight")
    written = entry.value if entry else "0"
    return int(written) if written.removeprefix("-").isdecimal() and written.isascii() and len(written) < 10 else 0
