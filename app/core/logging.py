"""What ties the lines of the logs together: the request, queue record or run that they belong to; and how lines look.

This module imports nothing of ours: gunicorn's settings load it by its path (see deploy/gunicorn.conf.py).
"""

import contextlib
import logging
import re
import secrets
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal, TypedDict

from pythonjsonlogger.json import JsonFormatter

Style = Literal["plain", "json"]

_current: ContextVar[str | None] = ContextVar("request_id", default=None)


class LogContext(TypedDict):
    """What another process has to be given, so that its lines go on with ours."""

    request_id: str | None
    style: Style
    level: int


def current_request_id() -> str | None:
    """The ID of what this thread is at work on; None where that has none."""
    return _current.get()


@contextlib.contextmanager
def request_context(given: str | None = None) -> Iterator[str]:
    """What is done within belongs to the request `given`, or to a new one where that is no ID.

    An ID is 8 to 64 of A-Z, a-z, 0-9, - and, in those of API Gateway, _ and =.
    A thread started within needs the ID (`request_context(current_request_id())`), or a copy of the context.
    """
    known = given is not None and re.fullmatch(r"[A-Za-z0-9_=-]{8,64}", given)
    token = _current.set(given if known else secrets.token_hex(8))
    try:
        yield _current.get() or ""
    finally:
        _current.reset(token)


class Plain(logging.Formatter):
    """`[2026-11-20T12:00:00Z] [INFO] app.access: …`, and the request's ID at the end where there is one."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        message = record.message.replace("\n", "\\n").replace("\r", "\\r")  # nobody writes lines that look like ours
        mark = f" request={_current.get()}" if _current.get() else ""
        return f"[{_time(record)}] [{record.levelname}] {record.name}: {message}{mark}"


class Json(JsonFormatter):
    """One object a line: time (UTC), level, logger, message, request_id, and what else a line was given."""

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        log_data |= {"time": _time(record), "level": record.levelname, "logger": record.name}
        log_data |= {"message": record.message, "request_id": _current.get()}
        super().add_fields(log_data, record, message_dict)


def _time(record: logging.LogRecord) -> str:
    return f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%SZ}"


def configure(style: Style, level: int = logging.INFO, *, force: bool = False) -> None:
    """Makes this process write the lines of its log to standard error.

    Does nothing where they go somewhere already, unless by `force`.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(style))
    logging.basicConfig(level=level, handlers=[handler], force=force)


def of_gunicorn(style: Style) -> dict[str, Any]:
    """For `logging.config.dictConfig`: gunicorn's lines, Flask's and ours in one style on standard error.

    gunicorn's own access lines, which have addresses and tokens, stay off.
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
    """What a process that is started now has to be given for `continue_context`."""
    root = logging.getLogger()
    is_json = any(isinstance(handler.formatter, Json) for handler in root.handlers)
    return {"request_id": _current.get(), "style": "json" if is_json else "plain", "level": root.level}


@contextlib.contextmanager
def continue_context(context: LogContext) -> Iterator[None]:
    """What is done within belongs to the request of whoever started this process, and is logged as that one does."""
    configure(context["style"], context["level"])
    with request_context(context["request_id"]) if context["request_id"] else contextlib.nullcontext():
        yield
