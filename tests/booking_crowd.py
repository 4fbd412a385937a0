"""A provider with very many reservations, as a hand makes it: one of each service, and copies of it."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from bookings import analytics, auditing, boards, days, listing
from bookings.models import Provider, Reservation, Service, Slot
from bookings.placing import place
from bookings.schedule import local_date
from core.clocks import DAY
from core.unit import unit
from payments.models import LedgerEntry, Payment
from tests.factories.bookings import ProviderFactory, ServiceFactory, on_the_hour

SERVICES = 10
GUESTS = 10  # in each slot
SEATS = 12
MOST_DAYS_AHEAD = 45  # that are booked, or half of all
MONTH = 31
HOUR = timedelta(hours=1)

# In the words of both engines.
WORDS = {
    "postgresql": {
        "id": "gen_random_uuid()",
        "hours": "generate_series(1, {} - 1) AS hour(n)",
        "later": "this.start_at + (hour.n + {}) * interval '1 hour'",
        "weeks_before": "slot.start_at - interval '40 days'",
    },
    "sqlite": {
        "id": "lower(hex(randomblob(16)))",
        "hours": "(WITH RECURSIVE hour(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM hour WHERE n + 1 < {}) "
        "SELECT n FROM hour) AS hour",
        "later": "strftime('%Y-%m-%d %H:%M:%S', this.start_at, '+' || (hour.n + {}) || ' hours')",
        "weeks_before": "strftime('%Y-%m-%d %H:%M:%S', slot.start_at, '-40 days')",
    },
}


def crowd(reservations: int, most: int | None = None) -> str:
    """The provider; `most` at once, or as many as its services take."""
    provider = ProviderFactory(capacity=most)
    guests = User.objects.bulk_create(User(email=f"{uuid7().hex}@crowd.test") for _ in range(GUESTS))
    for _ in range(SERVICES):
        _fill(ServiceFactory(provider=provider, capacity=SEATS), guests, reservations // (SERVICES * GUESTS))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")  # as after a while
    auditing.repair_counters(provider)
    return str(provider.pk)


def count_days(provider_id: UUID, weeks: int) -> None:
    """Those before tell nothing any more."""
    today = local_date(timezone.now(), Provider.objects.get(pk=provider_id))
    for ago in range(1, 7 * weeks + 1):
        days.count(provider_id, today - ago * DAY)


def size(provider_id: UUID) -> int:
    return Reservation.objects.filter(provider=provider_id).count()


# What is measured


def time_slots(provider_id: UUID, times: int) -> list[float]:
    """Milliseconds until a month of slots of a service was listed, with nothing kept of it."""
    return _timed(times, lambda: list_month(provider_id))


def time_figures(provider_id: UUID, times: int) -> list[float]:
    return _timed(times, lambda: show_figures(provider_id))


def time_day(provider_id: UUID, times: int) -> list[float]:
    """Until yesterday was counted."""
    yesterday = local_date(timezone.now(), Provider.objects.get(pk=provider_id)) - DAY

    def count() -> None:
        Provider.objects.get(pk=provider_id).days.filter(date=yesterday).delete()
        days.count(provider_id, yesterday)

    return _timed(times, count)


def time_dashboard(provider_id: UUID, times: int) -> list[float]:
    """As a page, whole: of this provider."""
    return _timed(times, lambda: show_dashboard(provider_id))


def time_overview(provider_id: UUID, times: int) -> list[float]:
    """Of all providers."""
    return _timed(times, lambda: show_dashboard(""))


def list_month(provider_id: UUID) -> int:
    cache.clear()
    service = Service.objects.select_related("provider").filter(provider=provider_id).order_by("pk")[0]
    now = timezone.now()
    today = local_date(now, service.provider)
    return len(listing.listed(service, today, today + (MONTH - 1) * DAY, now, is_fresh=True))


def show_figures(provider_id: UUID) -> analytics.ProviderFigures:
    return analytics.provider(Provider.objects.get(pk=provider_id), timezone.now())


def show_agenda(provider_id: UUID) -> dict[str, Any]:
    return boards.show_agenda(str(provider_id))


def show_dashboard(provider_id: UUID | str) -> int:
    operator, _ = User.objects.get_or_create(email="operator@crowd.test", is_staff=True, is_superuser=True)
    client = Client(headers={"host": "localhost"})
    client.force_login(operator)
    page = client.get(reverse("admin:dashboard", args=["bookings"]), {"provider": provider_id})
    if page.status_code != 200:
        raise RuntimeError(f"{page.status_code}: {page.text}")
    return len(page.content)


def find_note(provider_id: UUID) -> bool:
    """Nothing helps to find it."""
    return Reservation.objects.filter(notes=f"{provider_id}").exists()


def plans(look: str, provider_id: UUID) -> str:
    """How the database answers all that is asked there."""
    with CaptureQueriesContext(connection) as asked:
        globals()[look](provider_id)
    how = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    lines = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute(f"{how} {query['sql']}")
                lines += [str(row[-1]) for row in cursor.fetchall()]
    return "\n".join(lines)


def _timed(times: int, look: Callable[[], Any]) -> list[float]:
    look()
    took = []
    for _ in range(times):
        start = time.perf_counter()
        look()
        took.append((time.perf_counter() - start) * 1000)
    return took


# How it is made


def _fill(service: Service, guests: Sequence[User], hours: int) -> None:
    now, start_at = timezone.now(), on_the_hour(min(24 * MOST_DAYS_AHEAD, hours // 2) - hours)
    terms = {"provider": service.provider, "end_at": start_at + HOUR, "capacity": SEATS, "confirmed": GUESTS}
    with unit():
        slot = Slot.objects.create(service=service, start_at=start_at, **terms)
        booked = place(guests[0], service, slot, 1, hold_until=None, now=now)
    words = WORDS[connection.vendor]
    changes = {"id": words["id"], "start_at": words["later"].format(0), "end_at": words["later"].format(1)}
    _copy(slot, words["hours"].format(hours), "true", changes)
    _book(booked, guests)
    _earn(service, guests[0])


def _book(booked: Reservation, guests: Sequence[User]) -> None:
    """Every slot of the service by every guest."""
    words = WORDS[connection.vendor]
    made = dict.fromkeys(["created_at", "updated_at", "confirmed_at"], words["weeks_before"])
    changes = {"id": words["id"], "user_id": "guest.id", "slot_id": "slot.id", **made}
    changes |= {"start_at": "slot.start_at", "end_at": "slot.end_at"}
    changes["status"] = "CASE WHEN slot.end_at < CURRENT_TIMESTAMP THEN 'completed' ELSE 'confirmed' END"
    others = ", ".join(_key(guest.pk) for guest in guests)
    which = f"slot.service_id = {_key(booked.service_id)} AND guest.id IN ({others})"
    which += " AND NOT (slot.id = this.slot_id AND guest.id = this.user_id)"
    _copy(booked, "bookings_slot AS slot CROSS JOIN accounts_user AS guest", which, changes)


def _earn(service: Service, payer: User) -> None:
    """By each slot that has begun, when it began."""
    now, payee = timezone.now(), service.provider.payee
    money = {"payee": payee, "amount": 500_00, "currency": service.provider.currency, "created_at": now}
    subject = {"subject_kind": "crowd", "subject_key": str(service.pk)}
    payment = Payment.objects.create(**subject, payer=payer, gateway=Payment.Gateway.CASH, **money)
    entry = LedgerEntry.objects.create(
        payment=payment, kind=LedgerEntry.Kind.CHARGE, occurred_at=now, dedupe_key=f"crowd {service.pk}", **money
    )
    which = f"slot.service_id = {_key(service.pk)} AND slot.start_at < CURRENT_TIMESTAMP"
    changes = {"occurred_at": "slot.start_at", "dedupe_key": "'crowd ' || slot.id"}
    _copy(entry, "bookings_slot AS slot", which, changes)


def _copy(one: Model, source: str, which: str, changes: dict[str, str]) -> None:
    """Rows like this one, but for some columns."""
    table, key = one._meta.db_table, one.pk if isinstance(one.pk, int) else None
    columns = [field.column for field in one._meta.concrete_fields if not (field.primary_key and key)]
    values = [changes.get(column, f"this.{column}") for column in columns]
    this = str(key) if key else _key(one.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
            f"FROM {table} AS this CROSS JOIN {source} WHERE this.id = {this} AND {which}"
        )


def _key(id: UUID) -> str:
    """As both engines read it, and one of them keeps it."""
    return f"'{id.hex}'"
