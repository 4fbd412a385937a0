"""The dashboard of bookings: how they go, of all providers or of one, and on what somebody is to act."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from bookings import auditing, boards
from bookings.errors import NoSuchProvider, NoSuchSlot
from bookings.models import Provider, ProviderStats, Reservation, Slot
from bookings.operators import acting, charts, figures
from bookings.operators.acting import Now
from bookings.operators.figures import Day, Fates
from bookings.operators.heat import heat
from bookings.operators.scope import BookingFilters, Chosen, Scope, listed, scope
from bookings.services import providers
from core.dashboards import Button, Dashboard, Figure, Summary, Table
from core.ids import uuid_or_none
from core.money import formatted, to_major
from core.templatetags.figures import duration, share, whole
from payments.backlog import backlogs

FIRST = 12
MAY_LOOK = "bookings.view_reservation"
MAY_OPERATE = "bookings.change_reservation"
MAY_APPROVE = "bookings.change_provider"

ALL: Mapping[str, Any] = {}
Status = Reservation.Status

Days = Mapping[str, Mapping[date, Day]]


def shown(chosen: Chosen, now: datetime) -> dict[str, Any]:
    about = scope(chosen, now)
    fates, days = figures.fates(about), figures.days(about)
    busiest = figures.busiest(about, FIRST)
    near = Q(provider__in=[one.provider for one in busiest])
    return {
        "scope": about,
        "cards": [*_cards(acting.as_of(now, about.of_provider), about), *_rates(fates, about), *_revenue(days)],
        "statuses": charts.statuses(fates, about),
        "made": charts.made(days, about),
        "utilisation": charts.utilisation(days, about),
        "revenues": charts.revenues(days, about),
        "heat": heat(about.provider, about.span) if about.provider else None,
        "busiest": [(one, formatted(one.revenue, one.provider.currency)) for one in busiest],
        "unapproved": acting.unapproved()[:FIRST],
        "waitlists": acting.longest_waitlists(about.of_provider),
        "backlogs": backlogs(now),
        "failed_renewals": acting.failed_renewals(about.of_provider),
        "drifting": acting.drifting_slots(now, near),
    }


def summary(now: datetime) -> list[Figure]:
    current = acting.as_of(now)
    return [_confirmed(current), _held(current), _renewals(current), _to_approve()]


def reservation_rows(chosen: Chosen, now: datetime) -> Iterator[Sequence[Any]]:
    rows = figures.reservations(scope(chosen, now)).order_by("start_at", "pk")
    for one in rows.iterator(chunk_size=1000):
        yield (
            one.pk, one.provider_name, one.service_name, one.start_at, one.end_at, one.seats, one.status,
            one.payment_status, to_major(one.price, one.currency), one.currency, one.created_at, one.cancelled_by,
        )  # fmt: skip


def day_rows(chosen: Chosen, now: datetime) -> Iterator[Sequence[Any]]:
    rows = figures.counted_days(scope(chosen, now)).select_related("provider").order_by("date", "provider")
    for one in rows.iterator(chunk_size=1000):
        money = to_major(one.revenue, one.provider.currency)
        yield (
            one.date, one.provider.business_name, one.created, money, one.provider.currency, one.used_minutes,
            one.offered_minutes,
        )  # fmt: skip


def provider_rows(chosen: Chosen, now: datetime) -> Iterator[Sequence[Any]]:
    kept = ProviderStats.objects.filter(scope(chosen, now).of_provider).select_related("provider")
    for one in kept.order_by("-total_reservations", "pk").iterator(chunk_size=1000):
        provider = one.provider
        yield (
            provider.pk, provider.business_name, provider.is_open, one.total_reservations, one.pending_reservations,
            one.confirmed_reservations, one.cancelled_reservations, one.active_subscriptions,
            to_major(one.revenue, provider.currency), provider.currency, one.last_reservation_at,
        )  # fmt: skip


def count_anew(key: str, by: Any, now: datetime) -> Slot:
    found = Slot.objects.filter(pk=uuid_or_none(key)).first()
    if found is None:
        raise NoSuchSlot("There is no such slot.")
    auditing.repair_slot(found.pk)
    return found


def approve(key: str, by: Any, now: datetime) -> Provider:
    found = Provider.objects.filter(pk=uuid_or_none(key)).first()
    if found is None:
        raise NoSuchProvider
    return providers.approve(found)


def _cards(current: Now, about: Scope) -> list[Figure]:
    return [
        _confirmed(current, about.of_link),
        _held(current, about.of_link),
        _lapsed(current, about),
        Figure("On waitlists", whole(current.waiting), "waiting, or with an offer", link=listed("waitlistentry")),
        _subscriptions(current, about.of_link),
        _renewals(current, about.of_link),
        _late(current),
        _to_approve(),
    ]


def _confirmed(current: Now, of: Mapping[str, Any] = ALL) -> Figure:
    link = listed("reservation", status__exact="confirmed", **of)
    return Figure("Confirmed", whole(current.confirmed), "now and to come", link=link)


def _held(current: Now, of: Mapping[str, Any] = ALL) -> Figure:
    link = listed("reservation", status__exact="pending", **of)
    return Figure("Held", whole(current.held), "until they are paid for or lapse", link=link)


def _lapsed(current: Now, about: Scope) -> Figure:
    oldest = current.oldest_lapsed_at
    hint = "nothing is left over"
    if oldest is not None:
        hint = f"the oldest {duration((about.now - oldest).total_seconds())} ago; their seats are free"
    is_late = oldest is not None and about.now - oldest > acting.LATE
    link = listed("reservation", status__exact="pending", hold_expires_at__lte=about.now.isoformat(), **about.of_link)
    return Figure("Lapsed, not swept", whole(current.lapsed), hint, is_alarm=is_late, link=link)


def _subscriptions(current: Now, of: Mapping[str, Any]) -> Figure:
    link = listed("subscription", status__exact="active", **of)
    hint = f"active; {whole(current.subscriptions['pending'])} not paid for yet"
    return Figure("Subscriptions", whole(current.subscriptions["active"]), hint, link=link)


def _renewals(current: Now, of: Mapping[str, Any] = ALL) -> Figure:
    failed = current.subscriptions["payment_failed"]
    link = listed("subscription", status__exact="payment_failed", **of)
    return Figure("Renewals failed", whole(failed), "tried again for five days", is_alarm=failed > 0, link=link)


def _late(current: Now) -> Figure:
    count = current.unended + current.unreminded
    hint = f"{whole(current.unended)} not completed, {whole(current.unreminded)} not reminded"
    return Figure("Overdue", whole(count), hint, is_alarm=count > 0)


def _to_approve() -> Figure:
    link = listed("provider", is_approved__exact=0, is_active__exact=1)
    return Figure("To be approved", whole(acting.unapproved().count()), "providers that wait for us", link=link)


def _rates(fates: Fates, about: Scope) -> list[Figure]:
    cancelled, missed = fates.count(Status.CANCELLED), fates.count(Status.NO_SHOW)
    return [
        Figure(
            "Cancelled",
            share(fates.cancellation_rate),
            f"{whole(cancelled)} of those that begin in this time",
            link=listed("reservation", status__exact="cancelled", **about.of_link),
        ),
        Figure(
            "Nobody came",
            share(fates.no_show_rate),
            f"{whole(missed)} of those that are over",
            link=listed("reservation", status__exact="no_show", **about.of_link),
        ),
    ]


def _revenue(days: Days) -> list[Figure]:
    """Of each currency: they are never added."""
    sums = {currency: sum(day.revenue for day in of_currency.values()) for currency, of_currency in days.items()}
    first = sorted(sums, key=lambda currency: (-len(days[currency]), currency))[: charts.MOST_CURRENCIES]
    return [Figure("Revenue", formatted(sums[currency], currency), "of the days that are over") for currency in first]


DASHBOARD = Dashboard(
    title="Bookings",
    icon="calendar_month",
    template="admin/bookings/dashboard.html",
    permission=MAY_LOOK,
    figures=shown,
    board=boards.OVERVIEW,
    filters=BookingFilters,
    tables={
        "reservations": Table(
            [
                "Reservation", "Provider", "Service", "Begins", "Ends", "Seats", "Status", "Payment", "Price",
                "Currency", "Made", "Cancelled by",
            ],
            reservation_rows,
        ),
        "days": Table(
            ["Day", "Provider", "Made", "Revenue", "Currency", "Seat minutes used", "Seat minutes offered"], day_rows
        ),
        "providers": Table(
            [
                "Provider", "Name", "Open", "Reservations", "Held", "Confirmed", "Cancelled", "Subscriptions",
                "Revenue", "Currency", "Last booked",
            ],
            provider_rows,
        ),
    },
    buttons={
        "recount": Button("Counted anew", MAY_OPERATE, count_anew),
        "approve": Button("Approved", MAY_APPROVE, approve),
    },
)  # fmt: skip
SUMMARY = Summary("Bookings", "calendar_month", MAY_LOOK, summary)
