"""Reading what Asterisk sends: fields that may be missing or wrong, and what a channel says of itself.

Text from outside is made printable and short, never interpreted.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, cast

from acd.model import Caller

Message = Mapping[str, object]
"""A JSON object as it came from Asterisk: any field may be missing or of a wrong type."""

TEXT_LIMIT: Final = 80
"""Characters of a name or number that are kept."""


class MalformedError(Exception):
    """A field that is needed is missing, or is not what it should be."""


def caller_in(channel: Message) -> Caller:
    """Who calls on this channel; empty where it does not say."""
    caller = channel.get("caller")
    about = cast("Message", caller) if isinstance(caller, dict) else {}
    return Caller(number=printable(text_in(about, "number")), name=printable(text_in(about, "name")))


def stasis_arguments(channel: Message, app: str) -> list[str]:
    """What the dial plan gave our application when this channel entered it; empty: the channel is not in it."""
    plan = channel.get("dialplan")
    place = cast("Message", plan) if isinstance(plan, dict) else {}
    name, _, arguments = text_in(place, "app_data").partition(",")
    return arguments.split(",") if text_in(place, "app_name") == "Stasis" and name == app else []


def priority_in(arguments: list[str]) -> int | None:
    """What the dial plan says of a caller's turn, after account and number; None: nothing that is a number."""
    text = arguments[0] if arguments else ""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,5}", text) else None


def was_put_here(arguments: list[str]) -> bool:
    """Whether somebody else has sent this caller to the queue; the same arguments, where the dial plan says so."""
    return arguments[1:2] == ["put"]


def waited_in(arguments: list[str]) -> timedelta:
    """How long this caller has waited without an engine; the same arguments, where the dial plan says it last."""
    text = arguments[2] if len(arguments) > 2 else ""
    return timedelta(seconds=int(text)) if re.fullmatch(r"[1-9][0-9]{0,2}", text) else timedelta(0)


def linkedid_in(arguments: list[str]) -> str | None:
    """By which Asterisk's records find this call; the same arguments, the last of them. None: it is not said."""
    return printable(arguments[3]) if len(arguments) > 3 and arguments[3] else None


def longer_in(arguments: list[str]) -> str:
    """What follows a star code; empty where the dial plan says nothing."""
    return printable(arguments[0]) if arguments else ""


def is_star_code(channel: Message) -> bool:
    """Whether this channel speaks with us, or anybody's engine, about a star code."""
    plan = channel.get("dialplan")
    place = cast("Message", plan) if isinstance(plan, dict) else {}
    return text_in(place, "app_data").partition(",")[2].startswith("feature,")


def is_online(endpoint: Message) -> bool:
    """Whether this phone is registered."""
    return endpoint.get("state") == "online"


def printable(text: str) -> str:
    """This text without control, format and half characters, at most `TEXT_LIMIT` long."""
    return "".join(letter for letter in text if letter.isprintable())[:TEXT_LIMIT].strip()


def text_in(message: Message, field: str) -> str:
    """This field where it is a text, else an empty one."""
    value = message.get(field)
    return value if isinstance(value, str) else ""


def texts_in(message: Message, field: str) -> list[str]:
    """The texts in this field where it is a list, else none."""
    value = message.get(field)
    return [text for text in cast("list[object]", value) if isinstance(text, str)] if isinstance(value, list) else []


def answered(answer: object, field: str) -> str:
    """This field of an answer where it is an object and the field a text, else an empty one."""
    return text_in(cast("Message", answer), field) if isinstance(answer, dict) else ""


# --- fields without which a message says nothing


def needed_object(message: Message, field: str) -> Message:
    """This field, an object. Raises MalformedError."""
    value = message.get(field)
    if not isinstance(value, dict):
        raise MalformedError
    return cast("Message", value)


def needed_text(message: Message, field: str) -> str:
    """This field, a text. Raises MalformedError."""
    value = message.get(field)
    if not isinstance(value, str):
        raise MalformedError
    return value


def needed_texts(message: Message, field: str) -> list[str]:
    """This field, a list of texts. Raises MalformedError."""
    value = message.get(field)
    if not isinstance(value, list):
        raise MalformedError
    texts = [text for text in cast("list[object]", value) if isinstance(text, str)]
    if len(texts) != len(cast("list[object]", value)):
        raise MalformedError
    return texts


def needed_number(message: Message, field: str, *, absent: int | None = None) -> int:
    """This field, a number; `absent` where it is missing and that is given. Raises MalformedError."""
    value = message.get(field, absent)
    if not isinstance(value, int):
        raise MalformedError
    return value
