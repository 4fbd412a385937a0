"""Quantiles that the database finds, so that not every row is read: only those beside each quantile leave it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import reduce
from math import floor
from operator import or_
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value, Window
from django.db.models.functions import Floor, RowNumber


def quantiles(
    rows: QuerySet[Any], value: Any, at: Sequence[float], *, by: Any = None
) -> Mapping[Any, Sequence[float | timedelta]]:
    """Of a value in each group of rows; without `by`, all are the group None. Between two rows it is interpolated, as
    `statistics.quantiles` does by its method "inclusive".
    """
    ranked = rows.order_by().annotate(
        quantile_group=by if by is not None else Value(0),
        quantile_value=value,
        quantile_place=Window(RowNumber(), partition_by="quantile_group", order_by="quantile_value"),
        quantile_size=Window(Count("*"), partition_by="quantile_group"),
    )
    beside = ranked.filter(reduce(or_, (_beside(share) for share in at)))
    found: dict[Any, dict[int, Any]] = {}
    sizes: dict[Any, int] = {}
    columns = ["quantile_group", "quantile_value", "quantile_place", "quantile_size"]
    for group, one, place, size in beside.values_list(*columns):
        found.setdefault(group if by is not None else None, {})[place - 1] = one
        sizes[group if by is not None else None] = size
    return {group: [_between(found[group], (size - 1) * share) for share in at] for group, size in sizes.items()}


def _beside(share: float) -> Q:
    """The row at or below the quantile, and the one after it."""
    below = Floor((F("quantile_size") - 1.0) * share)
    return Q(quantile_place__gte=below + 1, quantile_place__lte=below + 2)


def _between(values: Mapping[int, Any], place: float) -> Any:
    below = floor(place)
    if place == below:
        return values[below]
    return values[below] + (values[below + 1] - values[below]) * (place - below)
