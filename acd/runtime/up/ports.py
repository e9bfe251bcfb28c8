"""The ports of a centre, checked before anything is started: a taken one is told by its number and its option."""

import errno
import ipaddress
import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from acd.runtime.up.errors import StartError

LOOPBACK: Final = "127.0.0.1"
PORTAL_FIRST: Final = 18091
PORTAL_TRIED: Final = 100
FEWEST_RTP_PORTS: Final = 8
"""A call between two phones takes four: each side has one for sound and one for its control."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where a centre listens. The defaults stay below the ports that the system gives out by itself (32768 and up)."""

    bind: str = LOOPBACK
    sip: int = 15060
    ari: int = 18088
    web: int = 18090
    portal: int | None = None
    """None: the first free one from `PORTAL_FIRST` on."""
    rtp_first: int = 16000
    rtp_last: int = 16399


def rtp_range(text: str) -> tuple[int, int]:
    """Read `16000-16399`; raises ValueError with what would be right."""
    first, dash, last = text.partition("-")
    if not (dash and first.isdecimal() and last.isdecimal()):
        raise ValueError("give two port numbers, as in 16000-16399")
    if not 1024 <= int(first) <= int(last) <= 65535:
        raise ValueError("give ports from 1024 to 65535, the lower one first")
    if int(last) - int(first) + 1 < FEWEST_RTP_PORTS:
        raise ValueError(f"give at least {FEWEST_RTP_PORTS} ports; a call between two phones takes four")
    return int(first), int(last)


def check(ports: Ports, *, own_asterisk: bool) -> None:
    """Raise `StartError` naming everything that cannot be had, each with its option."""
    _check_address(ports.bind)
    wanted: list[tuple[str, str, int, socket.SocketKind, str]] = [
        ("web", ports.bind, ports.web, socket.SOCK_STREAM, "--web-port"),
    ]
    if ports.portal is not None:
        wanted.append(("the portal", ports.bind, ports.portal, socket.SOCK_STREAM, "--portal-port"))
    if own_asterisk:
        wanted.append(("ARI", LOOPBACK, ports.ari, socket.SOCK_STREAM, "--ari-port"))
        wanted.append(("SIP", ports.bind, ports.sip, socket.SOCK_DGRAM, "--sip-port"))
        wanted += [
            ("RTP", ports.bind, port, socket.SOCK_DGRAM, "--rtp-ports")
            for port in range(ports.rtp_first, ports.rtp_last + 1)
        ]
    faults: list[str] = []
    with ExitStack() as held:
        for purpose, host, port, kind, option in wanted:
            probe = held.enter_context(socket.socket(socket.AF_INET, kind))
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                if kind is socket.SOCK_STREAM:
                    probe.listen()
            except OSError as error:
                faults.append(f"Port {port} for {purpose} {_why(error)}: choose another one with {option}.")
    if len(faults) > 5:
        faults[5:] = [f"And {len(faults) - 5} more."]
    if faults:
        raise StartError("\n".join(faults))


@contextmanager
def portal_port(ports: Ports) -> Generator[int]:
    """The port for the portal. One that was not chosen is ours until the end of the block, among all centres here.

    Raises `StartError` where none is free.
    """
    if ports.portal is not None:
        yield ports.portal
        return
    for port in range(PORTAL_FIRST, PORTAL_FIRST + PORTAL_TRIED):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as claim:
            try:
                # A name without a file, which the system gives to one at a time: two that start at once take two ports.
                claim.bind(f"\0acd-portal-{ports.bind}-{port}")
                socket.create_server((ports.bind, port)).close()
            except OSError:
                continue
            yield port
            return
    last = PORTAL_FIRST + PORTAL_TRIED - 1
    raise StartError(f"No port from {PORTAL_FIRST} to {last} is free for the portal: choose one with --portal-port.")


def _check_address(bind: str) -> None:
    try:
        address = ipaddress.IPv4Address(bind)
    except ValueError:
        raise StartError(f"--bind {bind} is not an IPv4 address.") from None
    if address.is_unspecified:
        raise StartError("--bind needs one address of this machine, because phones are told it as where sound goes to.")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((bind, 0))
        except OSError:
            raise StartError(f"--bind {bind} is not an address of this machine (`ip -4 address` lists them).") from None


def _why(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "is taken by another program or named twice"
        case errno.EACCES:
            return "is not allowed to this user"
        case _:
            return f"cannot be had ({error.strerror})"
