"""One open page: what it watches, and the messages on their way to it. It computes nothing and knows no rule."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from portal.who import Who

MESSAGES_AT_MOST: Final = 1000
BYTES_AT_MOST: Final = 4 * 1024 * 1024
"""What waits for a page that reads slowly. More, and it would only ever see the past."""


class CloseCode(IntEnum):
    """Why we close a socket."""

    GOING_AWAY = 1001
    NOT_UNDERSTOOD = 4400
    SESSION_ENDED = 4401
    TOO_SLOW = 4408
    TOO_OFTEN = 4409


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why a page is closed."""

    code: CloseCode
    why: str


class Page:
    """What the hub knows of it. `outbox` is written by the hub and emptied by the socket."""

    def __init__(self, who: Who) -> None:
        self.who = who
        """As it was looked up last."""
        self.wanted: tuple[str, ...] = ()
        """The topics it asked for, allowed or not."""
        self.look_again = asyncio.Event()
        """What its user may could have changed, or his session have ended."""
        self.wake = asyncio.Event()
        """It is its turn to be sent what there is for it."""
        self.ended = asyncio.Event()
        self.ending: Ending | None = None
        self._outbox: deque[bytes] = deque()
        self._bytes = 0
        self._numbers: dict[str, int] = {}

    def begin(self, topic: str, body: bytes) -> None:
        """The first message of a topic."""
        self._numbers[topic] = 0
        self.go_on(topic, body)

    def go_on(self, topic: str, body: bytes) -> None:
        """One message more of it: its number, and the rest as it is the same for every page."""
        self._numbers[topic] += 1
        self.send(b'{"topic":"%b","n":%d,%b' % (topic.encode(), self._numbers[topic], body))

    def send(self, message: bytes) -> None:
        """It goes out at the next `wake`."""
        if self.ending is not None:
            return
        self._outbox.append(message)
        self._bytes += len(message)
        if len(self._outbox) > MESSAGES_AT_MOST or (len(self._outbox) > 1 and self._bytes > BYTES_AT_MOST):
            self.end(CloseCode.TOO_SLOW, "This page reads too slowly; it has to begin anew.")

    @property
    def has_mail(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._outbox)

    def take(self) -> Iterable[bytes]:
        """The messages, in their order; each is gone once it has been taken."""
        while self._outbox:
            message = self._outbox.popleft()
            self._bytes -= len(message)
            yield message

    def end(self, code: CloseCode, why: str) -> None:
        """Close it; what has not been sent is not sent any more. The first reason counts."""
        if self.ending is None:
            self.ending = Ending(code=code, why=why)
            self.ended.set()
        self._outbox.clear()
        self._bytes = 0
