"""A centre as its file says, once nothing is wrong with it."""

from dataclasses import dataclass, field
from enum import StrEnum

from acd.centre.faults import Fault
from acd.model import Account, Assignment, DeviceId, Queue


class Role(StrEnum):
    """What a user may see and change."""

    AGENT = "agent"
    """Himself."""
    SUPERVISOR = "supervisor"
    """His queues and their agents."""
    OFFICE_MANAGER = "office_manager"
    """The whole account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person with an extension."""

    extension: str
    name: str
    role: Role
    supervises: tuple[str, ...] = ()
    """The numbers of the queues that he looks after as a supervisor. An office manager has all."""
    email: str | None = None
    """Where a link for a new password is sent."""
    first_portal_password: str | None = field(default=None, repr=False)
    """With which he logs in to the portal the first time. It changes nothing for who has a password there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A device as the file says: the owner by his extension."""

    name: DeviceId
    owner: str
    secret: str | None = field(repr=False)
    """The SIP password. None: the one it has; a new device gets one made for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """Everything of one account, in the order of the file. Every name that an entry uses is there too."""

    source: str
    """The name of the file, for what only the database can find wrong with it."""
    account: Account
    time_zone: str = "UTC"
    """In which its days begin, as the IANA data base names it."""
    home_region: str = "US"
    """The country, by its two letters, whose numbers are written without a country code."""
    users: tuple[User, ...]
    devices: tuple[Phone, ...]
    queues: tuple[Queue, ...]
    assignments: tuple[Assignment, ...]
    warnings: tuple[Fault, ...] = ()
    """What works and is probably not what was meant, in the order of the file."""
