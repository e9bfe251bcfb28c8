"""What the endpoints are given to work with."""

from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web

from acd.model import AccountId
from portal.database import Database
from portal.engine import LiveEngine
from portal.facts.journal import Journal
from portal.facts.webhooks import Webhooks
from portal.history.keeping import Keeper
from portal.limits import Limits
from portal.live.hub import Hub
from portal.logins import Logins
from portal.mail import Outbox
from portal.passwords import Passwords
from portal.resets import Resets
from portal.sessions import Sessions
from portal.tokens import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """The parts of a running portal."""

    url: str
    """How people reach it, without a / at its end."""
    proxy: str | None
    """The address of the proxy before it."""
    engine: LiveEngine
    hub: Hub
    """From the engine's steps to the open pages."""
    database: Database
    passwords: Passwords
    sessions: Sessions
    tokens: Tokens
    limits: Limits
    logins: Logins
    outbox: Outbox
    keeper: Keeper
    resets: Resets
    journal: Journal
    webhooks: Webhooks
    streams: Counter[AccountId] = field(default_factory=Counter[AccountId])
    """How many streams of its facts each account has open."""

    @property
    def is_https(self) -> bool:
        """Whether cookies go over encrypted connections only."""
        return self.url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie. Browsers keep `__Host-` on https only, and then let nobody else set it."""
        return "__Host-acd" if self.is_https else "acd"

    def address(self, request: web.Request) -> str:
        """Where a request comes from. A proxy tells it; nobody else is believed."""
        remote = request.remote or ""
        if remote and remote == self.proxy:
            return request.headers.get("X-Forwarded-For", remote).rpartition(",")[2].strip()[:64] or remote
        return remote

    def warnings(self) -> list[str]:
        """What is wrong with the portal, in words an operator can act on."""
        told: list[str] = []
        if not self.database.is_walled:
            told.append(
                "row security does not hold for the database user of the portal (a superuser, or with BYPASSRLS): the "
                "second wall between accounts is missing; let an ordinary user own the database"
            )
        if (why := self.outbox.last_error) is not None:
            told.append(f"mails of the portal are not sent: {why}; they are tried again")
        return told
