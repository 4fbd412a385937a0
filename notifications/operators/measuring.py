"""Aggregates of durations, in the words of both engines."""

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import Aggregate, FloatField, Func

SHARES = (0.5, 0.95, 0.99)


class Seconds(Func):
    """From one instant to a later one."""

    output_field = FloatField()
    template = "DATE_PART('epoch', %(expressions)s)"  # as a float; EXTRACT gives a numeric, which is slow
    arg_joiner = " - "
    arity = 2

    def __init__(self, start: Any, end: Any) -> None:
        super().__init__(end, start)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(86400.0 * (JULIANDAY(%(expressions)s)))"
        return super().as_sql(compiler, connection, template=template, arg_joiner=") - JULIANDAY(", **context)


class Percentiles(Aggregate):
    """The seconds within which half, 95 % and 99 % of all lie: a list in the order of SHARES."""

    function = "PERCENTILE_CONT"
    output_field = FloatField()
    template = f"%(function)s(ARRAY{list(SHARES)}) WITHIN GROUP (ORDER BY %(expressions)s)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "JSON_GROUP_ARRAY(%(expressions)s)"
        return super().as_sql(compiler, connection, template=template, **context)

    def convert_value(self, value: Any, expression: Any, connection: Any) -> list[float]:
        return percentiles_of(json.loads(value)) if isinstance(value, str) else value


def percentiles_of(values: Sequence[float]) -> list[float]:
    """Between two values in proportion, as PostgreSQL's PERCENTILE_CONT does."""
    ranked = sorted(values)
    return [_at(ranked, share * (len(ranked) - 1)) for share in SHARES] if ranked else []


def _at(ranked: Sequence[float], position: float) -> float:
    below = int(position)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (position - below) * (ranked[above] - ranked[below])
