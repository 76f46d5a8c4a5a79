# SPDX-License-Identifier: Apache-2.0
"""Structured logs: JSON lines or a readable console, one set-up for every process."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
from typing import TextIO, cast

import structlog

from dothi.foundation.settings import Settings


class Patient:
    """A stream that swallows what cannot be written: a full disk must not end the process that wants to say so."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()


_TOKEN = re.compile(
    r"/(?:[A-Za-z0-9_:.=%~-]{20,}|[A-Za-z0-9_:.=%~-]*[0-9]{9,}[A-Za-z0-9_:.=%~-]*)(?=[/?\s]|$)"
)
"""A part of an address that is long enough to be a one-time link, or holds the number of a phone or an identity card."""


def without_tokens(
    _logger: object, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Libraries tell the address of a request that failed; a one-time link in it would open a door."""
    event["event"] = _TOKEN.sub("/\u2026", str(event.get("event", "")))
    return event


def configure(settings: Settings, *, process: str) -> None:
    """Send structlog and the standard library's logs to standard error in the chosen format."""
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    level = logging.getLevelName(settings.log_level.upper())
    patient = cast("TextIO", Patient(sys.stderr))
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(patient),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    handler = logging.StreamHandler(patient)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=[*shared, without_tokens],
        )
    )
    # Libraries tell at "debug" what they hold in their hands, passwords of forms too; ours never do.
    logging.basicConfig(handlers=[handler], level=max(level, logging.INFO), force=True)


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger that names its module."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(module=name)
    return logger
