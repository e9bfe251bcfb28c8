"""Asks a running engine for what its pages for operators tell: /readyz and /metrics."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp

from acd.doctor.sight import EngineSight
from acd.runtime.settings import Settings

WITHIN_SECONDS: Final = 5

_SAMPLE: Final = re.compile(r"(acd_queue_agents|acd_queue_callers_waiting)\{([^}]*)\} ([0-9.e+]+)")
_LABEL: Final = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')
_VERSION: Final = re.compile(r'^acd_build_info\{.*version="([^"]*)"', re.MULTILINE)
_BEGAN: Final = re.compile(r"^process_start_time_seconds ([0-9.e+]+)", re.MULTILINE)
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked, not bound


def engine_url(settings: Settings) -> str:
    """Where its pages are, asked from the same machine."""
    host = _EVERYWHERE.get(settings.web_bind, settings.web_bind)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.web_port}"


async def engine_sight(url: str) -> EngineSight:
    """What it says, or that nobody answers."""
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WITHIN_SECONDS)) as session:
            async with session.get(f"{url}/readyz") as answer:
                told: dict[str, Any] = await answer.json(content_type=None)
            async with session.get(f"{url}/metrics") as answer:
                text = await answer.text()
        agents, waiting = _figures(text)
        version, began = _VERSION.search(text), _BEGAN.search(text)
        return EngineSight(
            url=url,
            answers=True,
            reasons=tuple(told["reasons"]),
            warnings=tuple(told["warnings"]),
            agents=agents,
            waiting=waiting,
            version=version[1] if version else "",
            began=datetime.fromtimestamp(float(began[1]), UTC) if began else None,
        )
    except aiohttp.ClientConnectorError:
        return EngineSight(url=url, answers=False)
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError):
        return EngineSight(url=url, answers=True, is_ours=False)


def _figures(text: str) -> tuple[Mapping[str, Mapping[str, int]], Mapping[str, int]]:
    """What the agents of each queue are doing, and how many callers wait there."""
    agents: dict[str, dict[str, int]] = {}
    waiting: dict[str, int] = {}
    for name, labels, value in _SAMPLE.findall(text):
        given = dict(_LABEL.findall(labels))
        if name == "acd_queue_agents":
            agents.setdefault(given["queue"], {})[given["state"]] = int(float(value))
        else:
            waiting[given["queue"]] = int(float(value))
    return agents, waiting
