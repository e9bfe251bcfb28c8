"""What was told and answered on a stage, made comparable: names instead of ids, and nothing that chance decides. Pure."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from tests.double.parts import Json

CHANGING: Final = frozenset(
    {"timestamp", "creationtime", "protocol_id", "asterisk_id", "additional_protocol_params", "duration_ms", "duration"}
)
"""Fields that differ from one run to the next."""

_OWN_ID: Final = re.compile(r"acd-\d{10}\.\d+")
_NAME: Final = re.compile(r"(PJSIP/[\w-]+|Local/[\w@-]+)-[0-9a-f]{8}")
_BASIC: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|basic-\d+")


class Names:
    """Asterisk's own ids become names, in the order in which they are met."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def plain(self, what: object) -> Any:
        """The same, made comparable."""
        text = _OWN_ID.sub(
            lambda found: self._known.setdefault(found[0], f"call{len(self._known) + 1}"), json.dumps(what)
        )
        text = _BASIC.sub("basic", _NAME.sub(r"\1-#", text))
        return _without(json.loads(text))


def _without(what: Any) -> Any:
    if isinstance(what, dict):
        return {name: _without(value) for name, value in sorted(what.items()) if name not in CHANGING}
    if isinstance(what, list):
        return [_without(each) for each in what]
    return what


def by_subject(told: Iterable[Json]) -> dict[str, list[Json]]:
    """Events by the channel, playback or phone that they are of: between these the order is not fixed."""
    found: dict[str, list[Json]] = {}
    for event in told:
        found.setdefault(_subject(event), []).append(event)
    return found


def _subject(event: Json) -> str:
    if "channel" in event:
        return str(event["channel"]["id"])
    if "playback" in event:
        return str(event["playback"]["target_uri"]).removeprefix("channel:")
    if "endpoint" in event:
        return str(event["endpoint"]["resource"])
    if "referred_by" in event:
        return str(event["referred_by"]["source_channel"]["id"])
    return str(event["type"])
