"""Lists as a relation to join with, in the words of both engines."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

Columns = Mapping[str, tuple[str, Sequence[Any]]]

SQLITE_NAMES = {"uuid": "TEXT", "bigint": "INTEGER", "text": "TEXT", "boolean": "INTEGER"}


def relation(alias: str, columns: Columns) -> tuple[str, list[Any]]:
    """SQL and parameters of a relation `alias`; a column is its type (uuid, bigint, text or boolean) and its values."""
    if len({len(values) for _, values in columns.values()}) > 1:
        raise ValueError("The columns of a relation have one value for each row.")  # PostgreSQL would fill them up
    if connection.vendor == "postgresql":
        return _unnested(alias, columns)
    fields = ", ".join(
        f"CAST(json_extract(value, '$[{n}]') AS {SQLITE_NAMES[kind]}) AS {name}"
        for n, (name, (kind, _)) in enumerate(columns.items())
    )
    rows = list(zip(*(values for _, values in columns.values()), strict=True))
    return f"(SELECT {fields} FROM json_each(%s)) AS {alias}", [json.dumps(rows, default=_hex)]


def hexadecimal(column: str) -> str:
    """A UUID column as its 32 digits, which SQLite keeps anyway."""
    return f"encode(uuid_send({column}), 'hex')" if connection.vendor == "postgresql" else column


def uuid_of(text: str) -> str:
    """A text column that holds a UUID with its dashes, as UUID columns are kept."""
    return f"{text}::uuid" if connection.vendor == "postgresql" else f"replace({text}, '-', '')"


def instant_of(text: str) -> str:
    """A text column of `texts_of` instants, as instants are kept."""
    return f"{text}::timestamptz" if connection.vendor == "postgresql" else text


def date_of(text: str) -> str:
    """A text column of dates in ISO 8601, as dates are kept."""
    return f"{text}::date" if connection.vendor == "postgresql" else text


def texts_of(instants: Iterable[datetime | None]) -> list[str | None]:
    """For a text column of a relation."""
    adapted = connection.ops.adapt_datetimefield_value
    return [None if instant is None else str(adapted(instant)) for instant in instants]


def as_uuid(value: UUID | str) -> UUID:
    """What a raw cursor returned for a UUID column: PostgreSQL answers a UUID, SQLite its 32 hex digits."""
    return value if isinstance(value, UUID) else UUID(value)


def _unnested(alias: str, columns: Columns) -> tuple[str, list[Any]]:
    """Columns that have one value throughout are sent once: thousands of rows often differ in one or two only."""
    fields: list[str] = []
    varying: list[str] = []
    lists: list[str] = []
    constants: list[Any] = []
    parameters: list[Any] = []
    for name, (kind, values) in columns.items():
        if varying and values and values.count(values[0]) == len(values):
            fields.append(f"%s::{kind} AS {name}")
            constants.append(values[0])
        else:
            fields.append(name)
            varying.append(name)
            sql, parameter = _list(kind, values)
            lists.append(sql)
            parameters.append(parameter)
    rows = f"ROWS FROM ({', '.join(lists)}) AS row({', '.join(varying)})"
    return f"(SELECT {', '.join(fields)} FROM {rows}) AS {alias}", [*constants, *parameters]


def _list(kind: str, values: Sequence[Any]) -> tuple[str, Any]:
    """As literals, and texts as JSON: psycopg takes three times as long to write an array, and longer with quotes."""
    if kind == "text":
        return "json_array_elements_text(%s::json)", json.dumps(values, ensure_ascii=False)
    if kind == "uuid":
        literal = ",".join([value if isinstance(value, str) else value.hex for value in values])
    elif kind == "bigint":
        literal = ",".join(map(str, values))
    else:
        return f"unnest(%s::{kind}[])", list(values)
    return f"unnest(%s::{kind}[])", f"{{{literal}}}"


def _hex(value: object) -> str:
    if isinstance(value, UUID):
        return value.hex
    raise TypeError(f"{value!r} cannot be a column of a relation.")
