"""Durations and parts of a time, counted by the database, in the words of both engines."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.db.models import Aggregate, Expression, F, FloatField, Func, IntegerField, Value
from django.db.models.functions import Cast, Floor

SHARES = (0.5, 0.95, 0.99)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


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


@dataclass(frozen=True, slots=True)
class Parts:
    """So many equal parts of a time, the oldest first."""

    since: datetime
    length: timedelta
    count: int

    @classmethod
    def upto(cls, now: datetime, length: timedelta, count: int) -> Self:
        """They begin with full hours, days and so on, in UTC: the last is not over."""
        newest = now - (now - EPOCH) % length
        return cls(newest - (count - 1) * length, length, count)

    @property
    def until(self) -> datetime:
        return self.since + self.count * self.length

    @property
    def begins(self) -> list[datetime]:
        return [self.since + n * self.length for n in range(self.count)]

    @property
    def labels(self) -> list[str]:
        """Of a chart."""
        return [self._label(begin) for begin in self.begins]

    def number_of(self, column: str) -> Expression:
        """In which part the instant lies, from 0."""
        position = Seconds(Value(self.since), F(column)) / self.length.total_seconds()
        return Cast(Floor(position), IntegerField())

    def _label(self, begin: datetime) -> str:
        day = f"{begin.day} {begin:%b}"
        if self.length >= DAY:
            return day
        return f"{begin:%H:%M}" if self.count * self.length <= DAY else f"{day} {begin:%H:%M}"
