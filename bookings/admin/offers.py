"""What can be booked and subscribed to. Forms write through services; nothing that was sold is deleted."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from bookings.admin.shown import BY_PROVIDER, asking_price
from bookings.models import Plan, Service
from bookings.services import providers
from core.admin import ServiceAdmin


class OfferAdmin(ServiceAdmin):
    list_select_related = ["provider"]
    search_fields = ["id__endswith", "name", *BY_PROVIDER]
    ordering = ["provider__business_name", "name"]
    autocomplete_fields = ["provider"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["provider"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if change:
            self.revise(obj, {name: form.cleaned_data[name] for name in form.changed_data})
        else:
            obj.pk = self.add(**form.cleaned_data).pk

    def add(self, **facts: Any) -> Model:
        raise NotImplementedError

    def revise(self, obj: Any, facts: dict[str, Any]) -> None:
        raise NotImplementedError


@admin.register(Service)
class OfferedServiceAdmin(OfferAdmin):
    list_display = [
        "name", "provider", "duration_minutes", "capacity", asking_price, "requires_payment", "hold_minutes",
        "is_active",
    ]  # fmt: skip
    list_filter = ["is_active", "requires_payment"]

    def add(self, **facts: Any) -> Service:
        return providers.add_service(**facts)

    def revise(self, obj: Service, facts: dict[str, Any]) -> None:
        providers.revise_service(obj, now=timezone.now(), **facts)


@admin.register(Plan)
class PlanAdmin(OfferAdmin):
    list_display = ["name", "provider", asking_price, "interval", "interval_count", "renews", "is_active"]
    list_filter = ["is_active", "interval", "renews"]

    def add(self, **facts: Any) -> Plan:
        return providers.add_plan(**facts)

    def revise(self, obj: Plan, facts: dict[str, Any]) -> None:
        providers.revise_plan(obj, **facts)
