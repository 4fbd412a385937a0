"""The dashboard of the fleet: who is here, what passed the gates, and what is to be decided."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget

from core.dashboards import Bar, Button, Chart, Dashboard, Figure, Filters, Series, Summary, Table, bars
from core.ids import uuid_or_none
from core.templatetags.figures import duration, whole
from fleet import figures as counting
from fleet import freshness, ranges, selectors
from fleet.figures import Movements
from fleet.models import Sanction, Violation
from fleet.operators import gates
from fleet.ranges import Bucket, Days, Grouping, usual_grouping, within
from fleet.services import sanctions, violations

MAY_LOOK = "fleet.view_violation"
MAY_DECIDE = "fleet.change_violation"
MAY_LIFT = "fleet.change_sanction"
FIRST = 12
RANGES = {
    "today": "Today",
    "yesterday": "Yesterday",
    "7d": "7 days",
    "30d": "30 days",
    "week": "This week",
    "month": "This month",
    "year": "This year",
}
TONES = {
    Violation.Status.PENDING: "waiting",
    Violation.Status.CONFIRMED: "primary",
    Violation.Status.SANCTIONED: "bad",
    Violation.Status.DISMISSED: "quiet",
}


class FleetFilters(Filters):
    """Local days of the campus."""

    range = forms.ChoiceField(
        label="Days", choices=list(RANGES.items()), initial=ranges.DEFAULT, widget=UnfoldAdminSelectWidget
    )


def figures(chosen: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    days = _days(chosen, now)
    grouping = usual_grouping(days)
    counts = counting.summary(days)
    moved = counting.movements(days, grouping)
    devices = gates.devices(now)
    return {
        "cards": [*_cards_of_now(devices, now), *_cards(counts), *_cards_of_what_ends(now)],
        "movements": _movements_chart(moved),
        "hours": _hours_chart(days.last),
        "states": _states_chart(moved, days, grouping),
        "types": bars({(name,): count for name, count in counts.types}, links=_links(counts.types)),
        "departments": bars({(name,): count for name, count in counts.department_violations}),
        "queue": gates.queue()[:FIRST],
        "devices": devices,
        "strangers": _strangers(days.last),
        "suspensions": gates.sanctions_running()[:FIRST],
        "days": days,
    }


def summary(now: datetime) -> list[Figure]:
    return _cards_of_now(gates.devices(now), now)


def day_rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    days = _days(chosen, now)
    reported = gates.violations_by_state(days, Grouping.DAY)
    for key, (bucket, moved) in counting.movements(days, Grouping.DAY).items():
        yield bucket.date, moved.entries, moved.exits, *(reported[key][status] for status in Violation.Status.values)


def violation_rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    """Of these days, the newest first. Index: violations_newest_first."""
    found = selectors.violations().filter(within("reported_at", _days(chosen, now)))
    for one in found.iterator():
        yield one.pk, one.reported_at, one.label, one.status, one.plate_number, one.department, one.reviewed_at


def stranger_rows(chosen: Mapping[str, Any], now: datetime) -> Iterator[Sequence[Any]]:
    for one in gates.strangers_on(_days(chosen, now).last).iterator():
        yield one["plate"], one["times"], one["last_at"]


def confirm(key: str, by: Any, now: datetime) -> Violation:
    return violations.confirm_violation(uuid_or_none(key), by=by, now=now)


def confirm_and_sanction(key: str, by: Any, now: datetime) -> Violation:
    return sanctions.confirm_and_sanction(uuid_or_none(key), by=by, now=now).violation


def dismiss(key: str, by: Any, now: datetime) -> Violation:
    return violations.dismiss_violation(uuid_or_none(key), by=by, now=now)


def lift(key: str, by: Any, now: datetime) -> Sanction:
    return sanctions.lift_sanction(uuid_or_none(key), by=by, now=now)


def _days(chosen: Mapping[str, Any], now: datetime) -> Days:
    return ranges.named(chosen["range"], now)


def _cards(counts: counting.Summary) -> list[Figure]:
    trend = "as many days before had none" if counts.trend is None else f"{counts.trend:+.1f} % against the days before"
    return [
        Figure("Entries", whole(counts.movements.entries), "in these days", link=_list("vehiclelog")),
        Figure("Exits", whole(counts.movements.exits), "in these days", link=_list("vehiclelog")),
        Figure("Violations", whole(counts.total_violations), trend, link=_list("violation")),
    ]


def _cards_of_now(devices: Sequence[gates.Device], now: datetime) -> list[Figure]:
    reviews, newest = gates.reviews(), gates.newest_scan_at()
    silent = sum(one.is_silent for one in devices)
    return [
        Figure("On the campus", whole(gates.onsite()), "now", link=_list("vehicle", "status__exact=onsite")),
        Figure(
            "To be reviewed",
            whole(reviews.pending),
            f"the oldest for {duration(reviews.age(now))}" if reviews.pending else "nothing waits",
            link=_list("violation", "status__exact=pending"),
        ),
        Figure(
            "Newest scan",
            duration((now - newest).total_seconds() if newest else None),
            "ago" if newest else "none has come yet",
            link=_list("scan"),
        ),
        Figure(
            "Devices",
            whole(len(devices)),
            f"{whole(silent)} not heard of for an hour" if silent else "none is silent",
            is_alarm=silent > 0,
            link=reverse("admin:accounts_apikey_changelist"),
        ),
    ]


def _cards_of_what_ends(now: datetime) -> list[Figure]:
    strangers, overdue = gates.strangers(), gates.overdue(now)
    return [
        Figure(
            "Strangers",
            f"{whole(strangers)}{' or more' if strangers >= gates.MANY else ''}",
            "plates that nobody has registered",
            link=_list("scan", "plate_is=unknown"),
        ),
        Figure(
            "Registrations ending",
            whole(gates.registrations_ending(now)),
            f"within {gates.SOON.days} days",
            link=_list("vehicle", "registration_status__exact=active"),
        ),
        Figure("Overdue", whole(overdue), "suspensions and registrations that should have ended", is_alarm=overdue > 0),
    ]


def _movements_chart(moved: Mapping[str, tuple[Bucket, Movements]]) -> Chart:
    return Chart(
        "movements",
        "Entries and exits",
        [bucket.category for bucket, _ in moved.values()],
        [
            Series("entries", [one.entries for _, one in moved.values()], "good"),
            Series("exits", [one.exits for _, one in moved.values()], "primary"),
        ],
    )


def _hours_chart(day: date) -> Chart:
    hours = gates.hours_of(day)
    return Chart(
        "hours",
        f"Scans by the hour, {day:%a} {day.day} {day:%b}",
        [f"{hour:02}" for hour in range(len(hours))],
        [
            Series("in", [hour.entries for hour in hours], "good"),
            Series("out", [hour.exits for hour in hours], "primary"),
            Series("strangers", [hour.strangers for hour in hours], "waiting"),
        ],
        is_stacked=True,
    )


def _states_chart(moved: Mapping[str, tuple[Bucket, Movements]], days: Days, grouping: Grouping) -> Chart:
    reported = gates.violations_by_state(days, grouping)
    return Chart(
        "states",
        "Violations, by what became of them",
        [bucket.category for bucket, _ in moved.values()],
        [Series(status.value, [reported[key][status] for key in moved], tone) for status, tone in TONES.items()],
        is_stacked=True,
    )


def _strangers(day: date) -> list[Bar]:
    seen = gates.strangers_on(day)[:FIRST]
    return bars(
        {(one["plate"],): one["times"] for one in seen},
        links={(one["plate"],): f"{reverse('admin:fleet_vehicle_add')}?plate_number={one['plate']}" for one in seen},
    )


def _links(types: Sequence[tuple[str, int]]) -> dict[tuple[str, ...], str]:
    return {(name,): _list("violation", f"type__exact={name}") for name, _ in types}


def _list(model: str, query: str = "") -> str:
    address = reverse(f"admin:fleet_{model}_changelist")
    return f"{address}?{query}" if query else address


DASHBOARD = Dashboard(
    title="Fleet",
    icon="local_shipping",
    template="admin/fleet/dashboard.html",
    permission=MAY_LOOK,
    figures=figures,
    board=freshness.SUMMARY,
    filters=FleetFilters,
    tables={
        "days": Table(["Day", "Entries", "Exits", *(status.label for status in Violation.Status)], day_rows),
        "violations": Table(
            ["Violation", "Reported", "Type", "State", "Plate", "Department", "Reviewed"], violation_rows
        ),
        "strangers": Table(["Plate", "Times", "Last seen"], stranger_rows),
    },
    buttons={
        "confirm": Button("Confirmed", MAY_DECIDE, confirm),
        "confirm_and_sanction": Button("Sanctioned", MAY_DECIDE, confirm_and_sanction),
        "dismiss": Button("Dismissed", MAY_DECIDE, dismiss),
        "lift": Button("Lifted", MAY_LIFT, lift),
    },
)
SUMMARY = Summary("Fleet", "local_shipping", MAY_LOOK, summary)
