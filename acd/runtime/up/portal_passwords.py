"""Passwords for the portal, made for users of a new centre so that they can be told on the start sheet.

Each is kept beside the hash that the database has of it: once a user has chosen another one, ours is told no more.
"""

import json
import secrets
from dataclasses import replace
from pathlib import Path

from acd.centre import Centre
from acd.runtime.apply import apply_centre
from acd.runtime.database import Connection
from acd.runtime.up.place import write_secret
from acd.stored.differences import Change


async def apply_with_passwords(
    connection: Connection, centre: Centre, file: Path
) -> tuple[list[Change], dict[str, str]]:
    """Apply the centre, with a password for everybody who has none; what has changed, and those that hold."""
    kept = _kept(file)
    present = await _hashes(connection, centre)
    made = {
        user.extension: user.first_portal_password or secrets.token_urlsafe(9)
        for user in centre.users
        if user.extension not in present
    }
    users = tuple(replace(user, first_portal_password=made.get(user.extension)) for user in centre.users)
    changes = await apply_centre(connection, replace(centre, users=users))
    present = await _hashes(connection, centre)
    kept |= {extension: [password, present[extension]] for extension, password in made.items()}
    write_secret(file, json.dumps(kept))
    return changes, {
        extension: password for extension, (password, hashed) in kept.items() if present.get(extension) == hashed
    }


def _kept(file: Path) -> dict[str, list[str]]:
    """By extension: the password and its hash."""
    kept: dict[str, list[str]] = json.loads(file.read_text()) if file.exists() else {}
    return kept


async def _hashes(connection: Connection, centre: Centre) -> dict[str, str]:
    rows = await connection.fetch("select extension, hash from portal_password where account = $1", centre.account.id)
    return {row["extension"]: row["hash"] for row in rows}
