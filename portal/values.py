"""Kinds of value that bodies and queries are made of."""

from typing import Annotated

from msgspec import Meta

DisplayName = Annotated[
    str, Meta(min_length=1, max_length=80, pattern="^[^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]*$", examples=["Anna Bell"])
]
"""A name for people: 1 to 80 characters, no control characters, no line breaks. Shown, never interpreted."""
