from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from core.errors import DomainError
from notifications import catalogue
from notifications.models import Notice
from realtime.admin import ReadOnly

USER_SEARCH = ["user__email", "user__phone", "user__full_name"]


class Operated(ReadOnly):
    """What is looked at, and changed by buttons only."""

    show_full_result_count = False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{get_permission_codename('change', self.opts)}")

    def press(self, request: HttpRequest, things: Iterable[Any], verb: Callable[[Any], object], done: str) -> None:
        """Each stands or falls alone; a refusal is shown with the thing it is about."""
        succeeded = 0
        for thing in things:
            try:
                verb(thing)
            except DomainError as refusal:
                self.message_user(request, f"{thing}: {refusal.message}", messages.ERROR)
            else:
                self.log_change(request, thing, done)
                succeeded += 1
        if succeeded:
            self.message_user(request, f"{done} ({succeeded}).")

    def button(self, route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        """A path that takes a POST of those who may operate."""

        def press(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not self.has_operate_permission(request):
                raise PermissionDenied
            return view(request, **kwargs)

        return path(route, self.admin_site.admin_view(require_POST(press)), name=f"{self.opts.app_label}_{name}")


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"
    field = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, kind.title) for name, kind in catalogue.all_kinds().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset


class KindOfNoticeFilter(KindFilter):
    field = "notice__kind"


def life_page(notice: Notice) -> HttpResponse:
    """Its life."""
    return HttpResponseRedirect(reverse("admin:notifications_notice_change", args=[notice.pk]))
