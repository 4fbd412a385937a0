"""A dashboard of counters."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Sum

from core.dashboards import Button, Chart, Dashboard, Figure, Filters, Series, Summary, Table, period
from tests.sample import services
from tests.sample.models import Counter

MAY_LOOK = "sample.view_counter"
MAY_OPERATE = "sample.change_counter"


class DeskFilters(Filters):
    period = period(1, 7, initial=7)
    text = forms.CharField(required=False)


def figures(chosen: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    counters = of(chosen)
    series = [Series("total", [counter.total for counter in counters])]
    return {
        "cards": [Figure("Counters", str(len(counters)), f"{chosen['period'].days} days")],
        "totals": Chart("totals", "Totals", [counter.text for counter in counters], series),
        "counters": counters,
    }


def of(chosen: Mapping[str, Any]) -> list[Counter]:
    counters = Counter.objects.order_by("pk")
    return list(counters.filter(text__startswith=chosen["text"]) if chosen["text"] else counters)


def rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    for counter in of(chosen):
        yield counter.text, counter.total, now


def grow(key: str, by: Any, now: datetime) -> Counter:
    services.add(int(key), by.pk)
    return Counter.objects.get(pk=key)


def summary(now: datetime) -> list[Figure]:
    total = Counter.objects.aggregate(total=Sum("total"))["total"] or 0
    return [Figure("Total", str(total), "of all counters", is_alarm=total > 100)]


DASHBOARD = Dashboard(
    title="Counters",
    icon="add",
    template="admin/sample/desk.html",
    permission=MAY_LOOK,
    figures=figures,
    board="sample.totals",
    filters=DeskFilters,
    tables={"counters": Table(["Text", "Total", "At"], rows)},
    buttons={"grow": Button("Grown", MAY_OPERATE, grow)},
)
SUMMARY = Summary("Counters", "add", MAY_LOOK, summary)
