"""What is only looked at: in lists of its own, and the first of it on the page of a report."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin import SHOWN, FirstInline, ReadOnly
from core.money import formatted
from dispatch.models import Estimate, EstimateRequest, PassedOver, Review
from dispatch.operators.insight import in_words


@admin.display
def reasons(passed_over: PassedOver) -> str:
    return in_words(passed_over.reasons)


@admin.display(ordering="cost")
def price(estimate: Estimate) -> str:
    return formatted(estimate.cost, estimate.currency)


@admin.display(ordering="distance_km")
def distance(request: EstimateRequest) -> str:
    return f"{request.distance_km:.1f} km"


class OfReport(FirstInline):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("professional")


class RequestInline(OfReport):
    model = EstimateRequest
    verbose_name_plural = f"requests: the first {SHOWN}"
    fields = [
        "professional", "status", "wave", distance, "reason",
        "asked_at", "told_at", "prompted_at", "seen_at", "answered_at",
    ]  # fmt: skip
    readonly_fields = [distance]


class PassedOverInline(OfReport):
    model = PassedOver
    verbose_name_plural = f"passed over: the first {SHOWN}"
    fields = ["professional", reasons, "at", "look_again_at"]
    readonly_fields = [reasons]


class EstimateInline(OfReport):
    model = Estimate
    verbose_name_plural = f"estimates: the first {SHOWN}"
    fields = ["professional", price, "lead_time_days", "status", "declined_because", "submitted_at", "decided_at"]
    readonly_fields = [price]


class OfReports(ReadOnly):
    list_select_related = ["report", "professional"]
    search_fields = ["report__id__endswith", "professional__business_name"]
    search_help_text = "The id of a report or the end of it, a name"
    show_full_result_count = False
    ordering = ["-pk"]


@admin.register(EstimateRequest)
class EstimateRequestAdmin(OfReports):
    list_display = [
        "report", "professional", "status", "reason", "wave", distance,
        "asked_at", "told_at", "prompted_at", "seen_at", "answered_at",
    ]  # fmt: skip
    list_filter = ["status", "reason", "asked_at"]


@admin.register(PassedOver)
class PassedOverAdmin(OfReports):
    list_display = ["report", "professional", reasons, "at", "look_again_at"]


@admin.register(Estimate)
class EstimateAdmin(OfReports):
    list_display = [
        "report", "professional", price, "lead_time_days", "status", "declined_because", "deposit", "submitted_at",
        "decided_at",
    ]  # fmt: skip
    list_select_related = [*OfReports.list_select_related, "deposit"]
    list_filter = ["status", "declined_because", "submitted_at"]


@admin.register(Review)
class ReviewAdmin(OfReports):
    list_display = ["report", "professional", "rating", "comment", "created_at"]
    list_filter = ["rating", "created_at"]
