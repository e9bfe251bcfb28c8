"""What was looked at, at one moment. Whatever could not be asked is None, and judged as not seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from acd.model import Configuration
from acd.ports import Provisioning


class Unreached(StrEnum):
    """Why Asterisk's REST interface did not answer as it should."""

    SILENT = "silent"
    """Nobody listens there, or the connection broke."""
    SLOW = "slow"
    """Somebody listens and does not answer."""
    PASSWORD = "password"  # noqa: S105 - a word, no password
    ADDRESS = "address"
    """The user is not let in from here."""
    NO_ARI = "no_ari"
    """A web server that knows no /ari."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSight:
    """PostgreSQL."""

    address: str
    """For people; without a password."""
    trouble: str | None = None
    """Why it cannot be used, with the mend, as the engine would say it. Nothing else was seen then."""
    is_away: bool = False
    """It does not answer; else the answer was no."""
    server_version: int | None = None
    """As PostgreSQL counts: 150004 is 15.4."""
    schema: int | None = None
    """None: the database is empty."""
    ahead: timedelta | None = None
    """By how much its clock is before this machine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSight:
    """Asterisk over ARI."""

    url: str
    user: str
    trouble: Unreached | None = None
    """Nothing else was seen then."""
    version: str = ""
    new_enough: bool = True
    ahead: timedelta | None = None
    """By how much its clock is before this machine's."""
    may_write: bool | None = None
    modules: frozenset[str] | None = None
    """Those that run."""
    dial_plan: Mapping[str, bool] | None = None
    """Whether the first step of each context is there."""
    ways_out: Mapping[str, bool] = field(default_factory=dict[str, bool])
    """A number that an account's outbound rules let pass -> whether `acd-outbound` has a way for it."""
    sounds_missing: tuple[str, ...] | None = None
    """Of those that the centre names, and one of ours and of Asterisk's own."""
    phones: Mapping[str, bool] | None = None
    """Every phone that Asterisk knows -> whether it is registered."""
    directory: Mapping[str, str | None] | None = None
    """Each number of the centre (`7001@demo.example`) -> what the dial plan finds for it."""
    bind: str | None = None
    """The address on which phones register, `0.0.0.0:5060`; None: there is no such transport."""
    external_media: str = ""
    local_net: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSight:
    """The engine's pages for operators."""

    url: str
    answers: bool
    is_ours: bool = True
    """What answers there is an engine."""
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    agents: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])
    """Queue -> what its agents are doing -> how many."""
    waiting: Mapping[str, int] = field(default_factory=dict[str, int])
    version: str = ""
    began: datetime | None = None
    """When its process was started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolSight:
    """The engine's directory for facts."""

    path: str
    user: str
    """Who looked."""
    trouble: str | None = None
    free_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """All of it."""

    settings: str | None
    """The settings' file; None: the environment alone."""
    database: DatabaseSight
    asterisk: AsteriskSight
    engine: EngineSight
    spool: SpoolSight
    configuration: Configuration | None = None
    provisioning: Provisioning | None = None
