"""What gates and guards saw, and what follows from it: looked at, never changed."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.models import ApiKey
from core.admin import ReadOnly
from fleet import sources
from fleet.admin.lists import DepartmentFilter, NamingSources, OfVehicles, vehicles_with
from fleet.models import Scan, VehicleLog
from fleet.plates import key_of

LATELY = 2000  # scans among which gates are looked for


class GateFilter(admin.SimpleListFilter):
    """Those that anything was heard of lately."""

    title = "gate"
    parameter_name = "gate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        gates = set(Scan.objects.order_by("-pk").values_list("gate", flat=True)[:LATELY])
        return [(gate, gate) for gate in sorted(gates - {""})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Scan]) -> QuerySet[Scan]:
        return queryset.filter(gate=self.value()) if self.value() else queryset


class SourceFilter(admin.SimpleListFilter):
    title = "source"
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        keys = ApiKey.objects.order_by("name", "pk").only("name", "scopes")
        return [("people", "People"), *((key.pk, key.name) for key in keys if "fleet.scans" in key.scopes)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Scan]) -> QuerySet[Scan]:
        if self.value() == "people":
            return queryset.filter(source__startswith=sources.PERSON)
        return queryset.filter(source=self.value()) if self.value() else queryset


class StrangerFilter(admin.SimpleListFilter):
    """Of plates that nobody has registered."""

    title = "plate"
    parameter_name = "plate_is"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("unknown", "Unknown"), ("registered", "Registered")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(vehicle__isnull=self.value() == "unknown") if self.value() else queryset


@admin.register(Scan)
class ScanAdmin(OfVehicles, ReadOnly):
    list_display = ["plate", "vehicle", "direction", "at", "gate", "said_by", "event_id", "received_at"]
    list_filter = [StrangerFilter, "direction", GateFilter, SourceFilter, "at"]
    list_select_related = ["vehicle"]
    ordering = ["-pk"]
    sortable_by = ["at"]
    source_columns = ["source"]

    @admin.display(description="source")
    def said_by(self, scan: Any) -> str:
        return scan.name_of.get(scan.source, scan.source)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[NamingSources]:
        return NamingSources

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Scan], search_term: str
    ) -> tuple[QuerySet[Scan], bool]:
        """Also those of plates that nobody has registered."""
        plate = key_of(search_term)
        if not plate:
            return queryset, False
        strangers = Q(vehicle=None, plate__startswith=plate)
        return queryset.filter(Q(vehicle__in=vehicles_with(plate)) | strangers), False


@admin.register(VehicleLog)
class VehicleLogAdmin(OfVehicles, ReadOnly):
    list_display = ["vehicle", "department", "in_at", "seen_in_by", "out_at", "seen_out_by", "is_open"]
    list_filter = ["is_open", DepartmentFilter, "at"]
    list_select_related = ["vehicle"]
    ordering = ["-at", "-pk"]
    sortable_by: list[str] = []
    source_columns = ["in_by", "out_by"]

    @admin.display(description="seen coming by")
    def seen_in_by(self, log: Any) -> str:
        return log.name_of.get(log.in_by, log.in_by)

    @admin.display(description="seen going by")
    def seen_out_by(self, log: Any) -> str:
        return log.name_of.get(log.out_by, log.out_by)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[NamingSources]:
        return NamingSources
