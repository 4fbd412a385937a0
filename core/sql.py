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
        return _unnested(alias, columns, rows)
    fields = ", ".join(
        f"CAST(json_extract(value, '$[{n}]') AS {SQLITE_NAMES[kind]}) AS {name}"
        for n, (name, kind) in enumerate(columns.items())
    )
    return f"(SELECT {fields} FROM json_each(%s)) AS {alias}", [json.dumps(rows, default=_hex)]


def hexadecimal(column: str) -> str:
    """A UUID column as its 32 digits, which SQLite keeps anyway."""
    return f"encode(uuid_send({column}), 'hex')" if connection.vendor == "postgresql" else column


def as_uuid(value: UUID | str) -> UUID:
    """What a raw cursor returned for a UUID column: PostgreSQL answers a UUID, SQLite its 32 hex digits."""
    return value if isinstance(value, UUID) else UUID(value)


def _unnested(alias: str, columns: dict[str, str], rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """Columns that have one value throughout are sent once: thousands of rows often differ in one or two only."""
    values = list(zip(*rows, strict=True)) or [() for _ in columns]
    fields: list[str] = []
    varying: list[str] = []
    arrays: list[str] = []
    constants: list[Any] = []
    lists: list[Any] = []
    for (name, kind), column in zip(columns.items(), values, strict=True):
        if varying and column and column.count(column[0]) == len(column):
            fields.append(f"%s::{kind} AS {name}")
            constants.append(column[0])
        else:
            fields.append(name)
            varying.append(name)
            arrays.append(f"%s::{kind}[]")
            lists.append(_array(kind, column))
    sql = f"(SELECT {', '.join(fields)} FROM unnest({', '.join(arrays)}) AS row({', '.join(varying)})) AS {alias}"
    return sql, [*constants, *lists]


def _array(kind: str, column: Sequence[Any]) -> Any:
    """An array literal where that is simple: psycopg takes three times as long to write one."""
    if kind == "uuid":
        return f"{{{','.join([value if isinstance(value, str) else value.hex for value in column])}}}"
    return f"{{{','.join(map(str, column))}}}" if kind == "bigint" else list(column)


def _hex(value: object) -> str:
    if isinstance(value, UUID):
        return value.hex
    raise TypeError(f"{value!r} cannot be a column of a relation.")
