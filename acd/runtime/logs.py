"""Log lines: one for each fact, one for whatever an operator must know; as JSON, or readable on a terminal.

Every line that concerns a call has its id in `call`, from its arrival to its end, so that one search tells its whole
life, and in `linkedid` what Asterisk's own records (CDR, CEL) call it; `queue` and `agent` likewise. The name of a
fact's line is its kind in the journal. Nothing is decided here, and no secret is ever logged.
"""

import asyncio
import logging
import sys
from collections.abc import Mapping, MutableMapping
from datetime import datetime
from io import TextIOWrapper
from typing import Any, Final, TextIO, cast

import msgspec
import structlog

from acd import differences
from acd.inputs import AsteriskSeen, CallArrived, DriftFound, Event, Request
from acd.journal import KINDS, about
from acd.outputs import CallbackPostponed, CallEnded, CallQueued, ConfigurationChanged, Fact, Outcome, TransferRefused
from acd.runtime.masking import mask
from acd.runtime.settings import Settings

_LEVELS: Final = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_KIND_OF: Final = {of: kind for kind, of in KINDS.items()}
_LINKED: Final[dict[str, str]] = {}
"""The linkedid of each call in our care whose id it is not. One for all: logging is one for the whole process."""


def configure(settings: Settings, stream: TextIO = sys.stdout) -> None:
    """Send every log line of this process there, those of its libraries too.

    `auto` is readable on a terminal, else JSON. Traces go without local values, which may be secrets.
    """
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")  # a caller's name may hold what no encoding has
    human = settings.log_format == "human" or (settings.log_format == "auto" and stream.isatty())
    level = _LEVELS[settings.log_level]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_linkedid,
        *([mask] if settings.log_mask_numbers else []),
    ]
    ending: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)]
        if human
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    lines = _Lines(stream)
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)  # a line for each scrape tells nobody anything


class _Lines:
    """Where structlog writes. What is ordinary goes out once in a turn of the event loop: a call has some twenty lines.

    A warning goes out at once, with all before it: it may be the last that is heard of this process.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._due_on: asyncio.AbstractEventLoop | None = None

    def info(self, line: str) -> None:
        """Write it in a moment; at once where no event loop runs, as in a thread."""
        self._stream.write(f"{line}\n")
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._stream.flush()
            return
        if self._due_on is not loop:
            self._due_on = loop
            loop.call_soon(self._flush)

    debug = info

    def warning(self, line: str) -> None:
        """Write it at once."""
        self._stream.write(f"{line}\n")
        self._stream.flush()

    error = critical = warning

    def _flush(self) -> None:
        self._due_on = None
        self._stream.flush()


def _with_linkedid(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog: every line that has a call has its linkedid as well."""
    call = line.get("call")
    if isinstance(call, str):
        line["linkedid"] = _LINKED.get(call, call)
    return line


class FactLog:
    """One line for each fact. It observes every step of the `Runner`."""

    def __init__(self) -> None:
        self._log = structlog.get_logger().bind()

    def observe(self, what: Event | Request | None, outcome: Outcome, ordered: datetime) -> None:
        """Write the lines of one step."""
        if isinstance(what, CallArrived | AsteriskSeen):
            _link(what)
        for recorded in outcome.facts:
            fact = recorded.fact
            self._log.info(_KIND_OF[type(fact)], at=recorded.at.isoformat(), **_fields(fact))
            if isinstance(fact, CallbackPostponed | TransferRefused) and fact.cap is not None:
                self._log.warning(
                    "outbound_cap_reached",
                    cap=fact.cap,
                    call=fact.call,
                    queue=fact.queue,
                    agent=fact.agent if isinstance(fact, TransferRefused) else None,
                    mend="see who causes these calls; where they are wanted, raise the caps in [account]",
                )
        if outcome.refusal is not None:
            self._log.info("request_refused", request=type(what).__name__, why=outcome.refusal.value, **_shown(what))
        if isinstance(what, DriftFound):
            for difference in outcome.corrected:
                self._log.warning("books_corrected", kind=differences.KINDS[type(difference)], **_shown(difference))
        if outcome.stale:
            self._log.debug("event_stale", event_type=type(what).__name__, **_shown(what))
        _forget(what, outcome)


def _forget(what: Event | Request | None, outcome: Outcome) -> None:
    """Who is gone, or was let into no queue."""
    if isinstance(what, CallArrived) and not any(isinstance(it.fact, CallQueued) for it in outcome.facts):
        _LINKED.pop(what.call, None)
    for recorded in outcome.facts:
        if isinstance(recorded.fact, CallEnded):
            _LINKED.pop(recorded.fact.call, None)


def _link(what: CallArrived | AsteriskSeen) -> None:
    for call in (what,) if isinstance(what, CallArrived) else what.calls:
        if call.linkedid is not None and call.linkedid != call.call:
            _LINKED[call.call] = call.linkedid


def _fields(fact: Fact) -> Mapping[str, object]:
    """What a line tells of a fact, the three ids by which logs are searched first."""
    if isinstance(fact, ConfigurationChanged):
        return {name: len(entries) for name, entries in _shown(fact).items() if entries}
    return {name: id_ for name, id_ in about(fact)._asdict().items() if id_ is not None} | _shown(fact)


def _shown(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", msgspec.to_builtins(value))
