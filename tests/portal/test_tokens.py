"""Tokens: made once, shown once, worth what their scopes and their user's role say, until they are revoked."""

from datetime import UTC, datetime, timedelta

from tests.portal.live import LivePortal


async def test_a_token_is_shown_once_and_is_worth_nothing_once_revoked(live: LivePortal) -> None:
    person = await live.browser("1001@ours.example")
    made = await person.ask("POST", "/tokens", {"name": "CRM", "scopes": ["read", "status"]})
    assert made.status == 201
    key = made.json["token"]
    assert key.startswith("acd_")
    listed = await person.ask("GET", "/tokens")
    assert [(entry["name"], entry["scopes"]) for entry in listed.json] == [("CRM", ["read", "status"])]
    assert key not in listed.text
    assert key not in str(await live.rows("select * from portal_token"))
    program = await live.browser()
    program.headers = {"Authorization": f"Bearer {key}", "Origin": ""}
    assert (await program.ask("GET", "/session")).json["who"]["login"] == "1001@ours.example"
    assert (await person.ask("DELETE", f"/tokens/{made.json['id']}")).status == 204
    refused = await program.ask("GET", "/session")
    assert (refused.status, refused.json["type"]) == (401, "no_token")
    assert refused.headers["WWW-Authenticate"] == "Bearer"


async def test_a_token_ends_with_its_time_or_its_user(live: LivePortal) -> None:
    program = await live.token("1001@ours.example", ["read"])
    assert (await program.ask("GET", "/session")).status == 200
    await live.rows("update portal_token set expires_at = $1 returning 1", datetime.now(UTC) - timedelta(seconds=1))
    assert (await program.ask("GET", "/session")).status == 401
    other = await live.token("1004@ours.example", ["read"])
    await live.rows("delete from app_user where extension = '1004' returning 1")
    assert (await other.ask("GET", "/session")).status == 401


async def test_what_cannot_be_a_token_is_told(live: LivePortal) -> None:
    person = await live.browser("1001@ours.example")
    for body, place in (
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["everything"]}, "scopes[0]"),
        ({"name": "a\nb", "scopes": ["read"]}, "name"),
        ({"name": "x", "scopes": ["read"], "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"name": "x", "scopes": ["read"], "rights": "all"}, "body"),
    ):
        answer = await person.ask("POST", "/tokens", body)
        assert (answer.status, answer.json["faults"][0]["place"]) == (422, place), answer.text
