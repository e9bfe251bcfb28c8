"""Who wants to hear of which event, and telling them.

Callbacks are plain functions, called in order of registration as each event arrives: they must not wait for anything.
What takes time is put into a queue or a task by the callback. Knows no socket.
"""

import inspect
from collections.abc import Callable
from typing import Any, Final

Event = dict[str, Any]
"""An event of Asterisk as it came, JSON decoded; `type` is always there and a text."""

Callback = Callable[[Event], None]

_EVERY_TYPE: Final = ""


class Subscription:
    """What a registration gives back; `close()` ends it."""

    def __init__(self, listeners: "Listeners", event_type: str, callback: Callback) -> None:
        self._listeners = listeners
        self._event_type = event_type
        self._callback = callback

    def close(self) -> None:
        self._listeners.remove(self._event_type, self._callback)


class Listeners:
    """The register of callbacks, by type of event."""

    def __init__(self) -> None:
        # Tuples, replaced as a whole: a callback may register and close while an event is being handed out.
        self._callbacks: dict[str, tuple[Callback, ...]] = {}

    def add(self, event_type: str | None, callback: Callback) -> Subscription:
        """Call `callback` for events of this type; None: for all of them, those of unknown type too."""
        if inspect.iscoroutinefunction(callback):
            raise TypeError(
                f"{callback!r} must be a plain function: events are not held up by waiting for their handlers"
            )
        key = _EVERY_TYPE if event_type is None else event_type
        self._callbacks[key] = (*self._callbacks.get(key, ()), callback)
        return Subscription(self, key, callback)

    def remove(self, event_type: str, callback: Callback) -> None:
        left = list(self._callbacks.get(event_type, ()))
        if callback in left:
            left.remove(callback)
        if left:
            self._callbacks[event_type] = tuple(left)
        else:
            self._callbacks.pop(event_type, None)

    def tell(self, event: Event) -> None:
        """Hand one event to everyone who wants it, those who want all events first."""
        callbacks = self._callbacks
        for callback in callbacks.get(_EVERY_TYPE, ()):
            callback(event)
        for callback in callbacks.get(event["type"], ()):
            callback(event)
