"""The demo centre in containers: on ports that nobody else uses, with a password that the check knows."""

import asyncio
import json
import os
import signal
import time
import urllib.request
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from tests.acceptance.conftest import CALLER_HZ, PROMPTS, connected
from tests.containers.docker import ROOT, Docker
from tests.phone.phone import Phone
from tests.phone.prompts import Prompts, Recognised
from tests.ports import free_port, free_rtp_ports

OURS: Final = ("postgres", "asterisk", "acd", "prometheus")
"""The services whose images are built here; Grafana's is its maker's."""
LOGIN: Final = "1005@demo.example"
PASSWORD: Final = "ten characters or more"
DEVICES: Final = ("1001-desk", "1003-desk")
"""An agent of queue 7001, and somebody who answers none."""
QUEUE: Final = "7001"
BACK_WITHIN_S: Final = 60.0


class Stage:
    """The centre of one Docker. `prepare` before `up`."""

    def __init__(self, docker: Docker) -> None:
        self.docker = docker
        self._sip = free_port()
        self._rtp = free_rtp_ports()
        names = ("ACD_WEB_PORT", "ACD_PORTAL_PORT", "ACD_PROMETHEUS_PORT", "ACD_GRAFANA_PORT", "ACD_ARI_PORT")
        self._ports = {name: free_port() for name in names}

    def prepare(self) -> None:
        """Write the centre's file and what else compose is told."""
        centre = (ROOT / "examples" / "demo.toml").read_text(encoding="utf-8")
        named = 'extension = "1005"\n'
        assert centre.count(named) == 1
        file = self.docker.home / "centre.toml"
        file.write_text(centre.replace(named, f'{named}first_portal_password = "{PASSWORD}"\n'), encoding="utf-8")
        self.docker.environment |= {
            "ACD_CENTRE": str(file),
            "ACD_SIP_PORT": str(self._sip),
            "ACD_RTP_FIRST": str(self._rtp[0]),
            "ACD_RTP_LAST": str(self._rtp[-1]),
            **{name: str(port) for name, port in self._ports.items()},
        }
        # The daemon has no bridge that builds could reach package archives by.
        more = "".join(f"  {service}: {{ build: {{ network: host }} }}\n" for service in OURS)
        (self.docker.home / "more.yml").write_text(f"services:\n{more}", encoding="utf-8")

    def url(self, service: str) -> str:
        """`WEB` (the engine's own pages), `PORTAL`, `PROMETHEUS` or `GRAFANA`."""
        return f"http://127.0.0.1:{self._ports[f'ACD_{service}_PORT']}"

    # --- from outside

    def ready_within(self, seconds: float = BACK_WITHIN_S) -> float:
        """Wait until the engine takes calls; how long that took."""
        began = time.monotonic()
        while not self._is_ready():
            assert time.monotonic() < began + seconds, self.docker.compose("logs", "--tail", "20")
            time.sleep(0.1)
        return time.monotonic() - began

    def _is_ready(self) -> bool:
        try:
            return bool(get(f"{self.url('WEB')}/readyz")["ready"])
        except OSError:
            return False

    def log_in(self) -> str:
        """Who the portal says that we are."""
        request = urllib.request.Request(
            f"{self.url('PORTAL')}/api/v1/session",
            data=json.dumps({"login": LOGIN, "password": PASSWORD}).encode(),
            headers={"Content-Type": "application/json", "Origin": self.url("PORTAL")},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(json.load(answer)["who"]["name"])

    def secrets(self) -> dict[str, str]:
        """Of the phones, by name, as ops/docker/README.md tells to ask for them."""
        asked = ("psql", "-h", "/run/postgresql", "-U", "acd", "-At", "-c", "select name, secret from device")
        said = self.docker.compose("exec", "-T", "postgres", *asked)
        return dict(line.split("|", 1) for line in said.splitlines())

    # --- calls

    @asynccontextmanager
    async def phones(self) -> AsyncGenerator[tuple[Phone, Phone]]:
        """The agent's and the caller's, registered."""
        secrets = self.secrets()
        async with AsyncExitStack() as stack:
            agent, caller = [
                await stack.enter_async_context(Phone(("127.0.0.1", self._sip), name, secrets[name]))
                for name in DEVICES
            ]
            assert [await phone.register() for phone in (agent, caller)] == [200, 200]
            yield agent, caller

    def confirms(self) -> Recognised:
        """Dial *51 on the agent's phone; what was said."""
        return asyncio.run(self._confirms())

    async def _confirms(self) -> Recognised:
        async with self.phones() as (agent, _):
            call = await agent.dial("*51")
            await call.is_over(within=20)
            return Prompts.of(PROMPTS).recognise(call.media.heard())

    def serves(self) -> float:
        """A call to the queue: answered, and both hear each other; the seconds from dialling to the agent's ring.

        What is left of the ten seconds of wrap-up after the call before is among them.
        """
        return asyncio.run(self._serves())

    async def _serves(self) -> float:
        async with self.phones() as (agent, caller):
            call = await caller.dial(QUEUE, tone=CALLER_HZ)
            ring = await connected(call, agent, within=BACK_WITHIN_S)
            await call.hang_up()
            await ring.is_over()
            return ring.began_at - call.began_at

    # --- what goes wrong

    def container(self, service: str) -> str:
        """Its id, also where it is down."""
        return self.docker.compose("ps", "--all", "--quiet", service)

    def pid(self, service: str) -> int:
        """Of its first process, as this machine counts; 0 while there is none."""
        return self._state(service, "Pid")

    def exit_code(self, service: str) -> int:
        """Of its last process; 137 where it was killed."""
        return self._state(service, "ExitCode")

    def _state(self, service: str, what: str) -> int:
        return int(self.docker.run("inspect", "--format", f"{{{{.State.{what}}}}}", self.container(service)).stdout)

    def die(self, service: str) -> float:
        """Its process is killed, as by the kernel; the seconds until Docker has begun another one."""
        before, began = self.pid(service), time.monotonic()
        os.kill(before, signal.SIGKILL)
        while self.pid(service) in (0, before):
            assert time.monotonic() < began + BACK_WITHIN_S, self.docker.compose("ps", "--all")
            time.sleep(0.1)
        return time.monotonic() - began


def get(url: str) -> Any:
    """The page's JSON; raises `OSError` where there is none."""
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)
