"""What repositories (`client.channels`) and domain objects (a `Channel`) are made of.

The operations themselves are in `methods.py` and `objects.py`, which are generated from Asterisk's own description.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

import structlog

from ari_bridge.listeners import Event, Listeners, Subscription
from ari_bridge.rest import AriError, Rest, Value, decode

log = structlog.get_logger(__name__)

Json = dict[str, Any]
"""An object of Asterisk's that has no operations, as it came."""


class Ari(Protocol):
    """The client, as its resources see it."""

    rest: Rest
    listeners: Listeners


class Resource:
    """Something that has operations."""

    def __init__(self, client: Ari) -> None:
        self.client = client

    async def _call(
        self,
        method: str,
        path: Sequence[str],
        parameters: Mapping[str, Value] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Any:
        """The answer decoded; None where there is none. Raises AriError."""
        answer = await self.client.rest.request(method, path, parameters, body)
        try:
            return decode(answer) if answer else None
        except ValueError:
            raise AriError(0, "the answer was not understood", f"{method} /{'/'.join(path)}") from None

    async def _fetch(self, method: str, path: Sequence[str]) -> bytes:
        """The answer as it came. Raises AriError."""
        return await self.client.rest.request(method, path)


class Repository(Resource):
    """The operations on one kind of object, by name, as ari-py has them."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.client!r})"


class DomainObject(Resource):
    """One object of Asterisk's as it was when it was told of: `json` does not follow later changes.

    Raises AriError where the object has no id.
    """

    fields_in_events: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """By type of event: the fields which hold an object of this kind."""

    def __init__(self, client: Ari, json: Json) -> None:
        super().__init__(client)
        self.json = json
        try:
            self.id = self._id_in(json)
        except (KeyError, TypeError):
            raise AriError(0, f"a {type(self).__name__} without an id was not understood") from None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id})"

    @classmethod
    def _id_in(cls, json: Json) -> str:
        return str(json["id"])

    def on_event(self, event_type: str, callback: Callable[[Any, Event], None]) -> Subscription:
        """Like `client.on_channel_event` and its kin, for this object only. Close it when the object is gone."""

        def if_mine(found: Any, event: Event) -> None:
            objects = found.values() if isinstance(found, dict) else (found,)
            if any(each.id == self.id for each in objects):
                callback(found, event)

        return on_object_event(self.client, event_type, type(self), if_mine)


def on_object_event(
    client: Ari, event_type: str, kind: type[DomainObject], callback: Callable[[Any, Event], None]
) -> Subscription:
    """Call `callback(object, event)` for events of this type that hold an object of this kind.

    Where the type has several fields of the kind, the first argument is a dict of field -> object. Events which happen
    to hold none, or one without an id, are passed over.
    """
    fields = kind.fields_in_events.get(event_type)
    if fields is None:
        raise ValueError(f"events of type {event_type!r} hold no {kind.__name__}")

    def extract(event: Event) -> None:
        try:
            found = {field: kind(client, event[field]) for field in fields if event.get(field)}
        except AriError as error:
            log.warning("ari_event_unreadable", event_type=event_type, reason=str(error))
            return
        if found:
            callback(found if len(fields) > 1 else next(iter(found.values())), event)

    return client.listeners.add(event_type, extract)
