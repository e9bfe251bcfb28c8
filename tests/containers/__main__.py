"""Builds the images, runs the compose file, calls through it, kills parts of it, takes it away again.

One line for each thing that must be true; ends with 1 at the first that is not. Needs root, mmdebstrap and the package
archives; takes some minutes. Calls and pages stay on the loopback address.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import yaml  # type: ignore[import-untyped]  # its stubs are not worth a dependency

from tests.containers.docker import ROOT, Docker
from tests.containers.stage import OURS, Stage, get
from tests.integration.dashboard import dashboard, expressions

LIKE: Final = 0.95
"""A prompt through G.711 reaches 0.99; two different ones stay below 0.9."""
MINUTES: Final = 15
"""Then it is given up, and all is removed."""
SCRAPED_WITHIN_S: Final = 40.0
GRAFANA: Final = ROOT / "ops" / "grafana"


@contextmanager
def shown(what: str) -> Generator[list[str]]:
    """One line about it, with what was seen."""
    began, figures = time.monotonic(), list[str]()
    print(f"...   {what}", file=sys.stderr, flush=True)
    try:
        yield figures
    except BaseException:
        print(f"FAIL  {what} | {'; '.join(figures)} | {time.monotonic() - began:.0f} s", flush=True)
        raise
    print(f"pass  {what} | {'; '.join(figures)} | {time.monotonic() - began:.0f} s", flush=True)


class Check:
    """The steps, on one Docker."""

    def __init__(self, docker: Docker) -> None:
        self.docker, self.stage = docker, Stage(docker)
        self.has_grafana = False

    # --- in this order

    def has_docker(self) -> None:
        with shown("Docker and its compose plugin are there, and a daemon of our own runs") as figures:
            figures.append(self.docker.fetch())
            self.docker.start()
            figures.append(self.docker.driver)

    def has_bases(self) -> None:
        with shown("Base images are there") as figures:
            figures.append(self.docker.bases())

    def builds(self) -> None:
        with shown("Our images are built") as figures:
            self.stage.prepare()
            self.docker.compose("build", "--quiet", *OURS)
            for service in OURS:
                image = f"{self.docker.project}-{service}"
                size = int(self.docker.run("image", "inspect", "--format", "{{.Size}}", image).stdout)
                figures.append(f"{service} {size / 1e6:.0f} MB")

    def comes_up(self) -> None:
        with shown("`up --wait` on empty volumes: all are healthy") as figures:
            self.has_grafana = self.docker.pulls(self._grafana()["image"])
            services = (*OURS, "grafana") if self.has_grafana else OURS
            began = time.monotonic()
            self.docker.compose("up", "--wait", "--wait-timeout", "120", *services)
            figures.append(f"{', '.join(services)} after {time.monotonic() - began:.1f} s")
            self.stage.ready_within(0.1)

    def has_portal(self) -> None:
        with shown("The portal lets the office manager in") as figures:
            figures.append(self.stage.log_in())

    def takes_calls(self) -> None:
        with shown("Phones register, *51 is confirmed, a call is answered and both hear each other") as figures:
            said = self.stage.confirms()
            assert (said.name, said.likeness > LIKE) == ("available", True), said
            figures.append(f"heard `{said.name}` ({said.likeness:.2f})")
            figures.append(f"rang {self.stage.serves():.1f} s after dialling")

    def measures(self) -> None:
        with shown("Prometheus reads both targets and has the alert rules; the call is in its figures") as figures:
            targets = self._until("both targets are up", self._targets)
            assert {target["labels"]["job"] for target in targets} == {"acd", "prometheus"}
            self._until("the call is counted", lambda: self._query("sum(acd_queue_calls_answered_total) == 1"))
            groups = self._prometheus("rules?type=alert")["groups"]
            alerts = [rule for group in groups for rule in group["rules"]]
            assert alerts
            assert all(rule["health"] in ("ok", "unknown") for rule in alerts), alerts
            figures.append(f"{len(alerts)} alerts")

    def draws(self) -> None:
        if self.has_grafana:
            with shown("Grafana is healthy, and shows our dashboard") as figures:
                health = get(f"{self.stage.url('GRAFANA')}/api/health")
                board = get(f"{self.stage.url('GRAFANA')}/api/dashboards/uid/{dashboard()['uid']}")
                assert board["meta"]["provisioned"] is True
                source = get(f"{self.stage.url('GRAFANA')}/api/datasources/uid/acd-prometheus/health")
                assert source["status"] == "OK", source
                figures.append(f"Grafana {health['version']}")
            return
        with shown("Grafana NOT RUN (its image cannot be had here): its files fit together") as figures:
            figures.append(f"{self._files_fit()} expressions answered by its data source")

    def _grafana(self) -> Any:
        return json.loads(self.docker.compose("config", "--format", "json"))["services"]["grafana"]

    def _files_fit(self) -> int:
        settings = self._grafana()
        mounted = {
            volume["target"]: Path(volume["source"]) for volume in settings["volumes"] if volume["type"] == "bind"
        }
        assert mounted["/etc/grafana/provisioning"] == GRAFANA / "provisioning"
        [provider] = yaml.safe_load((GRAFANA / "provisioning/dashboards/acd.yml").read_text())["providers"]
        assert mounted[f"{provider['options']['path']}/acd.json"] == GRAFANA / "acd.json"
        assert settings["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] in mounted
        [source] = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())["datasources"]
        assert (source["type"], source["url"]) == ("prometheus", "$PROMETHEUS_URL")
        assert settings["environment"]["PROMETHEUS_URL"] == self.stage.url("PROMETHEUS")
        asked = list(expressions("1m"))
        for _, expression in asked:
            self._query(expression)
        return len(asked)

    def engine_dies(self) -> None:
        with shown("The engine's process dies: Docker begins another, and the next call is served") as figures:
            figures.append(f"begun after {self.stage.die('acd'):.1f} s")
            figures.append(f"ready {self.stage.ready_within():.1f} s later")
            figures.append(f"rang {self.stage.serves():.1f} s after dialling")

    def asterisk_dies(self) -> None:
        with shown("Asterisk's process dies: Docker begins another, and the next call is served") as figures:
            figures.append(f"begun after {self.stage.die('asterisk'):.1f} s")
            figures.append(f"ready {self.stage.ready_within():.1f} s later")
            figures.append(f"rang {self.stage.serves():.1f} s after dialling")

    def killed_and_started(self) -> None:
        for service in ("acd", "asterisk"):
            with shown(f"`docker kill` of {service}, which Docker leaves down, and `up --wait` again") as figures:
                self.docker.run("kill", self.stage.container(service))
                assert self.stage.pid(service) == 0
                began = time.monotonic()
                self.docker.compose("up", "--wait", "--wait-timeout", "120", service, "acd")
                self.stage.ready_within()
                figures.append(f"ready {time.monotonic() - began:.1f} s later")
                figures.append(f"rang {self.stage.serves():.1f} s after dialling")

    def goes_down(self) -> None:
        with shown("All stop when told; `down -v` leaves no container and no volume") as figures:
            began = time.monotonic()
            self.docker.compose("stop")
            figures.append(f"stopped in {time.monotonic() - began:.1f} s")
            figures.append(", ".join(f"{service} with {self.stage.exit_code(service)}" for service in OURS))
            self.docker.compose("down", "--volumes")
            assert self.docker.run("ps", "--all", "--quiet").stdout == ""
            assert self.docker.run("volume", "ls", "--quiet").stdout == ""

    # --- what Prometheus says

    def _prometheus(self, path: str) -> Any:
        told = get(f"{self.stage.url('PROMETHEUS')}/api/v1/{path}")
        assert told["status"] == "success", told
        return told["data"]

    def _query(self, expression: str) -> list[Any]:
        found: list[Any] = self._prometheus(f"query?query={quote(expression)}")["result"]
        return found

    def _targets(self) -> list[Any]:
        targets: list[Any] = self._prometheus("targets?state=active")["activeTargets"]
        return targets if all(target["health"] == "up" for target in targets) else []

    def _until(self, what: str, look: Callable[[], list[Any]]) -> list[Any]:
        deadline = time.monotonic() + SCRAPED_WITHIN_S
        while not (seen := look()):
            assert time.monotonic() < deadline, f"not within {SCRAPED_WITHIN_S:.0f} s: {what}"
            time.sleep(0.2)
        return seen

    def all(self) -> tuple[Callable[[], None], ...]:
        built = (self.has_docker, self.has_bases, self.builds, self.comes_up, self.has_portal)
        seen = (self.takes_calls, self.measures, self.draws)
        return (*built, *seen, self.engine_dies, self.asterisk_dies, self.killed_and_started, self.goes_down)


def _give_up(number: int, _frame: object) -> None:
    raise TimeoutError(f"not done within {MINUTES} minutes" if number == signal.SIGALRM else "told to end")


def main() -> int:
    """Check everything, in order."""
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        sys.exit("This runs a Docker of its own: run it as root, with mmdebstrap installed (make compose-check).")
    began = time.monotonic()
    for number in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, _give_up)
    signal.alarm(MINUTES * 60)
    docker = Docker(Path(tempfile.mkdtemp(prefix="acd-compose-")), "acd-check")
    try:
        for step in Check(docker).all():
            step()
    finally:
        with shown("Daemon, images and directory are removed"):
            signal.alarm(0)
            docker.remove()
    print(f"done in {time.monotonic() - began:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
