from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from realtime.models import Board, Connection, Node


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


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
