"""What the pages of all apps have in common: some are only looked at, some have buttons, some call services."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.unit import unit

SHOWN = 200


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Buttons(admin.ModelAdmin):
    """Actions that call services, for those who may change what they are about."""

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


class Operated(Buttons, ReadOnly):
    """What is looked at, and changed by buttons only."""

    show_full_result_count = False


class ReadOnlyInline(admin.TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class FirstOfThem(BaseInlineFormSet):
    """There may be thousands."""

    def get_queryset(self) -> QuerySet[Any]:
        if not hasattr(self, "_first"):
            self._first = super().get_queryset()[:SHOWN]
        return self._first


class FirstInline(ReadOnlyInline):
    formset = FirstOfThem
    ordering = ["pk"]


class ServiceAdmin(admin.ModelAdmin):
    """For forms that call services. Django opens a transaction for all of a form; a unit that began inside it would be
    the second to wait for SQLite, and wait in vain. What a service refuses is said on the form.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        try:
            with unit():
                return super().changeform_view(request, *args, **kwargs)
        except DomainError as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
