"""What holds for the whole account. Which numbers may be called stays with the operator: it is his bill."""

from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from acd.centre import Centre, Role
from acd.centre.writing import Entry
from acd.model import STATUSES
from portal.configuration.changing import change, looked_at, must_be_version
from portal.configuration.draft import Draft, version_of
from portal.endpoint import Asked, endpoint
from portal.who import Scope

_PLACE: Final = ("time_zone", "home_region")


class AccountShown(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of the account."""

    account: str
    time_zone: str
    home_region: str
    version: str
    """For If-Match, where time zone or region are changed."""
    statuses: list[str]
    """Its own."""
    statuses_version: str
    """For If-Match, where these are changed."""
    screen_pop: str | None
    """The address of a page about a caller, as a template; null: none."""
    screen_pop_version: str
    """For If-Match, where this is changed."""
    outbound: list[str]
    """Patterns of the numbers that may be called; the operator changes them."""


class AccountRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of it an office manager changes. What is left out stays as it is."""

    time_zone: str | UnsetType = UNSET
    """As the IANA data base names it: `Europe/Budapest`."""
    home_region: str | UnsetType = UNSET
    """The country, by its two letters."""


class OwnStatuses(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The statuses that the account has beside those that all have, in their order."""

    statuses: list[str]


class ScreenPop(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page about a caller, in another system, which agents open by a click."""

    screen_pop: str | None
    """Its address: `https://crm.example.com/search?tel={number}`. Also {name} of the caller, {queue}, {queue_name},
    {call}, {agent}."""


class KeptStatus(msgspec.Struct, frozen=True, kw_only=True):
    """An agent who is in a status that there is no more."""

    agent: str
    name: str
    status: str
    said: str


class StatusesShown(msgspec.Struct, frozen=True, kw_only=True):
    """The account's own statuses as they are now."""

    statuses: list[str]
    statuses_version: str
    kept: list[KeptStatus]
    """Who is in one that has been taken away, and what becomes of him."""


@endpoint("GET", "/account", needs=Role.SUPERVISOR, scope=Scope.READ)
async def show_account(asked: Asked) -> AccountShown:
    """The settings of the account."""
    draft, _ = await looked_at(asked)
    return _shown(draft)


@endpoint("PATCH", "/account", needs=Role.OFFICE_MANAGER, scope=Scope.CONFIGURE)
async def change_account(asked: Asked, *, body: AccountRules) -> AccountShown:
    """Change them. If-Match: their `version`."""

    def edit(draft: Draft) -> Entry:
        must_be_version(asked, _place(draft))
        draft.account.update(msgspec.to_builtins(body))
        return draft.account

    centre = await change(asked, edit)
    return _shown(Draft(centre))


@endpoint("PUT", "/account/statuses", needs=Role.SUPERVISOR, scope=Scope.CONFIGURE)
async def change_statuses(asked: Asked, *, body: OwnStatuses) -> StatusesShown:
    """Change the account's own statuses. If-Match: their `statuses_version`.

    Who is in one that is taken away keeps it, and is offered nothing, until he chooses another one.
    """

    def edit(draft: Draft) -> Entry:
        must_be_version(asked, draft.account["statuses"])
        draft.account["statuses"] = body.statuses
        return draft.account

    centre = await change(asked, edit)
    return StatusesShown(statuses=body.statuses, statuses_version=version_of(body.statuses), kept=_kept(asked, centre))


@endpoint("PUT", "/account/screen-pop", needs=Role.OFFICE_MANAGER, scope=Scope.CONFIGURE)
async def change_screen_pop(asked: Asked, *, body: ScreenPop) -> AccountShown:
    """Change the address of the page about a caller. If-Match: its `screen_pop_version`."""

    def edit(draft: Draft) -> Entry:
        must_be_version(asked, draft.account["screen_pop"])
        draft.account["screen_pop"] = body.screen_pop
        return draft.account

    return _shown(Draft(await change(asked, edit)))


def _kept(asked: Asked, centre: Centre) -> list[KeptStatus]:
    records = asked.portal.engine.state.records
    known = {*STATUSES, *centre.account.statuses}
    return [
        KeptStatus(
            agent=agent.extension,
            name=agent.name,
            status=status,
            said=f"{agent.name} keeps it, and is offered no calls, until he chooses another status.",
        )
        for agent in sorted(records.agents.values(), key=lambda agent: agent.id)
        if agent.account == asked.who.account
        and records.assignments.get(agent.id)
        and (status := records.agent_records[agent.id].status) not in known
    ]


def _shown(draft: Draft) -> AccountShown:
    account = draft.account
    return AccountShown(
        account=account["domain"],
        time_zone=account["time_zone"],
        home_region=account["home_region"],
        version=version_of(_place(draft)),
        statuses=account["statuses"],
        statuses_version=version_of(account["statuses"]),
        screen_pop=account["screen_pop"],
        screen_pop_version=version_of(account["screen_pop"]),
        outbound=account["outbound"],
    )


def _place(draft: Draft) -> list[str]:
    return [draft.account[key] for key in _PLACE]
