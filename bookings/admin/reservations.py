"""Reservations and their slots. Who comes along and what a customer wrote are nobody's but his, here too."""

from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from bookings.admin.shown import BY_ID_OR_PEOPLE, BY_PROVIDER, link_to, price
from bookings.models import Reservation, Slot, WaitlistEntry
from bookings.services import providers, reservations
from core.admin import SHOWN, FirstInline, Operated
from payments.models import Payment


class ReservationRows(FirstInline):
    model = Reservation
    verbose_name_plural = f"reservations: the first {SHOWN}"
    fields = ["user", "seats", "status", "payment_status", price, "hold_expires_at", "created_at"]
    readonly_fields = [price]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reservation]:
        return super().get_queryset(request).select_related("user")


class WaitlistRows(FirstInline):
    model = WaitlistEntry
    verbose_name_plural = f"waitlist: the first {SHOWN}"
    fields = ["user", "seats", "status", "reservation", "created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WaitlistEntry]:
        return super().get_queryset(request).select_related("user", "reservation")


@admin.register(Slot)
class SlotAdmin(Operated):
    list_display = [
        "start_at", "end_at", "service", "capacity", "held", "confirmed", "free", "is_closed", "booked_by",
    ]  # fmt: skip
    list_filter = ["is_closed", "start_at"]
    list_select_related = ["service__provider"]
    search_fields = ["id__endswith", "service__name", *BY_PROVIDER]
    ordering = ["-start_at", "-pk"]
    inlines = [ReservationRows, WaitlistRows]
    actions = ["close", "reopen"]

    @admin.display(description="")
    def booked_by(self, slot: Slot) -> str:
        return link_to(Reservation, "Reservations", slot=slot.pk)

    @admin.action(description="Close: what was booked is cancelled", permissions=["operate"])
    def close(self, request: HttpRequest, chosen: QuerySet[Slot]) -> None:
        self.press(request, chosen, providers.close_slot, "Closed")

    @admin.action(description="Open again", permissions=["operate"])
    def reopen(self, request: HttpRequest, chosen: QuerySet[Slot]) -> None:
        self.press(request, chosen, providers.open_slot, "Opened")


@admin.register(Reservation)
class ReservationAdmin(Operated):
    list_display = [
        "__str__", "user", "provider", "start_at", "seats", "status", "payment_status", price, "hold_expires_at",
        "payments", "created_at",
    ]  # fmt: skip
    list_filter = ["status", "payment_status", "cancelled_by", "start_at", "created_at"]
    list_select_related = ["user", "provider"]
    search_fields = [*BY_ID_OR_PEOPLE, *BY_PROVIDER]
    search_help_text = "The id of a reservation or the end of it; the email, phone number or name of a customer"
    ordering = ["-pk"]
    exclude = ["attendees", "notes", "price", "currency"]
    readonly_fields = [price, "payments"]
    actions = ["cancel", "complete", "mark_no_show", "take_cash"]

    @admin.display
    def payments(self, reservation: Reservation) -> str:
        return link_to(Payment, "Payments", subject_key=reservation.pk)

    @admin.action(description="Cancel, and give all back", permissions=["operate"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[Reservation]) -> None:
        verb = partial(reservations.cancel_reservation, by=Reservation.By.ADMIN, now=timezone.now())
        self.press(request, chosen, verb, "Cancelled")

    @admin.action(description="Completed", permissions=["operate"])
    def complete(self, request: HttpRequest, chosen: QuerySet[Reservation]) -> None:
        self.press(request, chosen, partial(reservations.complete_reservation, now=timezone.now()), "Completed")

    @admin.action(description="Nobody came", permissions=["operate"])
    def mark_no_show(self, request: HttpRequest, chosen: QuerySet[Reservation]) -> None:
        self.press(request, chosen, partial(reservations.mark_no_show, now=timezone.now()), "Marked as missed")

    @admin.action(description="Cash was paid at the desk", permissions=["operate"])
    def take_cash(self, request: HttpRequest, chosen: QuerySet[Reservation]) -> None:
        self.press(request, chosen, partial(reservations.take_cash, now=timezone.now()), "Paid in cash")
