from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from bookings.admin.shown import BY_ID_OR_PEOPLE, BY_PROVIDER, amount, link_to, price
from bookings.models import Invoice, Reservation, ScheduledReminder, Subscription
from bookings.services import subscriptions
from core.admin import FirstInline, Operated, ReadOnly
from payments.models import Payment


class InvoiceRows(FirstInline):
    model = Invoice
    fields = ["period", amount, "status", "failures", "next_try_at", "created_at", "settled_at"]
    readonly_fields = [amount]
    ordering = ["-period"]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invoice]:
        return super().get_queryset(request).select_related("subscription")


class ReminderRows(FirstInline):
    model = ScheduledReminder
    verbose_name_plural = "reminders"
    fields = ["type", "period", "days_before", "scheduled_for", "state"]
    ordering = ["-scheduled_for", "-pk"]


@admin.register(Subscription)
class SubscriptionAdmin(Operated):
    list_display = [
        "plan_name", "user", "provider", "status", "gateway", price, "period", "renews", "expires_at", "created_at",
    ]  # fmt: skip
    list_filter = ["status", "renews", "expires_at", "created_at"]
    list_select_related = ["user", "provider"]
    search_fields = [*BY_ID_OR_PEOPLE, *BY_PROVIDER, "plan_name"]
    search_help_text = "The id of a subscription or the end of it, a plan; the email, phone number or name of somebody"
    ordering = ["-pk"]
    exclude = ["subscribers", "price", "currency"]
    readonly_fields = [price]
    inlines = [InvoiceRows, ReminderRows]
    actions = ["cancel"]

    @admin.action(description="Cancel: it ends with what was paid for", permissions=["operate"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[Subscription]) -> None:
        verb = partial(subscriptions.cancel_subscription, by=Reservation.By.ADMIN, now=timezone.now())
        self.press(request, chosen, verb, "Cancelled")


class OfSubscriptions(ReadOnly):
    list_select_related = ["subscription"]
    search_fields = ["subscription__id__endswith", *(f"subscription__{field}" for field in BY_ID_OR_PEOPLE[1:])]
    show_full_result_count = False


@admin.register(Invoice)
class InvoiceAdmin(OfSubscriptions):
    list_display = [
        "subscription", "period", amount, "status", "failures", "next_try_at", "payments", "created_at", "settled_at",
    ]  # fmt: skip
    list_filter = ["status", "next_try_at", "created_at"]
    ordering = ["-pk"]
    exclude = ["amount"]
    readonly_fields = [amount, "payments"]

    @admin.display
    def payments(self, invoice: Invoice) -> str:
        return link_to(Payment, "Payments", subject_key=invoice.pk)


@admin.register(ScheduledReminder)
class ScheduledReminderAdmin(OfSubscriptions):
    list_display = ["subscription", "type", "period", "days_before", "scheduled_for", "state"]
    list_filter = ["state", "days_before", "scheduled_for"]
    ordering = ["-scheduled_for", "-pk"]
