"""The dashboard's file as Prometheus gets to see it: its expressions, with Grafana's variables filled in."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

DASHBOARD: Final = Path(__file__).parents[2] / "ops" / "grafana" / "acd.json"
VARIABLES: Final = ("job", "instance", "queue")


def dashboard() -> dict[str, Any]:
    """The file."""
    read: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return read


def panels() -> list[dict[str, Any]]:
    """What shows something."""
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def expressions(rate_interval: str) -> Iterator[tuple[str, str]]:
    """Each with the title it stands under: of panels, marks and the lists of variables."""
    board = dashboard()
    asked = [(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]]
    asked += [(mark["name"], mark["expr"]) for mark in board["annotations"]["list"]]
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            wanted, _, label = variable["query"]["query"].removeprefix("label_values(").rstrip(")").rpartition(", ")
            asked.append((variable["name"], f"count by ({label}) ({wanted})"))
    for title, expression in asked:
        yield title, filled_in(expression, rate_interval)


def filled_in(expression: str, rate_interval: str) -> str:
    """As Grafana asks it where all of everything is chosen."""
    expression = expression.replace("$__rate_interval", rate_interval)
    for name in VARIABLES:
        expression = expression.replace(f"${name}", ".*")
    return expression
