"""The operators' page of figures, on one fixed number of queries."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from notifications import trees
from notifications.operators import backlog, charts, insight
from notifications.operators.insight import Dwell

WINDOWS = {"1": "hour", "24": "24 hours", "168": "7 days"}
DEFAULT_WINDOW = "24"
DAYS = 7
PARTS = 24


def figures(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("notifications.view_delivery"):
        raise PermissionDenied
    hours = request.GET.get("hours", DEFAULT_WINDOW)
    hours = hours if hours in WINDOWS else DEFAULT_WINDOW
    context = {
        **admin.site.each_context(request),
        "title": "Deliveries: how are we doing?",
        "windows": WINDOWS,
        "hours": hours,
        "window": WINDOWS[hours],
        "refresh_seconds": 15,
        **_of_window(timedelta(hours=int(hours))),
        **_of_now(),
    }
    return TemplateResponse(request, "admin/notifications/figures.html", context)


def _of_window(window: timedelta) -> dict[str, Any]:
    now = timezone.now()
    since = now - window
    outcomes = insight.outcomes(since, now)
    dwells = {(one.kind, one.channel, one.is_held): one for one in insight.dwells(since, now)}
    kinds = [
        {
            "kind": kind,
            "channel": channel,
            "tally": tally,
            "is_push": channel in trees.PUSH,
            **_dwells_of(dwells, kind, channel),
        }
        for (kind, channel), tally in insight.tallies(outcomes, "kind", "channel").items()
    ]
    return {
        "since": since,
        "now": now,
        "total": insight.tallies(outcomes).get((), insight.Tally()),
        "slowest": _slowest(list(dwells.values())),
        "kinds": kinds,
        "columns": charts.columns(insight.tallies_over_time(since, now, PARTS), since, now),
        "failures": charts.rows(insight.failures(outcomes)),
        "skips": charts.rows(insight.skips(outcomes)),
    }


def _dwells_of(dwells: dict[tuple[str, str, bool], Dwell], kind: str, channel: str) -> dict[str, Dwell | None]:
    return {"immediate": dwells.get((kind, channel, False)), "held": dwells.get((kind, channel, True))}


def _slowest(dwells: Sequence[Dwell]) -> Dwell | None:
    return max((one for one in dwells if not one.is_held), key=lambda one: one.p95, default=None)


def _of_now() -> dict[str, Any]:
    now = timezone.now()
    queues = backlog.queues(now)
    breakers = backlog.breakers()
    days = insight.device_changes_by_day(now - timedelta(days=DAYS))
    return {
        "queues": queues,
        "due": sum(queue.due for queue in queues),
        "retrying": sum(queue.retrying for queue in queues),
        "held": sum(queue.held for queue in queues),
        "oldest": max(queue.age for queue in queues),
        "unplanned": backlog.unplanned(now),
        "quiet": backlog.held_by_quiet_hours(now),
        "breakers": breakers,
        "open_breakers": sum(one.is_open for one in breakers),
        "fleet": insight.fleet(now),
        "changes": days,
        "dead_today": days.get(now.date(), {}).get("died", 0),
    }
