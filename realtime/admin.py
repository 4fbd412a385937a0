from django.contrib import admin

from core.admin import ReadOnly
from realtime.models import Board, Connection, Node


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
