"""HTTP digest as SIP uses it (RFC 3261, 22; RFC 2617): a challenge in, an Authorization value out."""

import hashlib
import re
from dataclasses import dataclass

ALGORITHMS = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a server wants proved."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    opaque: str | None = None
    qop: str | None = None


def read_challenge(value: str) -> Challenge:
    """Read a WWW-Authenticate or Proxy-Authenticate value; raises `ValueError` where it cannot be met."""
    scheme, _, rest = value.partition(" ")
    if scheme.lower() != "digest":
        raise ValueError(f"no digest challenge: {value!r}")
    given = {name.lower(): plain or text for name, text, plain in _PAIR.findall(rest)}
    algorithm = given.get("algorithm", "MD5").upper()
    if algorithm not in ALGORITHMS:
        raise ValueError(f"unknown algorithm {algorithm}")
    qop = "auth" if "auth" in re.split(r"[,\s]+", given.get("qop", "")) else None
    return Challenge(
        realm=given["realm"], nonce=given["nonce"], algorithm=algorithm, opaque=given.get("opaque"), qop=qop
    )


_PAIR = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^,\s]+))')


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who asks, and how he proves it."""

    user: str
    secret: str


def authorization(challenge: Challenge, who: Credentials, *, method: str, uri: str, cnonce: str) -> str:
    """The value of the Authorization header; each challenge is answered once, so the nonce count is 1."""

    def digest(text: str) -> str:
        return ALGORITHMS[challenge.algorithm](text.encode()).hexdigest()

    who_hash = digest(f"{who.user}:{challenge.realm}:{who.secret}")
    what_hash = digest(f"{method}:{uri}")
    count = "00000001"
    between = f"{challenge.nonce}:{count}:{cnonce}:{challenge.qop}" if challenge.qop else challenge.nonce
    parts = [
        f'username="{who.user}"',
        f'realm="{challenge.realm}"',
        f'nonce="{challenge.nonce}"',
        f'uri="{uri}"',
        f'response="{digest(f"{who_hash}:{between}:{what_hash}")}"',
        f"algorithm={challenge.algorithm}",
    ]
    if challenge.qop:
        parts += [f"qop={challenge.qop}", f"nc={count}", f'cnonce="{cnonce}"']
    if challenge.opaque is not None:
        parts.append(f'opaque="{challenge.opaque}"')
    return "Digest " + ", ".join(parts)
