from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminSelectWidget

from core.admin import ModelAdmin, ReadOnlyInline, ServiceAdmin, TabularInline
from core.counting import related_count
from core.errors import DomainError
from shifts import services
from shifts.models import (
    Availability,
    Consideration,
    Employee,
    HeldQualification,
    Leave,
    Qualification,
    Shift,
    ShiftOffer,
)

STATES = ["status", "assignee", "created_at", "offered_at", "assigned_at"]


class OfferInline(ReadOnlyInline):
    model = ShiftOffer
    fields = ["employee", "status", "rank", "sent_at", "delivered_at", "responded_at", "expires_at"]
    ordering = ["rank"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShiftOffer]:
        return super().get_queryset(request).select_related("employee__user")


class ConsiderationInline(ReadOnlyInline):
    model = Consideration
    fields = ["employee", "reasons", "at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consideration]:
        return super().get_queryset(request).select_related("employee__user")


class ShiftActionForm(ActionForm):
    employee = forms.ModelChoiceField(
        Employee.objects.active().select_related("user"),
        required=False,
        empty_label="(employee)",
        label="",
        widget=UnfoldAdminSelectWidget({"aria-label": "Employee"}),
    )


@admin.register(Shift)
class ShiftAdmin(ServiceAdmin):
    list_display = ["__str__", "location_name", "client_name", "priority", "status", "assignee", "asked", "waiting"]
    list_filter = ["status", "priority", "mode", "start_at"]
    list_select_related = ["assignee__user"]
    search_fields = ["=id", "location_name", "client_name", "assignee__user__full_name"]
    date_hierarchy = "start_at"
    ordering = ["-start_at"]
    exclude = ["round", "is_asking"]
    inlines = [OfferInline, ConsiderationInline]
    action_form = ShiftActionForm
    actions = ["offer", "offer_to", "withdraw", "assign", "cancel"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Shift]:
        asked = related_count(ShiftOffer.objects.all(), "shift")
        waiting = related_count(ShiftOffer.objects.pending(), "shift")
        return super().get_queryset(request).annotate(asked=asked, waiting=waiting)

    @admin.display(ordering="asked")
    def asked(self, shift: Any) -> int:
        return shift.asked

    @admin.display(ordering="waiting")
    def waiting(self, shift: Any) -> int:
        return shift.waiting

    def get_readonly_fields(self, request: HttpRequest, obj: Shift | None = None) -> list[str]:
        """States are changed by verbs; facts, as long as nobody was shown them as an offer."""
        if obj is None or obj.status == Shift.Status.DRAFT:
            return STATES
        return [field.name for field in Shift._meta.fields if field.name != "id"] + ["qualifications"]

    def has_delete_permission(self, request: HttpRequest, obj: Shift | None = None) -> bool:
        return False  # offers and statistics point at shifts; they are cancelled

    def save_model(self, request: HttpRequest, obj: Shift, form: Any, change: bool) -> None:
        facts = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            services.revise_shift(obj, **facts)
        else:
            obj.pk = services.create_shift(**facts).pk

    @admin.action(description="Offer to all who are eligible", permissions=["change"])
    def offer(self, request: HttpRequest, shifts: QuerySet[Shift]) -> None:
        self._each(request, shifts, partial(services.offer_shift, now=timezone.now()), "Offered")

    @admin.action(description="Offer to the chosen employee", permissions=["change"])
    def offer_to(self, request: HttpRequest, shifts: QuerySet[Shift]) -> None:
        if employee := self._chosen(request):
            offer = partial(services.offer_shift_to, employees=[employee], now=timezone.now())
            self._each(request, shifts, offer, f"Offered to {employee}")

    @admin.action(description="Withdraw offers", permissions=["change"])
    def withdraw(self, request: HttpRequest, shifts: QuerySet[Shift]) -> None:
        self._each(request, shifts, services.withdraw_offers, "Offers withdrawn")

    @admin.action(description="Assign to the chosen employee", permissions=["change"])
    def assign(self, request: HttpRequest, shifts: QuerySet[Shift]) -> None:
        if employee := self._chosen(request):
            assign = partial(services.assign_shift, employee=employee, now=timezone.now())
            self._each(request, shifts, assign, f"Assigned to {employee}")

    @admin.action(description="Cancel", permissions=["change"])
    def cancel(self, request: HttpRequest, shifts: QuerySet[Shift]) -> None:
        self._each(request, shifts, partial(services.cancel_shift, now=timezone.now()), "Cancelled")

    def _chosen(self, request: HttpRequest) -> Employee | None:
        # Django has checked the action form, and keeps what it made of it to itself.
        employee = Employee.objects.filter(pk=request.POST["employee"] or 0).first()
        if employee is None:
            self.message_user(request, "Choose an employee beside the action.", messages.WARNING)
        return employee

    def _each(self, request: HttpRequest, shifts: QuerySet[Shift], verb: Callable[[Shift], Any], did: str) -> None:
        """Each stands or falls alone; a refusal is shown with the shift it is about."""
        done = 0
        for shift in shifts:
            try:
                verb(shift)
            except DomainError as refusal:
                reasons = ", ".join(refusal.details.get("reasons", []))
                self.message_user(request, f"{shift}: {refusal.message} {reasons}".strip(), messages.ERROR)
            else:
                self.log_change(request, shift, did)
                done += 1
        if done:
            self.message_user(request, f"Done for {done} of {len(shifts)}.")


class HeldInline(TabularInline):
    model = HeldQualification
    extra = 0


class AvailabilityInline(TabularInline):
    model = Availability
    extra = 0


class LeaveInline(TabularInline):
    model = Leave
    extra = 0


@admin.register(Employee)
class EmployeeAdmin(ModelAdmin):
    list_display = ["id", "user", "type", "seniority", "is_active"]
    list_filter = ["type", "is_active"]
    list_select_related = ["user"]
    search_fields = ["=id", "user__full_name", "user__email"]
    ordering = ["id"]
    autocomplete_fields = ["user"]
    inlines = [HeldInline, AvailabilityInline, LeaveInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Employee | None = None) -> list[str]:
        return ["id", "user"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Employee | None = None) -> bool:
        return False  # what she worked stays; she is made inactive


@admin.register(Qualification)
class QualificationAdmin(ModelAdmin):
    list_display = ["code", "title"]
    search_fields = ["code", "title"]
