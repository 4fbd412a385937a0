"""What lists of millions of rows have in common: nothing on them asks for all rows."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin import ModelAdmin
from fleet import sources
from fleet.models import Vehicle
from fleet.plates import key_of

FOUND = 200  # vehicles whose rows a search shows


class NamingSources(ChangeList):
    """Rows get a `name_of`, from their sources to what people call them: one query for all rows of a page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        columns: Iterable[str] = self.model_admin.source_columns
        names = sources.names_of(getattr(row, column) for row in self.result_list for column in columns)
        for row in self.result_list:
            row.name_of = names


class OfVehicles(ModelAdmin):
    """A search is for plates, from their beginning."""

    search_fields = ["vehicle__plate"]  # where there are none, Django shows no box
    search_help_text = "The beginning of a plate"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By vehicles that are found first: a join could go through all rows."""
        plate = key_of(search_term)
        return (queryset.filter(vehicle__in=vehicles_with(plate)) if plate else queryset), False


def vehicles_with(plate: str) -> list[UUID]:
    found = Vehicle.objects.filter(plate__startswith=plate).order_by("plate")
    return list(found.values_list("pk", flat=True)[:FOUND])


class DepartmentFilter(admin.SimpleListFilter):
    """Those that vehicles have now."""

    title = "department"
    parameter_name = "department"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        departments = Vehicle.objects.exclude(department="").order_by("department")
        return [(one, one) for one in departments.values_list("department", flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(department=self.value()) if self.value() else queryset
