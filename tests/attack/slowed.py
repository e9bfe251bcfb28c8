"""How many messages of a source get through ops/nftables: run in a network of its own, prints JSON."""

import json
import socket
import subprocess
import time
from typing import Final

from tests.attack.debian import OPS, tools
from tests.attack.namespace import raise_loopback

RULES: Final = OPS / "nftables" / "asterisk-acd.nft"
PORT: Final = 5060
EACH: Final = 200
APART_SECONDS: Final = 0.002


def main() -> None:
    """Load the rules twice (a second time replaces them), then send as one source and as another one."""
    raise_loopback()
    for _ in range(2):
        subprocess.run(["nft", "-f", str(RULES)], env=tools().environment, check=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", PORT))
        server.setblocking(False)
        got = {method: _through(server, method, "127.0.0.66") for method in ("REGISTER", "INVITE", "OPTIONS")}
        got["REGISTER from elsewhere"] = _through(server, "REGISTER", "127.0.0.67", count=5)
    print(json.dumps(got))


def _through(server: socket.socket, method: str, source: str, *, count: int = EACH) -> int:
    got = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((source, 0))
        for _ in range(count):
            try:
                sender.sendto(f"{method} sip:127.0.0.1 SIP/2.0\r\n".encode(), ("127.0.0.1", PORT))
            except PermissionError:
                continue  # dropped on its way out of the same machine
            time.sleep(APART_SECONDS)
            try:
                server.recv(2048)
                got += 1
            except BlockingIOError:
                continue
    return got


if __name__ == "__main__":
    main()
