"""Asks a running engine for what its pages for operators tell: /readyz and /metrics."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from acd.doctor.sight import EngineSight
from acd.runtime.settings import Settings

WITHIN_SECONDS: Final = 5

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
        samples = [each for family in text_string_to_metric_families(text) for each in family.samples]
        agents, waiting = _figures(samples)
        version = next((each.labels["version"] for each in samples if each.name == "acd_build_info"), "")
        began = next((each.value for each in samples if each.name == "process_start_time_seconds"), None)
        return EngineSight(
            url=url,
            answers=True,
            reasons=tuple(told["reasons"]),
            warnings=tuple(told["warnings"]),
            agents=agents,
            waiting=waiting,
            version=version,
            began=None if began is None else datetime.fromtimestamp(began, UTC),
        )
    except aiohttp.ClientConnectorError:
        return EngineSight(url=url, answers=False)
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError):
        return EngineSight(url=url, answers=True, is_ours=False)


def _figures(samples: Iterable[Sample]) -> tuple[Mapping[str, Mapping[str, int]], Mapping[str, int]]:
    """What the agents of each queue are doing, and how many callers wait there."""
    agents: dict[str, dict[str, int]] = {}
    waiting: dict[str, int] = {}
    for each in samples:
        if each.name == "acd_queue_agents":
            agents.setdefault(each.labels["queue"], {})[each.labels["state"]] = int(each.value)
        elif each.name == "acd_queue_callers_waiting":
            waiting[each.labels["queue"]] = int(each.value)
    return agents, waiting
