from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.html import format_html

from core import audit
from core.admin import ReadOnly


class ActFilter(admin.SimpleListFilter):
    title = "act"
    parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(flag), word) for flag, word in audit.ACTS.items()]

    def queryset(self, request: HttpRequest, entries: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        return entries.filter(action_flag=self.value()) if self.value() else entries


class AppFilter(admin.SimpleListFilter):
    title = "app"
    parameter_name = "app"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        labels = LogEntry.objects.order_by("content_type__app_label").values_list("content_type__app_label", flat=True)
        return [(label, label) for label in labels.distinct() if label]

    def queryset(self, request: HttpRequest, entries: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        return entries.filter(content_type__app_label=self.value()) if self.value() else entries


@admin.register(LogEntry)
class ActAdmin(ReadOnly):
    """What operators did. It is looked at; nobody changes it here, superusers neither."""

    list_display = ["action_time", "user", "act", "app", "thing", "what"]
    list_display_links = ["action_time"]
    list_filter = [("user", admin.RelatedOnlyFieldListFilter), AppFilter, ActFilter, "action_time"]
    list_select_related = ["user", "content_type"]
    search_fields = ["object_repr", "object_id", "change_message", "user__email", "user__phone", "user__full_name"]
    search_help_text = "What it was done to: its name or id; what was done; who did it"
    date_hierarchy = "action_time"
    ordering = ["-action_time", "-pk"]
    show_full_result_count = False
    fields = ["action_time", "user", "act", "app", "thing", "object_id", "what"]
    readonly_fields = fields

    @admin.display(ordering="action_flag")
    def act(self, entry: LogEntry) -> str:
        return audit.ACTS.get(entry.action_flag, "")

    @admin.display(ordering="content_type__app_label")
    def app(self, entry: LogEntry) -> str:
        return entry.content_type.app_label if entry.content_type else ""

    @admin.display(ordering="object_repr")
    def thing(self, entry: LogEntry) -> str:
        link = self._link(entry)
        return format_html('<a href="{}">{}</a>', link, entry.object_repr) if link else entry.object_repr

    @admin.display
    def what(self, entry: LogEntry) -> str:
        return entry.get_change_message()

    def _link(self, entry: LogEntry) -> str | None:
        try:
            return None if entry.is_deletion() else entry.get_admin_url()
        except NoReverseMatch:  # of an app this company no longer has
            return None
