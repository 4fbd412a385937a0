"""Which reports a dashboard is about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import F, Q
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from core.dashboards import Filters, period
from dispatch import selectors
from dispatch.conf import RINGS_KM
from dispatch.models import DamageReport, ReportQuerySet

Chosen = Mapping[str, Any]

Priority, Status = DamageReport.Priority, DamageReport.Status


class ReportFilters(Filters):
    period = period(1, 7, 28, 90, initial=7)
    priority = forms.ChoiceField(
        choices=[("", "All priorities"), *Priority.choices], required=False, widget=UnfoldAdminSelectWidget
    )
    status = forms.ChoiceField(choices=[("", "All"), *Status.choices], required=False, widget=UnfoldAdminSelectWidget)
    ring = forms.TypedChoiceField(
        label="Looked for within",
        choices=[("", "Any distance"), *((ring, f"{km} km") for ring, km in enumerate(RINGS_KM))],
        coerce=int,
        empty_value=None,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    address = forms.CharField(
        label="Address has",
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget({"type": "search", "placeholder": "Kingston"}),
    )


def which(chosen: Chosen) -> Q:
    """Whenever they were opened."""
    narrowed = {name: chosen[name] for name in ("priority", "status") if chosen[name]}
    if chosen["ring"] is not None:
        narrowed["ring"] = chosen["ring"]
    if chosen["address"]:
        narrowed["address__icontains"] = chosen["address"]
    return Q(**narrowed)


def opened(chosen: Chosen, now: datetime) -> ReportQuerySet:
    """In the time chosen. Their statuses are named, so that an index finds them."""
    return DamageReport.objects.filter(which(chosen), status__in=Status.values, created_at__gte=now - chosen["period"])


def pressing(chosen: Chosen) -> ReportQuerySet:
    """Open now: first those on which somebody is to act, then what waits for answers longest."""
    pending = selectors.reports().prefetch_related(None).filter(which(chosen)).pending()
    return pending.order_by(F("overdue_at").asc(nulls_last=True), "answer_by", "pk")


def link(chosen: Chosen, now: datetime, **narrowed: Any) -> str:
    """The list of those reports, of which `narrowed` is true besides."""
    asked = {f"{name}__exact": chosen[name] for name in ("priority", "status") if chosen[name]}
    if chosen["ring"] is not None:
        asked["ring__exact"] = chosen["ring"]
    if chosen["address"]:
        asked["address__icontains"] = chosen["address"]
    since = (now - chosen["period"]).isoformat()
    return listed("damagereport", **{**asked, "created_at__gte": since, **narrowed})


def listed(model: str, **asked: Any) -> str:
    return f"{reverse(f'admin:dispatch_{model}_changelist')}?{urlencode(asked)}"
