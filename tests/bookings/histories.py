"""Any history of a provider, as rows, and the figures that follow from them: counted slowly, by quarters of an hour."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bookings import analytics
from bookings.analytics import Day, PeakHour
from bookings.models import Invoice, Plan, Provider, Reservation, Slot, Subscription
from bookings.schedule import hours_of, offered
from core.clocks import DAY, at_or_after, local_day
from payments.models import LedgerEntry, Payment
from tests.factories.accounts import UserFactory
from tests.factories.bookings import ProviderFactory, ServiceFactory

QUARTER = timedelta(minutes=15)
WEEK = 7 * DAY

numbers = count()


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


CHANGES = {
    "Africa/Cairo": ["2026-04-23 22:00", "2026-10-29 21:00"],
    "Australia/Lord_Howe": ["2026-04-04 15:00", "2026-10-03 15:30"],
    "Pacific/Apia": ["2011-12-30 10:00", "2012-03-31 14:00"],
    "America/New_York": ["2026-03-08 07:00", "2026-11-01 06:00"],
    "Asia/Kathmandu": ["2026-01-01 00:00"],
}
Status = Reservation.Status
WEEKLY = [{"weekday": day, "start": "08:00", "end": "02:00"} for day in range(5)]


def entry_of(payment, amount, at):
    kind = LedgerEntry.Kind.CHARGE if amount > 0 else LedgerEntry.Kind.REFUND
    terms = {"payee": payment.payee, "currency": payment.currency, "dedupe_key": f"entry {next(numbers)}"}
    return LedgerEntry.objects.create(payment=payment, kind=kind, amount=amount, occurred_at=at, **terms)


def tell(draw):
    """Any history of a provider until `now`, near a clock change, written as rows."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    change = utc(draw(st.sampled_from(CHANGES[zone])))
    now = change + draw(st.integers(-8, 9 * 96)) * QUARTER
    provider = ProviderFactory(zone=zone, capacity=draw(st.sampled_from([None, 3])), hours=WEEKLY)
    Provider.objects.filter(pk=provider.pk).update(created_at=now - draw(st.integers(1, 26)) * DAY)
    users = [UserFactory() for _ in range(3)]
    services = [
        ServiceFactory(provider=provider, duration_minutes=60),
        ServiceFactory(provider=provider, duration_minutes=90, buffer_minutes=15, hours=WEEKLY[2:]),
    ]
    for at in draw(st.lists(st.integers(0, 28 * 3), max_size=12, unique=True)):
        service = services[at % 2]
        day = (now - at // 3 * DAY + DAY).astimezone(ZoneInfo(zone)).date()
        free = [slot for slot in offered(service, hours_of(service, day, day), day) if is_free(service, slot)]
        if free:
            book(draw, service, free[at % len(free)], users, now)
    payment = Payment.objects.create(
        subject_kind="any", subject_key=str(provider.pk), payer=users[0], payee=provider.payee, gateway="cash",
        amount=1, currency=provider.currency, created_at=now,
    )  # fmt: skip
    for ago, amount in draw(st.lists(st.tuples(st.integers(0, 40 * 96), st.integers(-9, 9)), max_size=6)):
        if amount:
            entry_of(payment, amount, now - ago * QUARTER)
    for ago in draw(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), max_size=4)):
        subscribe(draw, provider, max(ago) * QUARTER, min(ago) * QUARTER, now)
    return provider, now


def is_free(service, slot):
    return not service.slots.filter(start_at=slot.start).exists()


def book(draw, service, slot, users, now):
    is_closed = draw(st.integers(0, 5)) == 0
    statuses = [Status.CANCELLED, Status.EXPIRED] if is_closed else list(Status)
    row = Slot(
        provider=service.provider,
        service=service,
        start_at=slot.start,
        end_at=slot.end,
        capacity=4,
        is_closed=is_closed,
    )
    made = []
    for user, status in zip(users, draw(st.lists(st.sampled_from(statuses), max_size=3)), strict=False):
        seats, created_at = draw(st.integers(1, 2)), slot.start - draw(st.integers(1, 4 * 96)) * QUARTER
        if row.held + row.confirmed + seats > row.capacity or created_at > now:
            continue
        row.held += seats if status == Status.PENDING else 0
        row.confirmed += seats if status in Reservation.SEATED else 0
        made.append(
            Reservation(
                user=user, provider=service.provider, service=service, slot=row, service_name="Massage",
                start_at=slot.start, end_at=slot.end, zone=service.provider.zone, seats=seats, status=status, price=0,
                currency="EGP", created_at=created_at, updated_at=created_at,
                hold_expires_at=slot.start if status == Status.PENDING else None,
                confirmed_at=created_at if status in Reservation.SEATED else None,
                cancelled_at=created_at if status == Status.CANCELLED else None,
            )
        )  # fmt: skip
    row.save()
    Reservation.objects.bulk_create(made)


def subscribe(draw, provider, began, ended, now):
    """Anything that may have become of one that began and perhaps ended so long ago."""
    status = draw(st.sampled_from(Subscription.Status.values))
    price = draw(st.sampled_from([0, 100]))
    was_paid = draw(st.booleans()) or status in Subscription.RUNNING
    plan = Plan.objects.create(provider=provider, name="Any", price=price)
    if status == "pending":
        price = price or 100
    one = Subscription.objects.create(
        user=provider.owner, provider=provider, plan=plan, plan_name="Any", price=price, currency=provider.currency,
        gateway="cash", interval="month", interval_count=1, zone=provider.zone, status=status, renews=True,
        anchor_at=now - began, expires_at=now + DAY, created_at=now - began, updated_at=now - ended,
        cancelled_at=now - ended if status == "cancelled" else None,
    )  # fmt: skip
    if price:
        paid = "paid" if was_paid and status != "pending" else "open"
        Invoice.objects.create(subscription=one, period=0, amount=price, status=paid, created_at=now - began)


def was_active(one, at):
    """By its own row and its first invoice."""
    ever = one.price == 0 or one.invoices.filter(status="paid").exists()
    is_over = one.status in {"cancelled", "expired"} and one.updated_at <= at
    return ever and one.status != "pending" and one.anchor_at <= at and not is_over


def blocks(provider, first, last):
    """Time, seats and how many of them are used, of everything that begins on these days."""
    found = []
    for service in provider.services.all():
        rows = {row.start_at: row for row in service.slots.prefetch_related("reservations")}
        hours = hours_of(service, first, last)
        for n in range((last - first).days + 1):
            day = first + n * DAY
            for slot in offered(service, hours, day):
                row = rows.get(slot.start)
                used = (
                    sum(one.seats for one in row.reservations.all() if one.status in Reservation.SEATED) if row else 0
                )
                seats = (0 if row.is_closed else row.capacity) if row else service.capacity
                found.append((slot.start, slot.end, seats, used))
    return found


def by_quarters(provider, found):
    """Seats that could be taken, and that were, in each quarter of an hour."""
    seats, used = Counter(), Counter()
    for start, end, of_slot, taken in found:
        for n in range((end - start) // QUARTER):
            seats[start + n * QUARTER] += of_slot
            used[start + n * QUARTER] += taken
    if provider.capacity is not None:
        seats = Counter({at: min(number, provider.capacity) for at, number in seats.items()})
    return seats, used


def quarters(start, end):
    return [start + n * QUARTER for n in range((end - start) // QUARTER)]


def share(seats, used, times):
    whole = sum(seats[at] for at in times)
    return round(100 * (sum(used[at] for at in times) / whole), 1) if whole else None


def slowly(provider, now):
    """The figures that follow from the rows, by their names."""
    clock = ZoneInfo(provider.zone)
    today, born = now.astimezone(clock).date(), made(provider)
    began = [provider.created_at, *provider.reservations.values_list("created_at", flat=True)]
    first = min(began).astimezone(clock).date()
    seats, used = by_quarters(provider, blocks(provider, min(first, today - WEEK) - 2 * DAY, today))
    start, before = local_day(today, provider.zone).start, local_day(today - WEEK, provider.zone).start
    until = at_or_after(today - WEEK, now.astimezone(clock).time(), provider.zone)
    now_used, then_used = share(seats, used, quarters(start, now)), share(seats, used, quarters(before, until))
    monday = today - today.weekday() * DAY
    load, times = Counter(), Counter()
    for at in quarters(
        local_day(max(first, monday - 8 * WEEK), provider.zone).start, local_day(monday, provider.zone).start
    ):
        local = at.astimezone(clock)
        times[local.weekday(), local.hour] += 1
        load[local.weekday(), local.hour] += used[at]
    known = {at: load[at] / times[at] for at in times if times[at] >= 12 and load[at]}
    peaks = sorted(known, key=lambda at: (-known[at], at[1], at[0]))[:3]
    money = [(entry.occurred_at, entry.amount) for entry in LedgerEntry.objects.filter(payee=provider.payee)]
    earned = [sum(amount for at, amount in money if a <= at <= b) for a, b in [(start, now), (before, until)]]
    counted = [sum(1 for at in born if a <= at <= b) for a, b in [(start, now), (before, until)]]
    active = [sum(was_active(one, at) for one in provider.subscriptions.all()) for at in (now, until)]
    return {
        "totalReservations": len(born),
        "confirmedReservations": provider.reservations.filter(status__in=Reservation.SEATED).count(),
        "totalRevenue": sum(amount for _, amount in money),
        "todayReservations": counted[0],
        "todayRevenue": earned[0],
        "capacityUtilization": now_used,
        "capacityTrend": None if None in (now_used, then_used) else round(now_used - then_used, 1),
        "activeSubscriptions": active[0],
        "trends": {
            name: analytics.trend(*pair)
            for name, pair in {"reservations": counted, "revenue": earned, "subscriptions": active}.items()
        },
        "peakHours": [PeakHour(weekday, hour, round(known[weekday, hour], 2)) for weekday, hour in peaks],
        "series": [
            a_day(provider.zone, today - ago * DAY, first, seats, used, born, money)
            for ago in range(27, 0, -1)
            if not local_day(today - ago * DAY, provider.zone).is_empty
        ],
    }


def a_day(zone, day, first, seats, used, born, money):
    if day < first:
        return Day(day, None, None, None)
    span = local_day(day, zone)
    created = sum(1 for at in born if span.start <= at < span.end)
    revenue = sum(amount for at, amount in money if span.start <= at < span.end)
    return Day(day, created, revenue, share(seats, used, quarters(span.start, span.end)))


def made(provider):
    return [one.created_at for one in provider.reservations.all() if one.status != Status.EXPIRED]
