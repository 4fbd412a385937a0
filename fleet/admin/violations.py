from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, reverse
from django.utils import timezone

from accounts.models import User
from core.admin import Operated
from fleet.admin import pages
from fleet.admin.rows import StrangerFilter
from fleet.models import Violation
from fleet.services import sanctions, violations

Decision = Callable[..., object]  # (violation_id, *, by: User, now: datetime)


@admin.register(Violation)
class ViolationAdmin(Operated):
    list_display = [
        "__str__", "vehicle", "owner", "department", "status", "reported_at", "reported_by", "reviewed_by",
        "reviewed_at",
    ]  # fmt: skip
    list_filter = ["status", "type", StrangerFilter, "reported_at", "reviewed_at"]
    list_select_related = ["vehicle", "reported_by", "reviewed_by"]
    search_fields = ["id__endswith", "plate", "vehicle__owner_name", "vehicle__school_id"]
    search_help_text = "A plate, an owner or a school id, the id of a violation or the end of it"
    ordering = ["-reported_at", "-pk"]
    sortable_by = ["reported_at"]
    fields = [
        "status", "type", "note", "plate", "vehicle", "department", "reported_at", "reported_by", "source",
        "created_at", "reviewed_by", "reviewed_at",
    ]  # fmt: skip
    readonly_fields = ["created_at"]
    actions = ["confirm", "confirm_and_sanction", "sanction", "dismiss"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Violation]:
        return super().get_queryset(request).select_related("vehicle", "reported_by", "reviewed_by")

    @admin.display
    def owner(self, violation: Violation) -> str:
        return violation.vehicle.owner_name if violation.vehicle else ""

    @admin.action(description="Confirm", permissions=["operate"])
    def confirm(self, request: HttpRequest, chosen: Any) -> None:
        self._decide(request, chosen, violations.confirm_violation, "Confirmed")

    @admin.action(description="Confirm and sanction", permissions=["operate"])
    def confirm_and_sanction(self, request: HttpRequest, chosen: Any) -> None:
        self._decide(request, chosen, sanctions.confirm_and_sanction, "Sanctioned")

    @admin.action(description="Sanction what is confirmed", permissions=["operate"])
    def sanction(self, request: HttpRequest, chosen: Any) -> None:
        self._decide(request, chosen, sanctions.sanction_violation, "Sanctioned")

    @admin.action(description="Dismiss", permissions=["operate"])
    def dismiss(self, request: HttpRequest, chosen: Any) -> None:
        self._decide(request, chosen, violations.dismiss_violation, "Dismissed")

    def get_urls(self) -> list[URLPattern]:
        buttons = {
            "confirm": self.confirm,
            "confirm_and_sanction": self.confirm_and_sanction,
            "sanction": self.sanction,
            "dismiss": self.dismiss,
        }
        return [
            *(self.button(f"<uuid:pk>/{name}/", _on_one(press), name) for name, press in buttons.items()),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        violation = self.get_object(request, object_id)
        is_shown = violation is not None and self.has_view_permission(request, violation)
        shown = pages.of_violation(request, violation) if is_shown else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})

    def _decide(self, request: HttpRequest, chosen: Any, decision: Decision, done: str) -> None:
        """The oldest first: of several of one vehicle, the first is the first offense."""
        by: User = request.user
        now: datetime = timezone.now()
        ones = sorted(chosen, key=lambda one: (one.reported_at, one.pk))
        self.press(request, ones, lambda one: decision(one.pk, by=by, now=now), done)


def _on_one(press: Callable[[HttpRequest, Any], None]) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, pk: Any) -> HttpResponse:
        press(request, [get_object_or_404(Violation, pk=pk)])
        return HttpResponseRedirect(reverse("admin:fleet_violation_change", args=[pk]))

    return view
