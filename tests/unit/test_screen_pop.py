"""The address of a page about a caller: whatever he is called, it stays the one that was set, with him as a value."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.centre.screen_pop import PLACES, filled, wrong_with

NOTHING = dict.fromkeys(PLACES, "")
HOSTILE = (
    'javascript:alert(1)', '"><script>', "&tel=1#x", "../../admin", "..", ".", "@evil.example", "//evil.example", "a b",
    "%2e%2e", "\r\nSet-Cookie: x", "Zoë 電話", "{number}", "?", "\\evil",
)  # fmt: skip
VALUES = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(number=VALUES, name=VALUES)
def test_a_value_stays_in_its_place(number: str, name: str) -> None:
    template = "https://crm.example.com:8443/customers/{number}/calls?tel={number}&name={name}&fixed=1#top-{name}"
    assert wrong_with(template) is None
    address = filled(template, {**NOTHING, "number": number, "name": name})
    assert address.isascii()
    assert address.isprintable()
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc) == ("https", "crm.example.com:8443")
    before, folder, value, after = parts.path.split("/")
    assert (before, folder, after) == ("", "customers", "calls")
    assert unquote(value) not in (".", "..")
    told = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True)
    kept = {key: text if text.strip(".") else "" for key, text in (("tel", number), ("name", name))}
    assert told == {"tel": [kept["tel"]], "name": [kept["name"]], "fixed": ["1"]}
    assert unquote(parts.fragment) == f"top-{kept['name']}"


def test_every_place_can_be_filled() -> None:
    template = "https://crm.example.com/?" + "&".join(f"{name}={{{name}}}" for name in PLACES)
    assert wrong_with(template) is None
    values = {name: f"{name} of it" for name in PLACES}
    assert parse_qs(urlsplit(filled(template, values)).query) == {name: [of] for name, of in values.items()}


@pytest.mark.parametrize(
    ("template", "what"),
    [
        ("", "no plain web address"),
        ("crm.example.com/{number}", "does not begin with https://"),
        ("javascript:open({number})", "does not begin with https://"),
        ("data:text/html,{name}", "does not begin with https://"),
        ("https:///{number}", "does not begin with https://"),
        ("https://{queue}.example.com/", "the same for everybody"),
        ("https://me:word@crm.example.com/", "the same for everybody"),
        ("https://crm.example.com:{number}/", "no web address"),
        ("https://crm.example.com/{phone}", "nothing to put into {phone}"),
        ("https://crm.example.com/{}", "nothing to put into {}"),
        ("https://crm.example.com/{number", "a brace stands alone"),
        ("https://crm.example.com/}{", "a brace stands alone"),
        ("https://crm.example.com/{{number}}", "a brace stands alone"),
        ("https://crm.example.com/a b", "no plain web address"),
        ('https://crm.example.com/"onclick="x', "no plain web address"),
        ("https://crm.example.com/" + "x" * 500, "no plain web address"),
        ("https://[crm/{number}", "no web address"),
    ],
)
def test_what_is_no_template_is_said(template: str, what: str) -> None:
    found = wrong_with(template)
    assert found is not None
    assert what in found[0]
    assert found[1]
