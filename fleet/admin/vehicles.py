from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core.admin import SHOWN, FirstInline, ServiceAdmin
from fleet.admin.lists import DepartmentFilter
from fleet.models import Sanction, Vehicle, VehicleLog, Violation
from fleet.plates import is_plate, key_of, spelled
from fleet.services import registry

OWNER = [
    "owner_name", "school_id", "department", "academic_year", "semester", "year_level", "block", "gender", "contact",
    "purok", "barangay", "city", "province",
]  # fmt: skip
PAPERS = ["license_number", "or_number", "cr_number", "registration_valid_from", "registration_valid_until"]


class VehicleForm(forms.ModelForm):
    def clean_plate_number(self) -> str:
        plate = spelled(self.cleaned_data["plate_number"])
        if not is_plate(plate):
            raise ValidationError("At least three letters or digits; nothing else but spaces and dashes.")
        if self.instance.plate and key_of(plate) != self.instance.plate:
            raise ValidationError("Another plate is another vehicle: register that.")
        if not self.instance.plate and Vehicle.objects.filter(plate=key_of(plate)).exists():
            raise ValidationError("Another vehicle has this plate.")
        return plate

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        since, until = facts.get("registration_valid_from"), facts.get("registration_valid_until")
        if since and until and until < since:
            self.add_error("registration_valid_until", "It would end before it begins.")
        return facts


class NewestInline(FirstInline):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("vehicle")


class ViolationRows(NewestInline):
    model = Violation
    verbose_name_plural = f"violations: the newest {SHOWN}"
    fields = ["type", "note", "status", "reported_at", "reviewed_at"]
    ordering = ["-reported_at", "-pk"]
    show_change_link = True


class SanctionRows(NewestInline):
    model = Sanction
    fields = ["type", "offense_number", "status", "start_at", "end_at", "lifted_at"]
    ordering = ["-start_at", "-pk"]
    show_change_link = True


class LogRows(NewestInline):
    model = VehicleLog
    verbose_name_plural = f"logs: the newest {SHOWN}"
    fields = ["department", "in_at", "out_at", "is_open"]
    ordering = ["-at"]


@admin.register(Vehicle)
class VehicleAdmin(ServiceAdmin):
    form = VehicleForm
    list_display = [
        "plate_number", "owner_name", "school_id", "department", "vehicle_type", "status", "status_at",
        "registration_status", "registration_valid_until",
    ]  # fmt: skip
    list_filter = [
        "status", "registration_status", "vehicle_type", DepartmentFilter, "year_level", "registration_valid_until",
        "created_at",
    ]  # fmt: skip
    search_fields = ["id__endswith", "plate", "plate_number", "school_id", "owner_name", "vehicle_model"]
    search_help_text = "A plate, a school id, an owner or a model"
    ordering = ["plate"]
    readonly_fields = ["registration_status", "status", "status_at", "created_at"]
    fieldsets = [
        (None, {"fields": ["plate_number", "vehicle_type", "vehicle_model", "vehicle_color"]}),
        ("Owner", {"fields": OWNER}),
        ("Papers", {"fields": PAPERS}),
        ("What follows", {"fields": readonly_fields}),
    ]
    inlines = [SanctionRows, ViolationRows, LogRows]

    def get_inlines(self, request: HttpRequest, obj: Vehicle | None) -> list[type[Any]]:
        return self.inlines if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Vehicle | None = None) -> bool:
        return False  # logs, violations and sanctions point at it

    def save_model(self, request: HttpRequest, obj: Vehicle, form: forms.ModelForm, change: bool) -> None:
        """Only what was changed is written: what others did meanwhile stays."""
        now = timezone.now()
        if change:
            registry.revise_vehicle(obj, now=now, **{name: form.cleaned_data[name] for name in form.changed_data})
        else:
            obj.pk = registry.register_vehicle(now=now, **form.cleaned_data).pk
