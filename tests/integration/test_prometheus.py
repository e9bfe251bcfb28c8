"""What a real engine tells a real Prometheus, and whether our rules and the dashboard find in it what they ask for."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from acd.runtime.database import Connection
from tests.double.lines import Line
from tests.double.server import PASSWORD, DoubleServer, double_server
from tests.integration.centres import SMALL, apply
from tests.integration.dashboard import VARIABLES, dashboard, expressions, panels
from tests.integration.engine_process import EngineProcess, engine_process
from tests.integration.prometheus import RULES, Prometheus, prometheus, promtool
from tests.phone.waiting import until
from tests.ports import free_port

WITHIN_S: Final = 30.0
RATE_INTERVAL: Final = "1m"
TEST_OF_RULES: Final = RULES.with_name("acd.rules.test.yml")
WATCHING: Final = RULES.parents[2] / "docs" / "watching.md"
RUNBOOKS: Final = RULES.parents[2] / "docs" / "runbooks.md"

OF_PROMETHEUS: Final = {"up", "ALERTS"}

NOT_IN_ONE_CALL: Final = {
    "acd_queue_calls_overflowed_total",
    "acd_queue_calls_left_total",
    "acd_queue_entries_refused_total",
    "acd_reconcile_corrections_total",
    "process_start_time_seconds",
}
"""Expressions that ask for one of these alone find nothing in a centre where one call was made."""


@pytest.fixture
async def server() -> AsyncIterator[DoubleServer]:
    """The double that the engine of a test talks to."""
    async with double_server() as running:
        yield running


@pytest.fixture
async def engine(
    tmp_path: Path, database: str, connection: Connection, server: DoubleServer
) -> AsyncIterator[EngineProcess]:
    """An engine with its portal, before its first call."""
    await apply(connection, SMALL)
    port = free_port()
    settings = {
        "ACD__ARI__URL": server.url,
        "ACD__ARI__PASSWORD": PASSWORD,
        "ACD__PORTAL__URL": f"http://127.0.0.1:{port}",
        "ACD__PORTAL__PORT": str(port),
        "ACD__PORTAL__MAIL_FOLDER": str(tmp_path / "mails"),
    }
    async with engine_process(tmp_path, database, settings) as running:
        await running.ready()
        yield running


async def _call(server: DoubleServer) -> None:
    """1002 calls a queue, 1001 answers, and they hang up."""
    for device in ("1001-desk", "1002-desk"):
        assert server.switch.register(device)
    code = _dialled(server.switch.dial("1001-desk", "*51"))
    await until("the end of the star code", lambda: code.is_over, within=WITHIN_S)
    caller = _dialled(server.switch.dial("1002-desk", "7001"))
    await until("the agent's phone", lambda: server.rung, within=WITHIN_S)
    agent = server.rung[-1]
    agent.rings()
    agent.answers()
    await until("a talk", lambda: any(len(b.channels) == 2 for b in server.switch.bridges.values()), within=WITHIN_S)
    caller.hangs_up()
    await until("the end of the talk", lambda: agent.is_over, within=WITHIN_S)


def _dialled(line: Line | None) -> Line:
    assert line is not None
    return line


# --- promtool


async def test_metrics_follow_the_rules_and_all_are_documented(engine: EngineProcess, server: DoubleServer) -> None:
    await _call(server)
    _, text = await engine.get("/metrics")
    assert promtool("check", "metrics", given=text.encode()) == (0, "")
    told = {
        family.name + ("_total" if family.type == "counter" else ""): _labels(family)
        for family in text_string_to_metric_families(text)
        if family.name.startswith("acd_")
    }
    rows = re.findall(r"^\| `(\w+)` \| ([\w, ]*)\|", WATCHING.read_text(encoding="utf-8"), re.MULTILINE)
    documented = {name: set(labels.replace(",", "").split()) for name, labels in rows}
    assert documented.keys() == told.keys()
    assert {name: labels for name, labels in documented.items() if told[name] is not None} == {
        name: labels for name, labels in told.items() if labels is not None
    }


def _labels(family: Metric) -> set[str] | None:
    """By which its series are told apart, the bounds of histograms left out; None: it has no series yet."""
    return {label for sample in family.samples for label in sample.labels} - {"le"} if family.samples else None


def test_promtool_finds_nothing_wrong_with_the_rules() -> None:
    code, said = promtool("check", "rules", "--lint-fatal", RULES)
    assert code == 0, said
    code, said = promtool("check", "config", RULES.with_name("prometheus.yml"))
    assert code == 0, said
    code, said = promtool("test", "rules", TEST_OF_RULES)
    assert code == 0, said


def test_every_alert_has_its_runbook_and_is_tried() -> None:
    text, tried = RULES.read_text(encoding="utf-8"), TEST_OF_RULES.read_text(encoding="utf-8")
    alerts = re.findall(r"- alert: (\w+)\n.*?severity: (\w+).*?runbook_url: (\S+)", text, re.DOTALL)
    assert len(alerts) == text.count("- alert: ") > 20
    assert [url for _, _, url in alerts] == [f"docs/runbooks.md#{name.lower()}" for name, _, _ in alerts]
    sections = re.findall(r"^## (\w+)\n\n\*(\w+)\.\*", RUNBOOKS.read_text(encoding="utf-8"), re.MULTILINE)
    assert [(name, severity.lower()) for name, severity in sections] == [alert[:2] for alert in alerts]
    for name, _, url in alerts:
        assert url in tried, f"{name} never fires in {TEST_OF_RULES.name}"
        assert len(re.findall(rf"alertname: {name}\b", tried)) > 1, f"{name} is never silent in {TEST_OF_RULES.name}"


# --- what is asked for is there


async def test_every_rule_and_every_panel_finds_what_it_asks_for(
    tmp_path: Path, engine: EngineProcess, server: DoubleServer
) -> None:
    async with prometheus(tmp_path, engine.web.removeprefix("http://")) as watching:
        async with asyncio.timeout(WITHIN_S):
            while not await watching.query("acd_ari_connected == 1"):  # noqa: ASYNC110 - scraped, not told
                await asyncio.sleep(0.1)
        await _call(server)
        rules = [rule for group in (await watching.api("rules"))["groups"] for rule in group["rules"]]
        recorded = {rule["name"] for rule in rules if rule["type"] == "recording"}
        asked = [(rule["name"], rule["query"]) for rule in rules] + list(expressions(RATE_INTERVAL))
        known = _exported((await engine.get("/metrics"))[1]) | recorded | OF_PROMETHEUS
        assert {name for _, expression in asked for name in _names(expression)} <= known
        to_be_found = [rule["name"] for rule in rules if rule["type"] == "recording"]
        to_be_found += [query for _, query in expressions(RATE_INTERVAL) if not _names(query) <= NOT_IN_ONE_CALL]
        await _find(watching, to_be_found)
        for _, expression in asked:
            await watching.query(expression)
            await _has_its_labels(watching, expression)
        rules = [rule for group in (await watching.api("rules"))["groups"] for rule in group["rules"]]
        assert [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"] == []


async def _find(watching: Prometheus, queries: list[str]) -> None:
    """Wait until all of them find something."""
    deadline = time.monotonic() + WITHIN_S
    while missing := [query for query in queries if not await watching.query(query)]:
        assert time.monotonic() < deadline, missing
        await asyncio.sleep(0.5)


async def _has_its_labels(watching: Prometheus, expression: str) -> None:
    """Whether the metrics of an expression, those that there are, have the labels by which it selects."""
    for name, conditions in re.findall(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}", expression):
        selecting = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", conditions))
        for series in await watching.query(name):
            assert selecting <= series["metric"].keys(), (expression, series)


def _exported(text: str) -> set[str]:
    """The names under which Prometheus stores what it has scraped."""
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count")}
    families = list(text_string_to_metric_families(text))
    return {family.name + suffix for family in families for suffix in suffixes.get(family.type, ("",))}


def _names(expression: str) -> set[str]:
    """The metrics that an expression asks for."""
    bare = re.sub(r'"[^"]*"', "", expression)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", bare)
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", bare)
    words = set(re.findall(r"(?<![\w.])[a-zA-Z_:][\w:]*(?!\s*\(|[\w:])", bare))
    return words - {"and", "or", "unless", "bool", "offset"}


def test_the_names_in_an_expression_are_found() -> None:
    asked = 'sum by (job, le) (rate(a_bucket{x="b(c)", y=~"d"}[5m])) / on (job) max(e:f) > 0.5 unless g offset 5m'
    assert _names(asked) == {"a_bucket", "e:f", "g"}


# --- the dashboard's file by itself


def test_panels_say_what_they_are_and_in_which_unit() -> None:
    for panel in panels():
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
    assert len({panel["title"] for panel in panels()}) == len(panels())


def test_the_dashboard_fits_any_grafana() -> None:
    """Nothing in it is of the Grafana it was made in: no id, no data source but the chosen one."""
    board = dashboard()
    assert (board["id"], board["uid"]) == (None, "asterisk-acd")
    assert {variable["name"] for variable in board["templating"]["list"]} == {"datasource", *VARIABLES}
    assert set(_sources(board)) == {"${datasource}"}


def _sources(part: Any) -> set[str]:
    """Every data source that is named anywhere in it."""
    found: set[str] = set()
    if isinstance(part, dict):
        if isinstance(source := part.get("datasource"), dict):
            found.add(source["uid"])
        for inner in part.values():
            found |= _sources(inner)
    elif isinstance(part, list):
        for inner in part:
            found |= _sources(inner)
    return found


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24, panel["title"]
        taken |= cells
