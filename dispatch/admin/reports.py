from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from core.admin import Operated
from dispatch import selectors
from dispatch.admin import pages
from dispatch.admin.rows import EstimateInline, PassedOverInline, RequestInline
from dispatch.models import DamageReport
from dispatch.operators.insight import reach_km
from dispatch.services import reports


@admin.register(DamageReport)
class DamageReportAdmin(Operated):
    list_display = [
        "__str__", "distribution", "owner", "priority", "status", "is_overdue", "asked", "estimates", "reach", "wave",
        "look_at", "answer_by",
    ]  # fmt: skip
    list_filter = ["status", "priority", ("overdue_at", admin.EmptyFieldListFilter), "created_at"]
    search_fields = [
        "id__endswith", "vehicle_make", "vehicle_model", "=vehicle_year",
        "owner__email", "owner__phone", "owner__full_name",
    ]  # fmt: skip
    search_help_text = "The id of a report or the end of it, a vehicle; the email, phone number or name of an owner"
    ordering = ["-pk"]
    inlines = [RequestInline, PassedOverInline, EstimateInline]
    actions = ["distribute", "cancel"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DamageReport]:
        return selectors.reports().prefetch_related(None).select_related("owner")

    @admin.display(ordering="professionals_notified")
    def asked(self, report: Any) -> int:
        return report.professionals_notified

    @admin.display(ordering="estimates_submitted")
    def estimates(self, report: Any) -> int:
        return report.estimates_submitted

    @admin.display(description="ring", ordering="ring")
    def reach(self, report: DamageReport) -> str:
        return f"{reach_km(report)} km"

    @admin.display(description="overdue", boolean=True, ordering="overdue_at")
    def is_overdue(self, report: DamageReport) -> bool:
        return report.is_pending and report.overdue_at is not None

    @admin.display(description="")
    def distribution(self, report: DamageReport) -> str:
        return format_html('<a href="{}">Distribution</a>', _page(report.pk))

    @admin.action(description="Distribute now", permissions=["operate"])
    def distribute(self, request: HttpRequest, chosen: QuerySet[DamageReport]) -> None:
        now = timezone.now()
        self.press(request, chosen, lambda report: reports.redistribute(report, now=now), "Distributed anew")

    @admin.action(description="Cancel", permissions=["operate"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[DamageReport]) -> None:
        now = timezone.now()
        self.press(request, chosen, lambda report: reports.cancel_report(report, now=now), "Cancelled")

    def get_urls(self) -> list[URLPattern]:
        looks = {
            "<uuid:report_id>/distribution/": (pages.distribution, "distribution"),
            "<uuid:report_id>/distribution/figures/": (pages.distribution_figures, "distribution_figures"),
        }
        return [
            *(
                path(route, self.admin_site.admin_view(view), name=f"dispatch_{name}")
                for route, (view, name) in looks.items()
            ),
            self.button("<uuid:report_id>/distribute/", self.distribute_one, "distribute"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        report = self.get_object(request, object_id)
        shown = pages.of_report(request, report.pk) if report and self.has_view_permission(request, report) else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})

    def distribute_one(self, request: HttpRequest, report_id: UUID) -> HttpResponse:
        report = get_object_or_404(DamageReport, pk=report_id)
        self.press(request, [report], lambda one: reports.redistribute(one, now=timezone.now()), "Distributed anew")
        return HttpResponseRedirect(_page(report_id))


def _page(report_id: UUID) -> str:
    return reverse("admin:dispatch_distribution", args=[report_id])
