from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from core.errors import DomainError
from realtime.models import Board, Connection, Node


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


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


@admin.register(Connection)
class ConnectionAdmin(ReadOnly):
    list_display = ["user", "protocol", "client", "device", "is_foreground", "node", "since"]
    list_filter = ["protocol", "is_foreground", "node"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__phone", "device"]


@admin.register(Node)
class NodeAdmin(ReadOnly):
    list_display = ["name", "role", "seen_at"]
    list_filter = ["role"]


@admin.register(Board)
class BoardAdmin(ReadOnly):
    list_display = ["name", "version", "rendered_at", "error"]
    search_fields = ["name"]
