"""The options of one queue of app_queue as rules of ours; what has no counterpart is said.

The type is chosen in `strategies`. Asterisk's defaults count where an option is not given: ours would be others.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from acd.app_queue.agents import AGENT
from acd.app_queue.conf import Section
from acd.app_queue.remarks import Kind, Remarks
from acd.centre import checks
from acd.centre.checks import in_words
from acd.centre.faults import Wrong

Rules = dict[str, Any]
"""Keys of one `[[queues]]`."""

_YES: Final = ("yes", "true", "y", "t", "1", "on")
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR

_RING_SECONDS: Final = 15
"""How long app_queue rings an agent where nothing is said."""

_OTHERWISE: Final = {
    "retry": "there is no pause between two tries; who is busy, declines or cannot be reached is left alone for "
    "back_off (5s)",
    "leavewhenempty": "who is in stays in when the last agent goes; give the queue a max_wait and an overflow",
    "context": "a key that leaves the queue is leave_key here, with an overflow: add both by hand",
    "musicclass": "all queues play the same music, Asterisk's class `default`",
    "queue-callerannounce": "the caller hears nothing between the music and the agent",
    "random-periodic-announce": "comfort sounds are played in turn",
    "defaultrule": "queuerules.conf has no counterpart: no tier opens with time; see linear_cascade and overflow",
    "penaltymemberslimit": "tiers count however few agents are there",
    "announce-position-limit": "the position is said to everybody",
    "membergosub": "no dial plan is run at the agent's phone; other programs hear of calls by a webhook",
    "membermacro": "no dial plan is run at the agent's phone; other programs hear of calls by a webhook",
    "memberdelay": "the two are joined at once",
    "autopausebusy": "who is busy is left alone for busy_back_off (5s)",
    "autopauseunavail": "who cannot be reached is left alone for unreachable_back_off (5s)",
    "autopausedelay": "the first miss in a row counts, whenever the last call was",
}
"""What callers or agents notice. Said only where the option does something: see `_IDLE`."""

_DROPPED: Final = {
    **dict.fromkeys(
        ("setinterfacevar", "setqueueentryvar", "setqueuevar"), "no variables are set; the journal and webhooks tell it"
    ),
    **dict.fromkeys(
        ("eventwhencalled", "eventmemberstatus", "eventmemberstatusoff"), "events come by webhook, not over AMI"
    ),
    **dict.fromkeys(
        (
            "queue-youarenext", "queue-thereare", "queue-callswaiting", "queue-quantity1", "queue-quantity2",
            "queue-holdtime", "queue-minute", "queue-minutes", "queue-seconds", "queue-thankyou", "queue-reporthold",
        ),
        "position and expected wait are said with sounds of ours, in prompts/",
    ),
    **dict.fromkeys(
        (
            "min-announce-frequency", "announce-round-seconds", "announce-position-only-up", "announce-to-first-user",
            "relative-periodic-announce", "periodic-announce-startdelay",
        ),
        "announcements keep to their interval, and never hold up an agent",
    ),
    **dict.fromkeys(("timeoutpriority", "timeoutrestart"), "a ring that has begun is let finish"),
    **dict.fromkeys(("monitor-type", "monitor-join"), "a recording is one file with both sides"),
    "autofill": "as many callers are served at once as agents are free",
}  # fmt: skip

_IDLE: Final = ("", "0", "no", "none", "default", "false", "off", "n", "f")
"""Values with which an option of the tables above does nothing."""

_READ_ELSEWHERE: Final = ("strategy", "weight", "announce-position", "announce-frequency", "announce-holdtime",
    "periodic-announce", "periodic-announce-frequency", "joinempty", "reportholdtime", "monitor-format", "autopause",
    "ringinuse", "timeout", "wrapuptime", "maxlen", "servicelevel", "announce", "musiconhold", "setqueuemember",
    "log-restricted-caller-id")  # fmt: skip


def rules(section: Section, assigned: int, remarks: Remarks, *, rings_all: bool) -> Rules:
    """What `queues.conf` says of this queue. `assigned`: how many agents it has; `rings_all`: a miss is nobody's."""
    reading = _Options(section, remarks)
    told: Rules = {
        "ring_time": reading.ring_time(),
        "wrap_up": reading.seconds("wrapuptime", 1, _DAY),
        "service_level": reading.seconds("servicelevel", 1, _HOUR),
        "max_callers": reading.count("maxlen", 10_000),
        "agent_announcement": reading.sound("announce"),
        "recording": "on" if reading.value("monitor-format") else None,
        "agents_required": reading.agents_required(assigned),
        "after_missed": reading.after_missed(rings_all=rings_all),
        "announcements": reading.announcements(),
    }
    reading.say_the_rest()
    return told


class _Options:
    """One queue's options."""

    def __init__(self, section: Section, remarks: Remarks) -> None:
        self._section = section
        self._remarks = remarks

    def value(self, key: str) -> str:
        entry = self._section.last(key)
        return entry.value if entry else ""

    def differs(self, key: str, what: str) -> None:
        about = f"{key} = {self.value(key)}" if self._section.last(key) else key
        self._remarks.add(Kind.DIFFERS, about, what, self._section.name)

    def _to_do(self, key: str, what: str) -> None:
        self._remarks.add(Kind.TO_DO, f"{key} = {self.value(key)}", what, self._section.name)

    def _number(self, key: str) -> int | None:
        written = self.value(key)
        if not written:
            return None
        if not (written.isascii() and written.isdigit() and len(written) < 10):
            self._to_do(key, "is no number; Asterisk's default was taken")
            return None
        return int(written)

    def count(self, key: str, most: int) -> int | None:
        number = self._number(key) or None
        if number is not None and number > most:
            self.differs(key, f"{most} was taken, the most there can be")
        return None if number is None else min(number, most)

    def seconds(self, key: str, least: int, most: int) -> str | None:
        number = self._number(key)
        if number is None or number < least:
            return None
        if number > most:
            self.differs(key, f"{in_words(timedelta(seconds=most))} was taken, the longest there can be")
        return in_words(timedelta(seconds=min(number, most)))

    def ring_time(self) -> str:
        number = self._number("timeout")
        if number == 0:
            self.differs("timeout", "no phone rings for ever: 1h was taken, write the ring_time that is meant")
            return "1h"
        return self.seconds("timeout", 1, _HOUR) or in_words(timedelta(seconds=_RING_SECONDS))

    def sound(self, key: str) -> str | None:
        written = self.value(key)
        return self._checked(key, written, checks.sound) if written else None

    def _checked(self, key: str, written: str, check: Callable[[object], str]) -> str | None:
        try:
            return check(written)
        except Wrong as wrong:
            self._remarks.add(
                Kind.TO_DO, f"{key} = {written}", f"was left out: {wrong.what}; {wrong.mend}", self._section.name
            )
            return None

    def agents_required(self, assigned: int) -> int | None:
        factors = {word.strip().lower() for word in self.value("joinempty").split(",")} - {"", "yes"}
        if not factors:
            return None
        if not assigned:
            self.differs("joinempty", "no agent stands in the file: once some are assigned, add agents_required = 1")
            return None
        if "loose" in factors or not factors & {"no", "strict", "paused"}:
            self.differs("joinempty", "agents at lunch or Offline do not count: nobody is let in while all of them are")
        if "penalty" in factors or factors & {"inuse", "ringing", "wrapup"}:
            self.differs(
                "joinempty", "agents who are busy count as there; max_expected_wait keeps callers out by their wait"
            )
        return 1

    def after_missed(self, *, rings_all: bool) -> int | None:
        autopause = self.value("autopause").lower()
        if autopause not in (*_YES, "all"):
            return None
        if rings_all:
            self.differs(
                "autopause", "an unanswered ring of several phones is nobody's miss; nobody is taken off for it"
            )
            return None
        if autopause != "all":
            self.differs("autopause", "one miss takes the agent Offline in all of his queues; 3 might be kinder")
        return 1

    def announcements(self) -> Rules | None:
        told: Rules = {}
        every = self.seconds("announce-frequency", 1, _HOUR)
        position, holdtime = self.value("announce-position").lower(), self.value("announce-holdtime").lower()
        if every and position not in _IDLE[1:]:
            told["position_every"] = every
            if position in ("limit", "more"):
                self.differs("announce-position", "the position is said to everybody")
        if every and holdtime in (*_YES, "once"):
            told["expected_wait_every"] = every
            if holdtime == "once":
                self.differs("announce-holdtime", "the expected wait is said again at each interval")
        said_every = self.seconds("periodic-announce-frequency", 1, _HOUR)
        names = [name.strip() for entry in self._section.entries if entry.key == "periodic-announce"
                 for name in entry.value.split(",") if name.strip()]  # fmt: skip
        if said_every:
            sounds = [
                self._checked("periodic-announce", name, checks.sound) for name in names or ["queue-periodic-announce"]
            ]
            told["comfort"] = [sound for sound in sounds if sound] or None
            told["comfort_every"] = said_every if told["comfort"] else None
        return {key: value for key, value in told.items() if value is not None} or None

    def say_the_rest(self) -> None:
        """What the other options would have done."""
        if self.value("ringinuse").lower() in _YES:
            self.differs(
                "ringinuse", "an agent is offered one call at a time; max_calls = 2 at an assignment gives him two"
            )
        if self.value("reportholdtime").lower() in _YES and not self.value("announce"):
            self.differs(
                "reportholdtime", "add agent_announcement, a sound that names the queue: the wait is said with it"
            )
        if self.value("monitor-format"):
            self.differs("monitor-format", "recordings are .wav files below Asterisk's spool, in recording/")
        keys = dict.fromkeys(entry.key for entry in self._section.entries)
        for key in (key for key in keys if key != AGENT):
            self._say(key)

    def _say(self, key: str) -> None:
        idle = self.value(key).lower() in _IDLE
        what = _OTHERWISE.get("musicclass" if key == "musiconhold" else key)
        if what:
            if not idle and not (key == "leavewhenempty" and self.value(key).lower() == "no"):
                self.differs(key, what)
        elif key in _DROPPED:
            self._remarks.add(Kind.DROPPED, key, _DROPPED[key], self._section.name)
        elif key not in _READ_ELSEWHERE:
            self._remarks.add(Kind.TO_DO, key, "is no option that is known here; it was left out", self._section.name)
