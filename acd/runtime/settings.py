"""What an operator sets for one engine process: a TOML file, and environment variables that win over it.

`[ari] password` is `ACD__ARI__PASSWORD` in the environment; whatever is secret may also be given as the name of a file
that holds it (`password_file`). All faults are found in one pass and told together, each with its place, the value
(never a secret's) and what would be right. The call centre itself (queues, agents, phones) is not set here: it is
configuration, and lives in the database.
"""

import difflib
import errno
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, Final, cast

from acd.centre.faults import shown
from acd.runtime import setting_checks as checks
from feature_codes.table import AWAY, DEFAULT_CODES

_ENVIRONMENT_PREFIX: Final = "ACD__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One engine's settings, complete and checked."""

    database_url: str = field(repr=False)
    ari_url: str
    ari_user: str
    ari_password: str = field(repr=False)
    ari_app: str
    web_bind: str
    web_port: int
    journal_spool: Path
    """A directory of this machine for facts that the database has not yet."""
    log_level: str
    log_format: str
    log_mask_numbers: bool
    """Whether numbers and names of callers are told by their last digits only."""
    queue_log_view: bool
    """Whether the view `queue_log` of the database is kept up."""
    queue_log_path: Path | None
    """The file that is kept up as well, in the form of Asterisk's own. None: there is none."""
    portal_url: str | None
    """How people reach the portal, without a / at its end. None: there is no portal."""
    portal_bind: str
    portal_port: int
    portal_mail_folder: Path | None
    """Where mails are put as files. Exactly one of this and `portal_smtp_url` is given where there is a portal."""
    portal_smtp_url: str | None = field(repr=False)
    portal_mail_from: str | None
    """The address that its mails come from."""
    portal_proxy: str | None
    """The address of the proxy before it, which is believed about where a request comes from."""
    portal_webhooks: tuple[str, ...]
    """The origins that webhooks may call, as `https://crm.example.com`."""
    star_codes: Mapping[str, str]
    """The name of an action -> what is dialled for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with the settings."""

    place: str
    """The file and key, or the environment variable."""
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}; {self.mend}"


class SettingsFaults(Exception):
    """The settings cannot be used. The text lists every fault, one a line, and no secrets."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n  ".join([f"The settings have {count}:", *map(str, faults)]))


def read_settings(path: Path | None, environment: Mapping[str, str]) -> Settings:
    """Read the file (None: there is none) and the environment.

    Raises `SettingsFaults`.
    """
    faults: list[Fault] = []
    of_file = _from_file(path, faults)
    given = (of_file or {}) | _from_environment(environment, faults)
    if of_file is None:
        raise SettingsFaults(faults)  # what is missing stands in there, perhaps
    values = {key.attribute: _value(key, given, faults) for key in _KEYS}
    codes = {name: code for name, key in _STAR_CODES.items() if isinstance(code := _value(key, given, faults), str)}
    faults += _doubled(codes)
    faults += _half_a_portal(given)
    faults += _one_port_for_two(values, given)
    if faults:
        raise SettingsFaults(faults)
    return Settings(**cast("Any", values), star_codes=codes)


def _doubled(codes: Mapping[str, str]) -> list[Fault]:
    """A code that two actions claim."""
    return [
        Fault(
            place=f"star_codes.{name}",
            what=f"cannot be {shown(code)}, which is {other}'s too",
            mend="give each action a code of its own",
        )
        for (other, first), (name, code) in combinations(codes.items(), 2)
        if first == code
    ]


def _half_a_portal(given: "_AllGiven") -> list[Fault]:
    """What a portal lacks, where one is wanted."""
    wanted = [entry for attribute, entry in given.items() if attribute.startswith("portal_")]
    if not wanted:
        return []
    faults: list[Fault] = []
    if "portal_url" not in given:
        mend = f"set [portal] url, or {_variable('portal', 'url')}, to the address that people type: http://host:8091"
        faults.append(Fault(place="portal.url", what="is missing", mend=mend))
    if ("portal_mail_folder" in given) == ("portal_smtp_url" in given):
        what = "are both given" if "portal_smtp_url" in given else "are both missing"
        mend = "give one: a folder for mails to be put into, or the server that sends them"
        faults.append(Fault(place="portal.mail_folder and portal.smtp_url", what=what, mend=mend))
    if "portal_smtp_url" in given and "portal_mail_from" not in given:
        mend = "give the address that its mails come from, like acd@example.com"
        faults.append(Fault(place="portal.mail_from", what="is missing", mend=mend))
    return faults


def _one_port_for_two(values: Mapping[str, object], given: "_AllGiven") -> list[Fault]:
    """Operators' pages and portal at one address: the second one could not be served."""
    port, binds = values["portal_port"], {values["web_bind"], values["portal_bind"]}
    if "portal_url" not in given or port is None or port != values["web_port"]:
        return []
    if len(binds) == 2 and not binds & {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return []
    return [
        Fault(place="portal.port", what=f"cannot be {port}, which is web.port too", mend="give each one of its own")
    ]


# --- the keys


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    """One setting: `[section] name`."""

    section: str
    name: str
    check: Callable[[object], object]
    default: object = None
    secret: bool = False
    optional: bool = False
    """Need not be given, though there is no default."""

    @property
    def attribute(self) -> str:
        return f"{self.section}_{self.name}"

    def names(self) -> tuple[str, ...]:
        """The names it can be given by."""
        return (self.name, f"{self.name}_file") if self.secret else (self.name,)


_KEYS: Final = (
    _Key(section="database", name="url", check=checks.database_url, secret=True),
    _Key(section="ari", name="url", check=checks.ari_url, default="http://127.0.0.1:8088"),
    _Key(section="ari", name="user", check=checks.ari_user, default="acd"),
    _Key(section="ari", name="password", check=checks.any_text, secret=True),
    _Key(section="ari", name="app", check=checks.ari_app, default="acd"),
    _Key(section="web", name="bind", check=checks.bind, default="127.0.0.1"),
    _Key(section="web", name="port", check=checks.port, default=8090),
    _Key(section="journal", name="spool", check=checks.directory, default=Path("/var/lib/asterisk-acd/spool")),
    _Key(section="portal", name="url", check=checks.portal_url, optional=True),
    _Key(section="portal", name="bind", check=checks.bind, default="127.0.0.1"),
    _Key(section="portal", name="port", check=checks.port, default=8091),
    _Key(section="portal", name="mail_folder", check=checks.directory, optional=True),
    _Key(section="portal", name="smtp_url", check=checks.smtp_url, secret=True, optional=True),
    _Key(section="portal", name="mail_from", check=checks.mail_address, optional=True),
    _Key(section="portal", name="proxy", check=checks.ip_address, optional=True),
    _Key(section="portal", name="webhooks", check=checks.origins, default=()),
    _Key(section="log", name="level", check=checks.one_of("debug", "info", "warning", "error"), default="info"),
    _Key(section="log", name="format", check=checks.one_of("auto", "human", "json"), default="auto"),
    _Key(section="log", name="mask_numbers", check=checks.truth, default=False),
    _Key(section="queue_log", name="view", check=checks.truth, default=False),
    _Key(section="queue_log", name="path", check=checks.file, optional=True),
)
_STAR_CODES: Final = {
    action: _Key(
        section="star_codes", name=action, check=checks.away_code if action == AWAY else checks.star_code, default=code
    )
    for action, code in DEFAULT_CODES.items()
}
_ALL_KEYS: Final = (*_KEYS, *_STAR_CODES.values())
_KNOWN: Final = {(key.section, name): key for key in _ALL_KEYS for name in key.names()}


# --- where values come from


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """A value as it was given, and where."""

    place: str
    name: str
    value: object


_AllGiven = dict[str, _Given]
"""By the setting's attribute: `ari_password`, whether given as itself or by a file."""


def _from_file(path: Path | None, faults: list[Fault]) -> _AllGiven | None:
    """None: it cannot be read."""
    if path is None:
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        mend = "ask as a user who may read it (sudo)" if error.errno == errno.EACCES else "name a file that can be"
        faults.append(Fault(place=str(path), what=f"cannot be read ({error.strerror})", mend=mend))
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(Fault(place=str(path), what=f"is not TOML ({error})", mend="mend that place"))
        return None
    given: _AllGiven = {}
    sections = sorted({key.section for key in _ALL_KEYS})
    for section, table in tables.items():
        if section not in sections:
            faults.append(_unknown(f"{path}: [{section}]", section, sections))
        elif not isinstance(table, dict):
            faults.append(Fault(place=f"{path}: {section}", what="is not a table", mend=f"write [{section}] above it"))
        else:
            for name, value in cast("dict[str, object]", table).items():
                _take(given, section, _Given(place=f"{path}: [{section}] {name}", name=name, value=value), faults)
    return given


def _from_environment(environment: Mapping[str, str], faults: list[Fault]) -> _AllGiven:
    given: _AllGiven = {}
    known = {_variable(section, name): (section, name) for section, name in _KNOWN}
    for variable, value in sorted(environment.items()):
        if not variable.startswith(_ENVIRONMENT_PREFIX):
            continue
        if variable not in known:
            faults.append(_unknown(variable, variable, list(known)))
            continue
        section, name = known[variable]
        _take(given, section, _Given(place=variable, name=name, value=value), faults)
    return given


def _variable(section: str, name: str) -> str:
    return f"{_ENVIRONMENT_PREFIX}{section.upper()}__{name.upper()}"


def _take(given: _AllGiven, section: str, entry: _Given, faults: list[Fault]) -> None:
    key = _KNOWN.get((section, entry.name))
    if key is None:
        faults.append(_unknown(entry.place, entry.name, [name for of, name in _KNOWN if of == section]))
    elif key.attribute in given:
        other = given[key.attribute].place
        faults.append(Fault(place=entry.place, what=f"is given by {other} as well", mend="leave one of them"))
    else:
        given[key.attribute] = entry


def _unknown(place: str, name: str, known: list[str]) -> Fault:
    likely = difflib.get_close_matches(name, known, n=1)
    mend = f"did you mean {likely[0]}?" if likely else f"known are {', '.join(sorted(known))}"
    return Fault(place=place, what="is not known", mend=mend)


# --- one value


def _value(key: _Key, given: _AllGiven, faults: list[Fault]) -> object:
    entry = given.get(key.attribute)
    if entry is None:
        if key.default is None and not key.optional:
            mend = f"set [{key.section}] {key.name} in the file, or {_variable(key.section, key.name)}"
            faults.append(Fault(place=f"{key.section}.{key.name}", what="is missing", mend=mend))
        return key.default
    value = entry.value
    if entry.name != key.name:
        value = _content(entry, faults)
        if value is None:
            return None
    try:
        return key.check(value)
    except ValueError as mend:
        what = "is not right" if key.secret else f"cannot be {shown(value)}"
        faults.append(Fault(place=entry.place, what=what, mend=str(mend)))
        return None


def _content(entry: _Given, faults: list[Fault]) -> str | None:
    """What stands in the file that the entry names, without the line's end.

    A fault does not repeat the name: people put the secret itself there.
    """
    try:
        return Path(checks.any_text(entry.value)).read_text(encoding="utf-8").strip()
    except ValueError:
        what, mend = "names no text file", "name one"
    except OSError as error:
        what, mend = f"names a file that cannot be read ({error.strerror})", "name one that can be"
    faults.append(Fault(place=entry.place, what=what, mend=mend))
    return None
