"""A way in from the telephone network, as an operator adds one: whoever comes through it says himself who he is."""

import secrets
import tomllib
from base64 import b64encode

import aiohttp

from tests.acceptance.centre import RunningCentre
from tests.acceptance.parts import DOMAIN
from tests.phone.digest import Credentials


def ari_access(centre: RunningCentre) -> tuple[str, dict[str, str]]:
    """The address of this centre's ARI, and the headers that open it."""
    state = centre.home / "state"
    settings = tomllib.loads((state / "engine.toml").read_text())["ari"]
    word = b64encode(f"{settings['user']}:{(state / 'ari.secret').read_text().strip()}".encode()).decode()
    return settings["url"], {"Authorization": f"Basic {word}"}


async def add_trunk(centre: RunningCentre, name: str = "trunk", *, context: str = "acd-phones") -> Credentials:
    """Write it into Asterisk. What it says of the caller is believed, so his texts get as far as they can."""
    who = Credentials(user=name, secret=secrets.token_urlsafe(16))
    endpoint = {
        "transport": "transport-udp",
        "context": context,
        "auth": name,
        "aors": name,
        "identify_by": "auth_username,username",
        "tenantid": DOMAIN,
        "allow": "!all,ulaw",
        "direct_media": "false",
        "trust_id_inbound": "true",
    }
    url, headers = ari_access(centre)
    objects = {
        "auth": {"auth_type": "userpass", "username": who.user, "password": who.secret},
        "aor": {"max_contacts": "1"},
        "endpoint": endpoint,
    }
    async with aiohttp.ClientSession(headers=headers) as session:
        for kind, fields in objects.items():
            body = {"fields": [{"attribute": name, "value": value} for name, value in fields.items()]}
            place = f"{url}/ari/asterisk/config/dynamic/res_pjsip/{kind}/{name}"
            async with session.put(place, json=body) as answer:
                assert answer.status == 200, await answer.text()
    return who
