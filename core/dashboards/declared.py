from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse

from core.dashboards.filters import Filters
from core.wiring import declared

Chosen = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with a name. It leads to the rows it counts."""

    label: str
    value: str
    hint: str = ""
    is_alarm: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """What `?export=` answers as CSV. Rows may be many: they are read while they are sent."""

    columns: Sequence[str]
    rows: Callable[[Chosen, datetime], Iterable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Button:
    """`press` gets the key of what the button stands beside, the user and now; it calls a service, and answers what
    that was about.
    """

    done: str
    permission: str
    press: Callable[[str, Any, datetime], object]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """`template` is the part of the page that is fetched anew when `board` moves, and every some seconds; what
    `figures` answers is in its context.
    """

    title: str
    icon: str
    template: str
    permission: str
    figures: Callable[[Chosen, datetime], Mapping[str, Any]]
    board: str = ""
    filters: type[Filters] = Filters
    tables: Mapping[str, Table] = field(default_factory=dict)
    buttons: Mapping[str, Button] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the index says of an app. The key under which it is declared is the app's label; if a dashboard has the same
    name, the summary leads there.
    """

    title: str
    icon: str
    permission: str
    figures: Callable[[datetime], Sequence[Figure]]


@dataclass(frozen=True, slots=True)
class Shown:
    summary: Summary
    figures: Sequence[Figure]
    link: str


def dashboards_for(user: Any) -> dict[str, Dashboard]:
    return {name: one for name, one in declared("DASHBOARDS").items() if user.has_perm(one.permission)}


def overview_for(user: Any, now: datetime) -> list[Shown]:
    """The summaries of what this operator may see."""
    return [
        Shown(summary, summary.figures(now), _link(name))
        for name, summary in declared("SUMMARIES").items()
        if user.has_perm(summary.permission)
    ]


def _link(app: str) -> str:
    if app in declared("DASHBOARDS"):
        return reverse("admin:dashboard", args=[app])
    return reverse("admin:app_list", args=[app])
