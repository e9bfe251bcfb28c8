"""The start sheet: everything a person needs to set up phones and make the first call, or a program to do the same."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from acd.runtime.up.ports import LOOPBACK


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLine:
    """One phone: what to type into it, and whose it is."""

    user: str
    password: str = field(repr=False)
    owner: str
    """`1001@demo.example`"""
    extension: str
    name: str
    queues: tuple[str, ...]
    """The numbers it rings for; none: it is a caller's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """One queue, as callers reach it."""

    number: str
    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginLine:
    """One user of the portal."""

    login: str
    name: str
    role: str
    password: str | None = field(repr=False)
    """None: he has chosen one himself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A running centre, from outside."""

    account: str
    sip_host: str
    sip_port: int
    devices: tuple[PhoneLine, ...]
    queues: tuple[QueueLine, ...]
    star_codes: dict[str, str]
    """Code -> what it does."""
    portal: str
    """The address of the pages."""
    logins: tuple[LoginLine, ...]
    mail_folder: str
    """Where mails to the users are put."""
    urls: dict[str, str]
    pids: dict[str, int]
    state_dir: str
    asterisk: str
    """Which one, in words."""

    def as_json(self) -> str:
        """One line."""
        told: dict[str, Any] = {
            "account": self.account,
            "sip": {"host": self.sip_host, "port": self.sip_port, "transport": "udp"},
            "devices": [
                {
                    "user": phone.user,
                    "password": phone.password,
                    "owner": phone.owner,
                    "extension": phone.extension,
                    "name": phone.name,
                    "queues": phone.queues,
                }
                for phone in self.devices
            ],
            "queues": [{"number": queue.number, "name": queue.name, "type": queue.type} for queue in self.queues],
            "star_codes": self.star_codes,
            "portal": {
                "url": self.portal,
                "users": [
                    {"login": each.login, "name": each.name, "role": each.role, "password": each.password}
                    for each in self.logins
                ],
                "mail_folder": self.mail_folder,
            },
            "urls": self.urls,
            "pids": self.pids,
            "state_dir": self.state_dir,
            "asterisk": self.asterisk,
            "ready": True,
        }
        return json.dumps(told)

    def as_text(self) -> str:
        """For a person."""
        return "\n".join((*self._phones(), "", *self._dialling(), "", *self._pages(), "", *self._operating()))

    def _phones(self) -> list[str]:
        reach = (
            "Only phones on this machine reach it; --bind ADDRESS opens it to those elsewhere."
            if self.sip_host == LOOPBACK
            else "Phones that reach this address can register; their passwords protect the centre."
        )
        header = ("user", "password", "whose", "rings for queues")
        rows = [
            (
                phone.user,
                phone.password,
                f"{phone.name} ({phone.extension})",
                ", ".join(phone.queues) or "none: a caller",
            )
            for phone in self.devices
        ]
        return [
            f"The call centre {self.account} takes calls.",
            "",
            "PHONES  (any SIP phone; register each under a user below)",
            f"  SIP server  {self.sip_host}",
            f"  port        {self.sip_port}",
            "  transport   UDP",
            f"  {reach}",
            "",
            *("  " + line for line in _aligned([header, *rows])),
        ]

    def _dialling(self) -> list[str]:
        queues = [(queue.number, f"{queue.name} ({queue.type.replace('_', ' ')})") for queue in self.queues]
        codes = list(self.star_codes.items())
        people = sorted({(phone.extension, phone.name) for phone in self.devices})
        return [
            "TO DIAL",
            *("  " + line for line in _aligned([*queues, *codes, *people])),
            "  First call: an agent dials *51, then the caller dials a queue.",
        ]

    def _pages(self) -> list[str]:
        rows = [
            (each.login, each.password or "(his own)", f"{each.name}, {each.role.replace('_', ' ')}")
            for each in self.logins
        ]
        return [
            f"PAGES  {self.portal}",
            *("  " + line for line in _aligned([("login", "password", "whose"), *rows])),
            f"  Mails to them are put into {self.mail_folder}",
        ]

    def _operating(self) -> list[str]:
        rows = [
            ("health", f"{self.urls['readyz']}  (process alone: {self.urls['healthz']})"),
            ("metrics", self.urls["metrics"]),
            ("logs", f"{self.state_dir}/log"),
            ("Asterisk", self.asterisk),
        ]
        return ["TO WATCH", *("  " + line for line in _aligned(rows)), "", "Ctrl-C stops everything."]


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
