from django.contrib import admin
from django.http import HttpRequest

from core.admin import ModelAdmin
from fleet.models import Officer
from notifications.admin.base import USER_SEARCH


@admin.register(Officer)
class OfficerAdmin(ModelAdmin):
    """Who is a guard or an officer is decided here, and by staff alone."""

    list_display = ["user", "role", "is_active"]
    list_filter = ["role", "is_active"]
    list_select_related = ["user"]
    search_fields = USER_SEARCH
    ordering = ["user__full_name", "pk"]
    autocomplete_fields = ["user"]

    def get_readonly_fields(self, request: HttpRequest, obj: Officer | None = None) -> list[str]:
        return ["user"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Officer | None = None) -> bool:
        return False  # she is made inactive
