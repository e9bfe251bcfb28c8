"""Ports that cannot be had, told with their options; and the ranges people type."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace

import pytest

from acd.runtime.up import ports
from acd.runtime.up.errors import StartError
from acd.runtime.up.ports import LOOPBACK, Ports, portal_port


@pytest.fixture
def free() -> Ports:
    """Ports that nobody has at this moment."""
    with closing(socket.socket()) as web, closing(socket.socket()) as ari, closing(udp()) as sip:
        for probe in (web, ari, sip):
            probe.bind((LOOPBACK, 0))
        web_port, ari_port, sip_port = (probe.getsockname()[1] for probe in (web, ari, sip))
    return Ports(web=web_port, ari=ari_port, sip=sip_port, rtp_first=31000, rtp_last=31007)


def udp() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


@pytest.fixture(params=["web", "ari", "sip"])
def taken(request: pytest.FixtureRequest, free: Ports) -> Iterator[tuple[str, int]]:
    """One of them, held by somebody."""
    name = str(request.param)
    with closing(udp() if name == "sip" else socket.socket()) as holder:
        port = int(getattr(free, name))
        holder.bind((LOOPBACK, port))
        if name != "sip":
            holder.listen()
        yield name, port


def test_free_ports_pass(free: Ports) -> None:
    ports.check(free, own_asterisk=True)


def test_a_taken_port_is_told_with_its_option(free: Ports, taken: tuple[str, int]) -> None:
    name, port = taken
    with pytest.raises(StartError, match=rf"Port {port} .* is taken .* --{name}-port"):
        ports.check(free, own_asterisk=True)


def test_a_taken_rtp_port_is_told_with_its_option(free: Ports) -> None:
    with closing(udp()) as holder:
        holder.bind((LOOPBACK, free.rtp_first + 3))
        with pytest.raises(StartError, match=rf"Port {free.rtp_first + 3} for RTP .*--rtp-ports"):
            ports.check(free, own_asterisk=True)


def test_one_port_given_twice_is_told(free: Ports) -> None:
    same = replace(free, ari=free.web)
    with pytest.raises(StartError, match=rf"Port {free.web} .* named twice"):
        ports.check(same, own_asterisk=True)


def test_every_fault_is_told_at_once_but_not_hundreds(free: Ports) -> None:
    with ExitStack() as holders:
        for port in range(31000, 31008):
            holders.enter_context(closing(udp())).bind((LOOPBACK, port))
        with pytest.raises(StartError, match="And 4 more") as told:
            ports.check(replace(free, ari=free.web), own_asterisk=True)
    assert len(str(told.value).splitlines()) == 6


def test_a_running_asterisk_has_ports_of_its_own(free: Ports) -> None:
    with closing(udp()) as asterisk:
        asterisk.bind((LOOPBACK, free.sip))
        ports.check(free, own_asterisk=False)


@pytest.mark.parametrize(
    ("bind", "why"),
    [
        ("192.0.2.1", "not an address of this machine"),
        ("0.0.0.0", "one address"),
        ("example", "not an IPv4 address"),
        ("::1", "not an IPv4 address"),
    ],
)
def test_an_address_that_cannot_be_bound_is_told(bind: str, why: str) -> None:
    with pytest.raises(StartError, match=why):
        ports.check(Ports(bind=bind), own_asterisk=True)


def test_a_range_is_read() -> None:
    assert ports.rtp_range("16000-16399") == (16000, 16399)


@pytest.mark.parametrize(
    "text", ["", "16000", "16000-", "-16000", "16000-16003", "16399-16000", "80-200", "65000-65536", "a-b", "1-2-3"]
)
def test_a_range_that_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="give"):
        ports.rtp_range(text)


def test_centres_that_start_at_once_take_portal_ports_of_their_own() -> None:
    with portal_port(Ports()) as one, portal_port(Ports()) as other, portal_port(Ports(portal=9999)) as chosen:
        assert one != other
        assert chosen == 9999
