"""What the endpoints are given to work with."""

from dataclasses import dataclass

from portal.database import Database
from portal.engine import LiveEngine
from portal.live.hub import Hub
from portal.passwords import Passwords
from portal.sessions import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """The parts of a running portal."""

    url: str
    """How people reach it, without a / at its end."""
    engine: LiveEngine
    hub: Hub
    """From the engine's steps to the open pages."""
    database: Database
    passwords: Passwords
    sessions: Sessions

    @property
    def is_https(self) -> bool:
        """Whether cookies go over encrypted connections only."""
        return self.url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie. Browsers keep `__Host-` on https only, and then let nobody else set it."""
        return "__Host-acd" if self.is_https else "acd"
