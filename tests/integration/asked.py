"""What an engine asks of Asterisk, as seen on the way: over HTTP, and over websockets as HTTP would have it."""

from typing import Final

import msgspec

from ari_bridge.socket_wire import APPLICATIONS

_WEBSOCKET: Final = b"GET /ari/events"
_TEXT: Final = 0x81


class Asked:
    """Of one connection."""

    def __init__(self) -> None:
        self.is_for_events = False
        self._frames: bytes | None = None
        """Those that are not whole yet; None: this is no websocket, though it can become one after any request."""

    def words(self, said: bytes) -> list[bytes]:
        """Each begins with method and path where a request begins."""
        if self._frames is not None:
            self._frames += said
            return [_as_http(text) for text in self._texts()]
        if said.startswith(_WEBSOCKET):
            self.is_for_events = APPLICATIONS.encode() not in said.partition(b"\r\n")[0]
            self._frames = b""
        return [said]

    def _texts(self) -> list[bytes]:
        """A client's frames are masked; pings and farewells ask nothing."""
        texts: list[bytes] = []
        assert self._frames is not None
        while len(frame := self._frames) > 1:
            extra = {126: 2, 127: 8}.get(length := frame[1] & 0x7F, 0)
            start = 2 + extra + 4
            if extra:
                length = int.from_bytes(frame[2 : 2 + extra])
            if len(frame) < start + length:
                break
            mask, masked = frame[start - 4 : start], frame[start : start + length]
            if frame[0] == _TEXT:
                texts.append(bytes(byte ^ mask[at % 4] for at, byte in enumerate(masked)))
            self._frames = frame[start + length :]
        return texts


def _as_http(text: bytes) -> bytes:
    asked = msgspec.json.decode(text)
    return f"{asked['method']} /ari/{asked['uri']} HTTP/1.1\r\n\r\n{asked['message_body']}".encode()
