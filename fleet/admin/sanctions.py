from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, reverse
from django.utils import timezone

from core.admin import Operated
from fleet.models import Sanction
from fleet.services import sanctions


@admin.register(Sanction)
class SanctionAdmin(Operated):
    list_display = [
        "vehicle", "type", "offense_number", "status", "start_at", "end_at", "violation", "created_by", "lifted_at",
    ]  # fmt: skip
    list_filter = ["type", "status", "start_at", "end_at"]
    list_select_related = ["vehicle", "violation", "created_by"]
    search_fields = ["id__endswith", "vehicle__plate", "vehicle__plate_number", "vehicle__owner_name"]
    search_help_text = "A plate, an owner, the id of a sanction or the end of it"
    ordering = ["-start_at", "-pk"]
    actions = ["lift"]

    @admin.action(
        description="Lift: the violation is dismissed, the vehicle stands without it", permissions=["operate"]
    )
    def lift(self, request: HttpRequest, chosen: Any) -> None:
        now = timezone.now()
        self.press(request, chosen, lambda one: sanctions.lift_sanction(one.pk, by=request.user, now=now), "Lifted")

    def get_urls(self) -> list[URLPattern]:
        return [self.button("<uuid:sanction_id>/lift/", self.lift_one, "lift"), *super().get_urls()]

    def lift_one(self, request: HttpRequest, sanction_id: Any) -> HttpResponse:
        sanction = get_object_or_404(Sanction.objects.select_related("vehicle"), pk=sanction_id)
        self.lift(request, [sanction])
        return HttpResponseRedirect(reverse("admin:fleet_violation_change", args=[sanction.violation_id]))
