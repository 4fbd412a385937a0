from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern
from django.utils import timezone

from accounts.models import User
from core.admin import Operated, RecentValuesFilter, TabularInline
from notifications import trees
from notifications.admin.base import KindFilter, life_page
from notifications.models import Attempt, ChannelHealth, Delivery
from notifications.operators import operations


class LaneFilter(admin.SimpleListFilter):
    title = "lane"
    parameter_name = "lane"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(lane, lane) for lane in trees.LANES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        return queryset.filter(lane=self.value()) if self.value() else queryset


class AttemptInline(TabularInline):
    model = Attempt
    fields = ["number", "at", "verdict", "code", "http", "milliseconds", "retry_after", "provider_id", "error"]
    readonly_fields = fields
    ordering = ["at"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Delivery)
class DeliveryAdmin(Operated):
    list_display = [
        "lane", "kind", "recipient", "device", "state", "reason", "code", "attempts", "planned_at", "due_at", "ended_at"
    ]  # fmt: skip
    list_filter = [
        LaneFilter, "state", ("code", RecentValuesFilter), "planned_at", KindFilter, "reason", "is_clear"
    ]  # fmt: skip
    list_select_related = ["notice__recipient", "device"]
    ordering = ["-pk"]
    inlines = [AttemptInline]
    actions = ["retry"]

    @admin.display
    def kind(self, delivery: Delivery) -> str:
        return delivery.kind

    @admin.display
    def recipient(self, delivery: Delivery) -> User:
        return delivery.notice.recipient

    @admin.action(description="Try again now", permissions=["operate"])
    def retry(self, request: HttpRequest, deliveries: Iterable[Delivery]) -> None:
        now = timezone.now()
        self.press(request, deliveries, lambda delivery: operations.retry(delivery, now=now), "Will be tried again")

    def get_urls(self) -> list[URLPattern]:
        return [
            self.button("<int:delivery_id>/retry/", self.retry_one, "retry"),
            *super().get_urls(),
        ]

    def retry_one(self, request: HttpRequest, delivery_id: int) -> HttpResponse:
        delivery = get_object_or_404(Delivery.objects.select_related("notice"), pk=delivery_id)
        self.retry(request, [delivery])
        return life_page(delivery.notice)


@admin.register(ChannelHealth)
class ChannelHealthAdmin(Operated):
    list_display = ["name", "state", "failures_in_a_row", "opened_at", "retry_at", "code", "error"]
    list_filter = ["state"]
    actions = ["close"]

    @admin.action(description="Close the breaker: what was wrong is mended", permissions=["operate"])
    def close(self, request: HttpRequest, breakers: QuerySet[ChannelHealth]) -> None:
        self.press(request, breakers, operations.close_breaker, "Closed")
