from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core.admin import Operated, ReadOnlyInline, RecentValuesFilter
from payments import reconciling, services
from payments.models import GatewayCommand, LedgerEntry, Payment, Refund, SavedMethod, WebhookEvent


class RefundRows(ReadOnlyInline):
    model = Refund
    fields = ["amount", "status", "reason", "is_external", "gateway_id", "created_at", "settled_at"]
    ordering = ["created_at"]


class LedgerRows(ReadOnlyInline):
    model = LedgerEntry
    fields = ["kind", "amount", "currency", "occurred_at", "dedupe_key"]
    ordering = ["occurred_at", "pk"]


class CommandRows(ReadOnlyInline):
    model = GatewayCommand
    fields = ["kind", "state", "attempts", "next_at", "error"]
    ordering = ["created_at", "pk"]


@admin.register(Payment)
class PaymentAdmin(Operated):
    list_display = [
        "id", "subject_kind", "subject_key", "payer", "payee", "gateway", "amount", "currency", "status", "captured",
        "refunded", "created_at",
    ]  # fmt: skip
    list_filter = ["status", "gateway", ("currency", RecentValuesFilter), "created_at"]
    list_select_related = ["payer"]
    search_fields = ["=id", "=intent_id", "=subject_key", "payer__email", "payer__phone", "payee"]
    ordering = ["-pk"]
    inlines = [RefundRows, LedgerRows, CommandRows]
    actions = ["ask_now", "settle_at_desk", "refund"]

    @admin.action(description="Ask the gateway now", permissions=["operate"])
    def ask_now(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        self.press(request, queryset, lambda payment: reconciling.look(payment, timezone.now()), "Asked the gateway")

    @admin.action(description="Cash was paid at the desk", permissions=["operate"])
    def settle_at_desk(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        self.press(request, queryset, partial(services.settle_at_desk, now=timezone.now()), "Paid in cash")

    @admin.action(description="Refund all that is left", permissions=["operate"])
    def refund(self, request: HttpRequest, queryset: QuerySet[Payment]) -> None:
        self.press(request, queryset, _refund, "Refund asked for")


@admin.register(WebhookEvent)
class WebhookEventAdmin(Operated):
    list_display = ["type", "event_id", "intent_id", "state", "attempts", "error", "occurred_at", "received_at"]
    list_filter = ["state", "gateway", ("type", RecentValuesFilter), "received_at"]
    search_fields = ["=event_id", "=intent_id"]
    ordering = ["-pk"]
    actions = ["read_again"]

    @admin.action(description="Read again", permissions=["operate"])
    def read_again(self, request: HttpRequest, queryset: QuerySet[WebhookEvent]) -> None:
        self.press(request, queryset, lambda event: services.read_again(event, now=timezone.now()), "To be read again")


@admin.register(GatewayCommand)
class GatewayCommandAdmin(Operated):
    list_display = ["key", "payment", "state", "attempts", "next_at", "error", "created_at"]
    list_filter = ["state", "kind", "created_at"]
    list_select_related = ["payment"]
    search_fields = ["=key", "=payment__id", "=payment__intent_id"]
    ordering = ["-pk"]


@admin.register(LedgerEntry)
class LedgerEntryAdmin(Operated):
    list_display = ["payee", "kind", "amount", "currency", "occurred_at", "payment"]
    list_filter = ["kind", ("currency", RecentValuesFilter), "occurred_at"]
    list_select_related = ["payment"]
    search_fields = ["payee", "=payment__id"]
    ordering = ["-pk"]


@admin.register(SavedMethod)
class SavedMethodAdmin(Operated):
    list_display = ["payer", "gateway", "brand", "last4", "saved_at"]
    list_filter = ["gateway", "saved_at"]
    list_select_related = ["payer"]
    search_fields = ["payer__email", "payer__phone", "=customer_id"]
    ordering = ["-saved_at"]
    actions = ["forget"]

    @admin.action(description="Forget", permissions=["operate"])
    def forget(self, request: HttpRequest, queryset: QuerySet[SavedMethod]) -> None:
        self.press(request, queryset, _forget, "Forgotten")


def _forget(method: SavedMethod) -> None:
    services.forget_methods(method.payer_id, now=timezone.now())


def _refund(payment: Payment) -> Refund:
    return services.refund_payment(payment, reason="by an operator", now=timezone.now())
