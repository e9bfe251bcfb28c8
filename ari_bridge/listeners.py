"""Who wants to hear of which event, and telling them.

Callbacks are plain functions, called in order of registration as each event arrives: they must not wait for anything.
What takes time is put into a queue or a task by the callback. Knows no socket.
"""

import inspect
from collections.abc import Callable
from typing import Any

Event = dict[str, Any]
"""An event of Asterisk as it came, JSON decoded; `type` is always there and a text."""

Callback = Callable[[Event], None]


class Subscription:
    """One registered callback."""

    def __init__(self, listeners: "Listeners", event_type: str | None, callback: Callback) -> None:
        self.callback = callback
        self._listeners = listeners
        self._event_type = event_type

    def close(self) -> None:
        """Call it no more."""
        self._listeners.remove(self._event_type, self)


class Listeners:
    """The register of callbacks, by type of event."""

    def __init__(self) -> None:
        # Tuples, replaced as a whole: a callback may register and close while an event is being handed out.
        self._subscriptions: dict[str | None, tuple[Subscription, ...]] = {}

    def add(self, event_type: str | None, callback: Callback) -> Subscription:
        """Call `callback` for events of this type; None: for all of them, those of unknown type too."""
        if inspect.iscoroutinefunction(callback):
            raise TypeError(
                f"{callback!r} must be a plain function: events are not held up by waiting for their handlers"
            )
        subscription = Subscription(self, event_type, callback)
        self._subscriptions[event_type] = (*self._subscriptions.get(event_type, ()), subscription)
        return subscription

    def remove(self, event_type: str | None, subscription: Subscription) -> None:
        """Forget it; nothing happens where it is forgotten already."""
        left = tuple(each for each in self._subscriptions.get(event_type, ()) if each is not subscription)
        if left:
            self._subscriptions[event_type] = left
        else:
            self._subscriptions.pop(event_type, None)

    def tell(self, event: Event) -> None:
        """Hand one event to everyone who wants it, those who want all events first."""
        subscriptions = self._subscriptions
        for each in subscriptions.get(None, ()):
            each.callback(event)
        for each in subscriptions.get(event["type"], ()):
            each.callback(event)
