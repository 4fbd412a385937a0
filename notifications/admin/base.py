from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from notifications import catalogue
from notifications.models import Notice


def by_person(*sides: str) -> list[str]:
    """What a search looks through to find somebody who is there as this, or as one of these."""
    return [f"{side}__{field}" for side in sides for field in ("email", "phone", "full_name")]


USER_SEARCH = by_person("user")


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, kind.title) for name, kind in catalogue.all_kinds().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


def life_page(notice: Notice) -> HttpResponse:
    """Its life."""
    return HttpResponseRedirect(reverse("admin:notifications_notice_change", args=[notice.pk]))
