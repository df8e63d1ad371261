"""Log formats, and the ID that links log lines of one request, queue record or run.

Imports nothing from this program: gunicorn's settings load it by path (see deploy/gunicorn.conf.py).
"""

import contextlib
import logging
import math
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal, TypedDict

from pythonjsonlogger.json import JsonFormatter

Style = Literal["plain", "json"]
DAY = 24 * 3600.0  # seconds

_current: ContextVar[str | None] = ContextVar("request_id", default=None)


class Once:
    """Says whether a text is new: the first time, and again a day later. Thread-safe; keeps every text."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._said: dict[str, float] = {}

    def is_new(self, text: str) -> bool:
        with self._lock:
            new = self._clock() - self._said.get(text, -math.inf) >= DAY
            if new:
                self._said[text] = self._clock()
            return new


class LogContext(TypedDict):
    """What a child process needs to continue our log."""

    request_id: str | None
    style: Style
    level: int


def current_request_id() -> str | None:
    """The ID that this thread works under, if any."""
    return _current.get()


@contextlib.contextmanager
def request_context(request_id: str | None = None) -> Iterator[str]:
    """Runs the block under `request_id`, or under a new ID if that is not valid.

    An ID is 8 to 64 of A-Z, a-z, 0-9, - and, as API Gateway uses them, _ and =.
    A thread started inside needs the ID (`request_context(current_request_id())`), or a copy of the context.
    """
    valid = request_id is not None and re.fullmatch(r"[A-Za-z0-9_=-]{8,64}", request_id)
    token = _current.set(request_id if valid else secrets.token_hex(8))
    try:
        yield _current.get() or ""
    finally:
        _current.reset(token)


class Plain(logging.Formatter):
    """`[2026-11-20T12:00:00Z] [INFO] app.access: …`, followed by the request ID if there is one."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        message = record.message.replace("\n", "\\n").replace("\r", "\\r")  # no message can forge a log line
        mark = f" request={_current.get()}" if _current.get() else ""
        return f"[{_time(record)}] [{record.levelname}] {record.name}: {message}{mark}"


class Json(JsonFormatter):
    """One JSON object a line: time (UTC), level, logger, message, request_id, and any extra fields."""

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        log_data |= {"time": _time(record), "level": record.levelname, "logger": record.name}
        log_data |= {"message": record.message, "request_id": _current.get()}
        super().add_fields(log_data, record, message_dict)


def _time(record: logging.LogRecord) -> str:
    return f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%SZ}"


def configure(style: Style, level: int = logging.INFO, *, force: bool = False) -> None:
    """Logs to standard error from this process. Does nothing if logging is already configured, unless `force`."""
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(style))
    logging.basicConfig(level=level, handlers=[handler], force=force)


def of_gunicorn(style: Style) -> dict[str, Any]:
    """For `logging.config.dictConfig`: lines from gunicorn, Flask and us in one style on standard error.

    gunicorn's own access log, which has addresses and tokens, stays off.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": lambda: _formatter(style)}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"level": "INFO", "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }


def _formatter(style: Style) -> logging.Formatter:
    return Json() if style == "json" else Plain()


def export_context() -> LogContext:
    """What to pass to a child process for `continue_context`."""
    root = logging.getLogger()
    is_json = any(isinstance(handler.formatter, Json) for handler in root.handlers)
    return {"request_id": _current.get(), "style": "json" if is_json else "plain", "level": root.level}


@contextlib.contextmanager
def continue_context(context: LogContext) -> Iterator[None]:
    """Runs the block under the parent process's request ID, and logs in its style."""
    configure(context["style"], context["level"])
    with request_context(context["request_id"]) if context["request_id"] else contextlib.nullcontext():
        yield
