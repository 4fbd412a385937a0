import logging
from datetime import timedelta

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils import timezone

from core import audit
from core.admin import Operated, RecentValuesFilter
from fleet import auditing
from fleet.models import Tally
from fleet.ranges import Days, local_date

logger = logging.getLogger(__name__)

RECENT = timedelta(days=30)


@admin.register(Tally)
class TallyAdmin(Operated):
    list_display = ["day", "measure", "department", "type", "status", "count"]
    list_filter = [("measure", RecentValuesFilter), ("status", RecentValuesFilter), "day"]
    search_fields = ["department", "type"]
    ordering = ["-day", "measure", "department", "type", "status"]
    actions = ["count_days_anew"]

    @admin.action(description="Count the days of these anew", permissions=["operate"])
    def count_days_anew(self, request: HttpRequest, chosen: QuerySet[Tally]) -> None:
        for day in sorted(set(chosen.order_by().values_list("day", flat=True))):
            self._count(request, Days(day, day))

    def get_urls(self) -> list[URLPattern]:
        return [self.button("count/", self.count_anew, "count_anew"), *super().get_urls()]

    def count_anew(self, request: HttpRequest) -> HttpResponse:
        """Not all of history: `manage.py auditfleet` does that, and nobody waits for its page."""
        today = local_date(timezone.now())
        self._count(request, Days(today - RECENT, today))
        return HttpResponseRedirect(reverse("admin:fleet_tally_changelist"))

    def _count(self, request: HttpRequest, days: Days) -> None:
        counted = f"{days.first} to {days.last}" if days.count > 1 else str(days.first)
        wrong = auditing.repair(days)
        audit.record(request.user, "tallies", f"Counted {counted} anew: {len(wrong)} were wrong")
        logger.info("counted_anew", extra={"days": counted, "wrong": len(wrong), "by": str(request.user.pk)})
        if not wrong:
            self.message_user(request, f"{counted}: all is as it should be.")
        for one, by in sorted(wrong.items()):
            what = " · ".join(str(part) for part in one if part)
            self.message_user(request, f"Mended: {what}: {by:+}", messages.WARNING)
