from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest

from bookings import auditing
from bookings.admin.shown import asking_price, link_to, side_by_side
from bookings.models import Plan, Provider, ProviderStats, Reservation, Service, Slot, SpecialDay, Subscription
from bookings.services import providers
from core.admin import Buttons, FirstInline, ReadOnlyInline, ServiceAdmin, TabularInline
from core.money import formatted
from notifications.admin.base import by_person
from payments.models import LedgerEntry

FIXED = ["owner", "currency"]  # what is booked and paid is in them


class SpecialDayInline(TabularInline):
    """Added and taken away; hours of a day that is there are replaced by adding it again."""

    model = SpecialDay
    extra = 0
    ordering = ["date"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ServiceRows(FirstInline):
    model = Service
    fields = ["name", "duration_minutes", "capacity", asking_price, "requires_payment", "is_active"]
    readonly_fields = [asking_price]
    show_change_link = True


class PlanRows(FirstInline):
    model = Plan
    fields = ["name", asking_price, "interval", "interval_count", "renews", "is_active"]
    readonly_fields = [asking_price]
    show_change_link = True


class Counters(ReadOnlyInline):
    model = ProviderStats
    template = "admin/edit_inline/stacked.html"
    verbose_name_plural = "counters"
    exclude = ["revenue"]
    readonly_fields = ["in_the_ledger"]

    @admin.display(description="revenue")
    def in_the_ledger(self, kept: ProviderStats) -> str:
        return formatted(kept.revenue, kept.provider.currency)


@admin.register(Provider)
class ProviderAdmin(ServiceAdmin, Buttons):
    list_display = [
        "business_name", "owner", "category", "is_approved", "is_active", "reservations", "subscriptions", "revenue",
        "rating", "created_at",
    ]  # fmt: skip
    list_filter = ["is_approved", "is_active", "accepts_cash"]
    list_select_related = ["owner"]
    search_fields = [
        "id__endswith",
        "business_name",
        "category",
        *by_person("owner"),
    ]
    ordering = ["-created_at", "-pk"]
    show_full_result_count = False
    autocomplete_fields = ["owner", "staff"]
    readonly_fields = ["lists", "created_at"]
    inlines = [Counters, ServiceRows, PlanRows, SpecialDayInline]
    actions = ["approve", "close", "reopen", "audit", "repair"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provider]:
        counters = ["total_reservations", "active_subscriptions", "revenue", "rating_sum", "rating_count"]
        return super().get_queryset(request).annotate(**{f"of_{name}": F(f"stats__{name}") for name in counters})

    @admin.display(ordering="of_total_reservations")
    def reservations(self, provider: Any) -> int:
        return provider.of_total_reservations

    @admin.display(description="active subscriptions", ordering="of_active_subscriptions")
    def subscriptions(self, provider: Any) -> int:
        return provider.of_active_subscriptions

    @admin.display(ordering="of_revenue")
    def revenue(self, provider: Any) -> str:
        return formatted(provider.of_revenue or 0, provider.currency)

    @admin.display
    def rating(self, provider: Any) -> str | None:
        return f"{provider.of_rating_sum / provider.of_rating_count:.1f}" if provider.of_rating_count else None

    @admin.display
    def lists(self, provider: Provider) -> str:
        of_provider = [Reservation, Slot, Subscription]
        links = [link_to(one, one._meta.verbose_name_plural.title(), provider=provider.pk) for one in of_provider]
        return side_by_side([*links, link_to(LedgerEntry, "Ledger", payee=provider.payee)])

    def get_inlines(self, request: HttpRequest, obj: Provider | None) -> list[type[Any]]:
        return self.inlines if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: Provider | None = None) -> list[str]:
        return [*FIXED, *self.readonly_fields] if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Provider | None = None) -> bool:
        return False  # reservations and ledgers point at it; it is closed

    def save_model(self, request: HttpRequest, obj: Provider, form: ModelForm, change: bool) -> None:
        """Only what was changed is written: what the provider did meanwhile stays."""
        if change:
            providers.revise_provider(obj, **{name: form.cleaned_data[name] for name in form.changed_data})
        else:
            facts = {name: value for name, value in form.cleaned_data.items() if name != "owner"}
            obj.pk = providers.apply(form.cleaned_data["owner"], **facts).pk

    def save_formset(self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool) -> None:
        for special in formset.save(commit=False):
            providers.set_special_day(special.provider, day=special.date, spans=special.spans)
        for special in formset.deleted_objects:
            providers.unset_special_day(special.provider, day=special.date)

    @admin.action(description="Approve", permissions=["operate"])
    def approve(self, request: HttpRequest, chosen: QuerySet[Provider]) -> None:
        self.press(request, chosen, providers.approve, "Approved")

    @admin.action(description="Close: nobody can book", permissions=["operate"])
    def close(self, request: HttpRequest, chosen: QuerySet[Provider]) -> None:
        self.press(request, chosen, lambda one: providers.revise_provider(one, is_active=False), "Closed")

    @admin.action(description="Open again", permissions=["operate"])
    def reopen(self, request: HttpRequest, chosen: QuerySet[Provider]) -> None:
        self.press(request, chosen, lambda one: providers.revise_provider(one, is_active=True), "Opened")

    @admin.action(description="Audit the counters", permissions=["view"])
    def audit(self, request: HttpRequest, chosen: QuerySet[Provider]) -> None:
        for provider in chosen:
            found = auditing.drifts(provider)
            for drift in found:
                self.message_user(request, f"{drift}.", messages.WARNING)
            if not found:
                self.message_user(request, f"{provider}: all is as it should be.")

    @admin.action(description="Repair the counters", permissions=["operate"])
    def repair(self, request: HttpRequest, chosen: QuerySet[Provider]) -> None:
        self.press(request, chosen, auditing.repair, "Counted anew")
