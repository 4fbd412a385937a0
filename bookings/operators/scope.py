"""Which provider and what time a dashboard is about."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from bookings.models import Provider
from core.clocks import DAY, Interval
from core.dashboards import Filters, period
from core.ids import uuid_or_none

Chosen = Mapping[str, Any]

MOST = 12
SUGGESTED = 100
AHEAD = 7 * DAY
LABEL = re.compile(r"(?P<name>.*) \((?P<end>[0-9a-f]{8})\)")


@dataclass(frozen=True, slots=True)
class Scope:
    """All providers, or one. `similar`: of those that may be meant, the first, where it is not clear which."""

    provider: Provider | None
    similar: Sequence[Provider]
    asked: str
    span: Interval
    now: datetime

    @property
    def is_unknown(self) -> bool:
        return bool(self.asked) and self.provider is None and not self.similar

    @property
    def of_provider(self) -> Q:
        """In the words of whatever points at a provider."""
        return Q(provider=self.provider) if self.provider else Q()

    @property
    def of_link(self) -> Mapping[str, Any]:
        """In the words of the lists."""
        return {"provider__exact": self.provider.pk} if self.provider else {}


class ProviderInput(UnfoldAdminTextInputWidget):
    """Suggests those with most reservations; others are found by a part of the name."""

    template_name = "admin/bookings/provider_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, {**(attrs or {}), "list": "providers"})
        return {**context, "suggested": [label(one) for one in _busiest()]}


class ProviderField(forms.CharField):
    widget = ProviderInput({"type": "search", "placeholder": "All providers", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        """A link names it by its id; who reads the form wants the name."""
        key = uuid_or_none(value) if isinstance(value, str) else None
        provider = Provider.objects.filter(pk=key).first() if key else None
        return label(provider) if provider else value


class BookingFilters(Filters):
    period = period(7, 28, 90, 365, initial=28)
    provider = ProviderField(max_length=160, required=False)


def scope(chosen: Chosen, now: datetime) -> Scope:
    found = matching(chosen["provider"])
    return Scope(
        provider=found[0] if len(found) == 1 else None,
        similar=found[:MOST] if chosen["provider"] else [],
        asked=chosen["provider"],
        span=Interval(now - chosen["period"], now),
        now=now,
    )


def matching(text: str) -> Sequence[Provider]:
    """Who may be meant: by the id, by what a suggestion says, by the whole name, or by a part of it."""
    those = Provider.objects.order_by("business_name", "pk")
    key, suggestion = uuid_or_none(text), LABEL.fullmatch(text)
    if key:
        return those.filter(pk=key)[:1]
    if suggestion:
        return those.filter(business_name=suggestion["name"], pk__endswith=suggestion["end"])[:2]
    if not text:
        return those[:2]  # where there is only one, it is meant
    return those.filter(business_name__iexact=text)[:MOST] or those.filter(business_name__icontains=text)[:MOST]


def label(provider: Provider) -> str:
    """Two may have the same name."""
    return f"{provider.business_name} ({str(provider.pk)[-8:]})"


def listed(model: str, **asked: Any) -> str:
    return f"{reverse(f'admin:bookings_{model}_changelist')}?{urlencode(asked)}"


def _busiest() -> Sequence[Provider]:
    return Provider.objects.order_by("-stats__total_reservations", "pk")[:SUGGESTED]
