"""What is only looked at."""

from django.contrib import admin

from bookings.admin.shown import BY_ID_OR_PEOPLE, BY_PROVIDER
from bookings.models import ProviderDay, Review, WaitlistEntry
from core.admin import ReadOnly
from core.money import formatted


class Rows(ReadOnly):
    show_full_result_count = False


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(Rows):
    list_display = ["user", "service", "start_at", "seats", "status", "reservation", "created_at"]
    list_filter = ["status", "slot__start_at", "created_at"]
    list_select_related = ["user", "slot__service__provider", "reservation"]
    search_fields = [*BY_ID_OR_PEOPLE, "slot__service__name"]
    ordering = ["-pk"]

    @admin.display(ordering="slot__service__name")
    def service(self, entry: WaitlistEntry) -> str:
        return str(entry.slot.service)

    @admin.display(ordering="slot__start_at")
    def start_at(self, entry: WaitlistEntry) -> object:
        return entry.slot.start_at


@admin.register(Review)
class ReviewAdmin(Rows):
    list_display = ["reservation", "provider", "rating", "comment", "created_at"]
    list_filter = ["rating", "created_at"]
    list_select_related = ["reservation", "provider"]
    search_fields = ["reservation__id__endswith", *BY_PROVIDER]
    ordering = ["-pk"]


@admin.register(ProviderDay)
class ProviderDayAdmin(Rows):
    list_display = ["provider", "date", "created", "taken", "offered_minutes", "used_minutes"]
    list_filter = ["date"]
    list_select_related = ["provider"]
    search_fields = BY_PROVIDER
    ordering = ["-date", "provider"]

    @admin.display(description="revenue", ordering="revenue")
    def taken(self, day: ProviderDay) -> str:
        return formatted(day.revenue, day.provider.currency)
