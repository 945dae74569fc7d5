"""The log: one action verb per line, data beside it, ids of turns; never words, never secrets."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog
from structlog.typing import EventDict, WrappedLogger

from app.config.log import LogSettings

SECRET = ("key", "token", "secret", "password", "authorization")
LARGEST = 5_000_000
KEPT = 5


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Mask the value of whatever is named like a secret (counts of tokens are none)."""
    for name, value in event.items():
        lowered = name.lower()
        if isinstance(value, str) and any(word in lowered for word in SECRET):
            event[name] = "***"
    return event


def configure(settings: LogSettings, folder: Path | None) -> None:
    """Set up structlog and Python's logging: into `folder`/solo.log (rotated) or to stderr."""
    if settings.file and folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "solo.log"
        handler: logging.Handler = RotatingFileHandler(
            path, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8", delay=True
        )
    else:
        handler = logging.StreamHandler(sys.stderr)
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    renderer = (
        structlog.processors.JSONRenderer()
        if settings.json_lines
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(settings.level.upper())
    for chatty in ("httpx", "httpcore", "chromadb", "alembic", "aiosqlite", "sqlalchemy", "faster_whisper"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
