"""JSON log lines; each carries the request or command it belongs to."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

# Nothing else that stands in a path is as long.
TOKEN = re.compile(r"[^/\s]{40,}")

_trace: ContextVar[dict[str, str] | None] = ContextVar("trace", default=None)


@contextmanager
def traced(**ids: str) -> Iterator[None]:
    """Log lines written inside carry `ids`, such as request_id or command_id."""
    token = _trace.set({**(_trace.get() or {}), **ids})
    try:
        yield
    finally:
        _trace.reset(token)


def without_tokens(text: str) -> str:
    return TOKEN.sub("...", text)


class TraceFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        # Django says the path, and adds the request itself, whose text holds the query string: perhaps with a token.
        if record.__dict__.pop("request", None) is not None:
            record.msg, record.args = without_tokens(record.getMessage()), ()
        for name, value in (_trace.get() or {}).items():
            setattr(record, name, value)
        return True


def logging_config(level: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"trace": {"()": TraceFilter}},
        "formatters": {
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
                "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger", "message": "event"},
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["trace"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # The lines of the servers hold query strings, and with them tokens; ours (core.middleware) do not.
            "daphne.server": {"level": "WARNING"},
            "uvicorn.error": {"level": "WARNING"},
            "django.request": {"level": "ERROR"},
            # A line for every ring of every doorbell says nothing.
            "celery": {"level": "WARNING"},
            # A line for every table of a font, whenever a document is made.
            "fontTools": {"level": "WARNING"},
            # At DEBUG it writes down whole answers, with what lets an app pay.
            "stripe": {"level": "WARNING"},
            # At DEBUG these write down addresses that are signed, and what they are signed with.
            "boto3": {"level": "WARNING"},
            "botocore": {"level": "WARNING"},
            "s3transfer": {"level": "WARNING"},
            "urllib3": {"level": "WARNING"},
        },
    }
