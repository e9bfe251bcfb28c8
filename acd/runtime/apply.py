"""Makes the database equal to a centre's file: one transaction, for the account of the file only."""

from acd.centre import Centre, CentreFaults, Fault
from acd.runtime.database import Connection
from acd.stored.differences import Change, Differences, lock
from acd.stored.tables import stored
from acd.stored.transaction import transaction
from portal.passwords import Passwords, normal


async def apply_centre(connection: Connection, centre: Centre) -> list[Change]:
    """Make the database equal to the centre, and tell what has changed, in words.

    Two at once are served one after the other. Raises `CentreFaults`, with nothing changed, for what only the database
    can know: a device name that another account has.
    """
    async with transaction(connection):
        await lock(connection)
        await _refuse_foreign_devices(connection, centre)
        differences = Differences(await stored(connection, centre.account.id), centre)
        await differences.write(connection)
        return [*differences.changes(), *await _first_passwords(connection, centre)]


async def _refuse_foreign_devices(connection: Connection, centre: Centre) -> None:
    rows = await connection.fetch(
        "select lower(name) as name, account from device where account <> $1 and lower(name) = any ($2)",
        centre.account.id,
        [phone.name.lower() for phone in centre.devices],
    )
    taken = {row["name"]: row["account"] for row in rows}
    faults = [
        Fault(
            place=f"devices[{index}].name",
            line=None,
            what=f'"{phone.name}" is a phone of the account {taken[phone.name.lower()]}',
            mend="give it another name; the names of phones are unique over all accounts",
        )
        for index, phone in enumerate(centre.devices, start=1)
        if phone.name.lower() in taken
    ]
    if faults:
        raise CentreFaults(centre.source, faults)


async def _first_passwords(connection: Connection, centre: Centre) -> list[Change]:
    """Give those a password for the portal who have none, where the file names one."""
    rows = await connection.fetch("select extension from portal_password where account = $1", centre.account.id)
    present = {row["extension"] for row in rows}
    passwords = Passwords()
    changes: list[Change] = []
    for user in centre.users:
        if user.first_portal_password is not None and user.extension not in present:
            hashed = await passwords.hash(normal(user.first_portal_password))
            await connection.execute(
                "insert into portal_password (account, extension, hash) values ($1, $2, $3)",
                centre.account.id,
                user.extension,
                hashed,
            )
            subject = f"user {user.extension} {user.name}"
            changes.append(Change(subject=subject, what="first password for the portal set"))
    return changes
