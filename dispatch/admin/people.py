from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from core.admin import ModelAdmin, ReadOnly, ServiceAdmin
from core.counting import related_count
from dispatch.models import Block, DamageReport, EstimateRequest, Professional, Skill
from dispatch.services import professionals
from notifications.admin.base import USER_SEARCH, by_person


@admin.register(Professional)
class ProfessionalAdmin(ServiceAdmin):
    list_display = [
        "business_name", "user", "is_approved", "is_available", "standing", "rating", "rating_count", "unanswered",
        "most_open", "radius_km", "zone",
    ]  # fmt: skip
    list_filter = ["is_approved", "is_available", "skills"]
    list_select_related = ["user"]
    search_fields = ["business_name", *USER_SEARCH]
    ordering = ["-created_at", "user"]
    show_full_result_count = False
    autocomplete_fields = ["user"]
    readonly_fields = ["standing", "rating", "rating_count", "created_at"]
    actions = ["approve", "make_available", "make_unavailable"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Professional]:
        unanswered = EstimateRequest.objects.filter(status__in=EstimateRequest.UNANSWERED)
        return super().get_queryset(request).annotate(unanswered=related_count(unanswered, "professional"))

    @admin.display(ordering="unanswered")
    def unanswered(self, professional: Any) -> int:
        return professional.unanswered

    def get_readonly_fields(self, request: HttpRequest, obj: Professional | None = None) -> list[str]:
        return ["user", *self.readonly_fields] if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Professional | None = None) -> bool:
        return False  # estimates and reviews point at her; she is made unavailable, or no longer approved

    def save_model(self, request: HttpRequest, obj: Professional, form: ModelForm, change: bool) -> None:
        """Only what was changed is written: what she did meanwhile stays."""
        if change:
            professionals.revise_profile(obj, **{name: form.cleaned_data[name] for name in form.changed_data})
        else:
            obj.pk = professionals.reconsider(professionals.apply(**form.cleaned_data)).pk

    @admin.action(description="Approve", permissions=["change"])
    def approve(self, request: HttpRequest, chosen: QuerySet[Professional]) -> None:
        self._each(request, chosen, professionals.approve, "Approved")

    @admin.action(description="Make available", permissions=["change"])
    def make_available(self, request: HttpRequest, chosen: QuerySet[Professional]) -> None:
        self._each(request, chosen, partial(professionals.set_availability, is_available=True), "Made available")

    @admin.action(description="Make unavailable", permissions=["change"])
    def make_unavailable(self, request: HttpRequest, chosen: QuerySet[Professional]) -> None:
        self._each(request, chosen, partial(professionals.set_availability, is_available=False), "Made unavailable")

    def _each(
        self,
        request: HttpRequest,
        chosen: QuerySet[Professional],
        verb: Callable[[Professional], object],
        done: str,
    ) -> None:
        for professional in chosen:
            verb(professional)
            self.log_change(request, professional, done)
        self.message_user(request, f"{done} ({len(chosen)}).")


@admin.register(Skill)
class SkillAdmin(ModelAdmin):
    list_display = ["code", "title"]
    search_fields = ["code", "title"]
    ordering = ["code"]

    def get_readonly_fields(self, request: HttpRequest, obj: Skill | None = None) -> list[str]:
        return ["code"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Skill | None = None) -> bool:
        """One that nobody has and nothing needs."""
        may = super().has_delete_permission(request, obj)
        return (
            may
            and obj is not None
            and not (obj.professionals.exists() or DamageReport.objects.filter(skills=obj).exists())
        )


@admin.register(Block)
class BlockAdmin(ReadOnly):
    list_display = ["blocker", "blocked", "created_at"]
    list_select_related = ["blocker", "blocked"]
    search_fields = by_person("blocker", "blocked")
    ordering = ["-created_at"]
