"""How a receiver knows that a message is ours, and no old one: the headers of Standard Webhooks 1.0. Pure."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Final

_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32


def new_secret() -> str:
    """A secret for one webhook, as the receiver is given it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers(secret: str, message: str, at_s: int, body: bytes) -> Mapping[str, str]:
    """For this message, sent at this second since 1970. `message` is the same however often it is sent."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    signed = hmac.new(key, b"%b.%d.%b" % (message.encode(), at_s, body), hashlib.sha256).digest()
    return {
        "webhook-id": message,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
