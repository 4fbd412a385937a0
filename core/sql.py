"""A list of rows as a relation to join with, in the words of both engines."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

SQLITE_NAMES = {"uuid": "TEXT", "bigint": "INTEGER", "text": "TEXT", "boolean": "INTEGER"}


def relation(alias: str, columns: dict[str, str], rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """SQL and parameters of a relation `alias` of `rows`, whose `columns` are uuid, bigint, text or boolean."""
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        by_column = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in columns]
        return f"unnest({arrays}) AS {alias}({', '.join(columns)})", by_column
    fields = ", ".join(
        f"CAST(json_extract(value, '$[{n}]') AS {SQLITE_NAMES[kind]}) AS {name}"
        for n, (name, kind) in enumerate(columns.items())
    )
    return f"(SELECT {fields} FROM json_each(%s)) AS {alias}", [json.dumps(rows, default=_hex)]


def as_uuid(value: UUID | str) -> UUID:
    """What a raw cursor returned for a UUID column: PostgreSQL answers a UUID, SQLite its 32 hex digits."""
    return value if isinstance(value, UUID) else UUID(value)


def _hex(value: object) -> str:
    if isinstance(value, UUID):
        return value.hex
    raise TypeError(f"{value!r} cannot be a column of a relation.")
