"""What was told and answered on a stage, made comparable: names instead of ids, and nothing that chance decides.

Pure.
"""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from tests.double.parts import Json

CHANGING: Final = frozenset(
    {"timestamp", "creationtime", "protocol_id", "asterisk_id", "additional_protocol_params", "duration_ms", "duration"}
)
"""Fields that differ from one run to the next."""

UNREAD: Final = frozenset({"connected", "priority", "context", "exten", "technology", "build", "config", "status"})
"""Fields that nothing of ours reads, and which the double does not follow in every detail: whose name a phone shows in
mid-call, at which line of the dial plan a channel stands, how a bridge mixes sound, how an Asterisk was built."""

UNORDERED: Final = frozenset({"channels", "channel_ids", "events_disallowed"})
"""Lists whose order means nothing."""

_OWN_ID: Final = re.compile(r"acd-\d{10}\.\d+")
_NAME: Final = re.compile(r"(PJSIP/[\w-]+|Local/[\w@-]+|Snoop/[\w.~-]+)-[0-9a-f]{8}")
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

    def _name(self, found: re.Match[str]) -> str:
        return self._known.setdefault(found[0], f"call{len(self._known) + 1}")


def _without(what: Any) -> Any:
    if isinstance(what, dict):
        kept = {name: _without(what[name]) for name in sorted(what) if name not in CHANGING and name not in UNREAD}
        return {name: sorted(value, key=str) if name in UNORDERED else value for name, value in kept.items()}
    if isinstance(what, list):
        return [_without(each) for each in what]
    return what


def comparable_answer(method: str, path: str, status: int, body: Any) -> list[Any]:
    """An answer whose lists are sorted. What is not fixed: whether a sound plays already, or a channel that listens in
    has begun already, when its request is answered.
    """
    if isinstance(body, list):
        body = sorted(body, key=_known_by)
    if isinstance(body, dict) and "media_uri" in body:
        body = body | {"state": "queued or playing"}
    if isinstance(body, dict) and "/snoop/" in path:
        body = body | {"dialplan": "begins or has begun"}
    if isinstance(body, dict) and "version" in body.get("system", {}):
        body = body | {"system": {"version": body["system"]["version"].partition("+")[0]}}
    return [method, path, status, body]


def _known_by(entry: Json) -> str:
    return str(entry.get("id") or entry.get("resource") or entry.get("attribute"))


def by_subject(told: Iterable[Json]) -> dict[str, list[Json]]:
    """Events by the channel, playback or phone that they are of: between these the order is not fixed.

    Nor is it how often Asterisk echoes our own answers to a transfer, and which of the channels of a phone goes first
    where several end: nothing of ours reads that.
    """
    found: dict[str, list[Json]] = {}
    for event in told:
        if event["type"] != "ChannelTransfer" or "state" not in event:
            found.setdefault(_subject(event), []).append(_with_channels_counted(event))
    return found


def _with_channels_counted(event: Json) -> Json:
    phone = event.get("endpoint")
    return event if phone is None else event | {"endpoint": phone | {"channel_ids": len(phone["channel_ids"])}}


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
