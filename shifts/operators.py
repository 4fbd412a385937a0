"""The dashboard of shifts: how well they are covered, what is still open, and what can be done about it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget

from core.clocks import DAY
from core.dashboards import Bar, Button, Chart, Dashboard, Figure, Filters, Series, Summary, Table, bars, days, period
from core.templatetags.figures import duration, share, whole
from shifts import analytics, boards, selectors, services
from shifts.analytics import Coverage
from shifts.models import Shift, ShiftOffer

AHEAD = timedelta(days=7)
SOON = 2 * DAY
FIRST = 12
MAY_LOOK = "shifts.view_shift"
MAY_OPERATE = "shifts.change_shift"


def locations() -> list[tuple[str, str]]:
    names = Shift.objects.exclude(location_name="").order_by("location_name").values_list("location_name", flat=True)
    return [("", "All locations"), *((name, name) for name in names.distinct())]


class ShiftFilters(Filters):
    period = period(7, 28, 90, initial=28)
    location = forms.ChoiceField(choices=locations, required=False, widget=UnfoldAdminSelectWidget)


def figures(chosen: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    since, until, location = now - chosen["period"], now + AHEAD, chosen["location"]
    coverage = analytics.coverage(since, until, now, location=location)
    by_day = analytics.by_day(since, until, location=location)
    shown = [(day, by_day.get(day, analytics.Day())) for day in days(since, until)]
    return {
        "cards": _cards(coverage),
        "coverage": _coverage_chart(shown),
        "waits": _waits_chart(shown),
        "answers": _answers(since, until, location),
        "open": open_shifts(now, location)[:FIRST],
        "soon": now + SOON,
    }


def open_shifts(now: datetime, location: str = "") -> QuerySet[Shift]:
    """What begins first comes first."""
    shifts = Shift.objects.open().filter(start_at__gt=now).order_by("start_at", "pk")
    pending = Count("offers", filter=Q(offers__status=ShiftOffer.Status.PENDING))
    shown = shifts.filter(location_name=location) if location else shifts
    return shown.annotate(asked=Count("offers"), waiting=pending)


def summary(now: datetime) -> list[Figure]:
    coverage = analytics.coverage(now - boards.SPAN, now + boards.SPAN, now)
    pressing = Shift.objects.open().filter(start_at__gt=now, start_at__lt=now + SOON).count()
    return [
        Figure("Fill rate", share(coverage.fill_rate), f"of {boards.SPAN.days} days"),
        Figure("Open", whole(coverage.by_status["open"]), "nobody has taken them yet", link=_list("open")),
        Figure("Begin within two days", whole(pressing), "and are still open", is_alarm=pressing > 0),
        Figure("Offers out", whole(coverage.offers_pending), "wait for an answer"),
    ]


def open_rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    for shift in open_shifts(now, chosen["location"]).iterator():
        yield shift.pk, shift.start_at, shift.end_at, shift.location_name, shift.client_name, shift.asked, shift.waiting


def day_rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    found = analytics.by_day(now - chosen["period"], now + AHEAD, location=chosen["location"])
    for day, one in sorted(found.items()):
        yield day, one.filled, one.unfilled, one.open, one.time_to_fill_s


def offer(key: str, by: Any, now: datetime) -> Shift:
    return services.offer_shift(selectors.shift(int(key)), now=now)


def withdraw(key: str, by: Any, now: datetime) -> Shift:
    return services.withdraw_offers(selectors.shift(int(key)))


def _cards(coverage: Coverage) -> list[Figure]:
    counts = coverage.by_status
    return [
        Figure("Fill rate", share(coverage.fill_rate), "of those that have begun"),
        Figure("Time to fill", duration(coverage.time_to_fill_s), "from the offer to a yes: the median"),
        Figure("Acceptance", share(coverage.acceptance_rate), "of the offers that were answered, or lapsed"),
        Figure("Open", whole(counts["open"]), "nobody has taken them yet", link=_list("open")),
        Figure("Offers out", whole(coverage.offers_pending), "wait for an answer"),
        Figure("Assigned", whole(counts["assigned"]), "somebody will work them", link=_list("assigned")),
        Figure("Unfilled", whole(counts["unfilled"]), "began without anybody", link=_list("unfilled")),
        Figure("Drafts", whole(counts["draft"]), "not offered yet", link=_list("draft")),
    ]


def _coverage_chart(shown: Sequence[tuple[date, analytics.Day]]) -> Chart:
    return Chart(
        "coverage",
        "Shifts by the day they begin",
        [_label(day) for day, _ in shown],
        [
            Series("filled", [one.filled for _, one in shown], "good"),
            Series("open", [one.open for _, one in shown], "waiting"),
            Series("unfilled", [one.unfilled for _, one in shown], "bad"),
        ],
        is_stacked=True,
    )


def _waits_chart(shown: Sequence[tuple[date, analytics.Day]]) -> Chart:
    minutes = [one.time_to_fill_s / 60 if one.time_to_fill_s is not None else None for _, one in shown]
    labels = [_label(day) for day, _ in shown]
    return Chart("waits", "Time to fill", labels, [Series("median", minutes)], type="line", unit="minutes")


def _answers(since: datetime, until: datetime, location: str) -> list[Bar]:
    offers = ShiftOffer.objects.filter(shift__start_at__gte=since, shift__start_at__lt=until)
    if location:
        offers = offers.filter(shift__location_name=location)
    counted = offers.order_by().values_list("status").annotate(count=Count("pk"))
    return bars({(status,): count for status, count in counted})


def _list(status: str) -> str:
    return f"{reverse('admin:shifts_shift_changelist')}?status__exact={status}"


def _label(day: date) -> str:
    return f"{day.day} {day:%b}"


DASHBOARD = Dashboard(
    title="Shifts",
    icon="badge",
    template="admin/shifts/dashboard.html",
    permission=MAY_LOOK,
    figures=figures,
    board=boards.NAME,
    filters=ShiftFilters,
    tables={
        "open": Table(["Shift", "Begins", "Ends", "Location", "Client", "Asked", "Waiting"], open_rows),
        "days": Table(["Day", "Filled", "Unfilled", "Open", "Median seconds to fill"], day_rows),
    },
    buttons={
        "offer": Button("Offered to all who are eligible", MAY_OPERATE, offer),
        "withdraw": Button("Offers withdrawn", MAY_OPERATE, withdraw),
    },
)
SUMMARY = Summary("Shifts", "badge", MAY_LOOK, summary)
