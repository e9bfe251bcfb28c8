"""How often somebody may try: a bucket of attempts for each address and each login, which fills up again with time.

In memory only: a restart forgives, and an attacker cannot cause one. What he can cause is many buckets, so their number
is bounded: the one that was used longest ago, and has filled up most since, goes first.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from portal.problems import too_often

BUCKETS_AT_MOST: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many at once, and then one each so many seconds."""

    at_once: int
    one_each_s: float


LOGIN_OF_ADDRESS: Final = Rate(at_once=30, one_each_s=2)
"""A whole office may stand behind one address; those who log in take nothing from it."""
LOGIN_OF_USER: Final = Rate(at_once=10, one_each_s=30)
RESET_OF_ADDRESS: Final = Rate(at_once=10, one_each_s=60)
RESET_OF_USER: Final = Rate(at_once=3, one_each_s=1200)
KEY_OF_ADDRESS: Final = Rate(at_once=60, one_each_s=1)
"""Keys that are none: links for a new password, tokens."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float
    rate: Rate

    def fill(self, now: float) -> None:
        self.left = min(self.rate.at_once, self.left + (now - self.at) / self.rate.one_each_s)
        self.at = now


class Limits:
    """All buckets. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[tuple[Rate, str], _Bucket] = OrderedDict()
        """The one used longest ago comes first."""

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, rate: Rate, whose: str) -> None:
        """One attempt; raises `Problem` 429 where there is none left."""
        now = self._clock()
        bucket = self._buckets.get((rate, whose))
        if bucket is None:
            if len(self._buckets) >= BUCKETS_AT_MOST:
                self._buckets.popitem(last=False)
            bucket = self._buckets[rate, whose] = _Bucket(rate.at_once, now, rate)
        self._buckets.move_to_end((rate, whose))
        bucket.fill(now)
        if bucket.left < 1:
            raise too_often((1 - bucket.left) * rate.one_each_s)
        bucket.left -= 1

    def give_back(self, rate: Rate, whose: str) -> None:
        """It was a good one."""
        if bucket := self._buckets.get((rate, whose)):
            bucket.left = min(rate.at_once, bucket.left + 1)


def neighbourhood(address: str) -> str:
    """Whom an address is counted as: itself, or its /64, of which an attacker has all addresses at once (IPv6)."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.IPv6Network((parsed, 64), strict=False))
    return str(parsed)
