"""Counters against what they count: those of a provider, and the seats of its slots."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from bookings import seats, stats
from bookings.models import Provider, ProviderStats, Reservation, Slot
from core.unit import unit
from payments.models import LedgerEntry

SEATS = {"held": [Reservation.Status.PENDING], "confirmed": Reservation.SEATED}


@dataclass(frozen=True, slots=True)
class Drift:
    """`of`: the provider, or one of its slots."""

    of: str
    counter: str
    kept: int
    counted: int

    def __str__(self) -> str:
        return f"{self.of}: {self.counter} is {self.kept}, and should be {self.counted}"


def drifts(provider: Provider) -> list[Drift]:
    """Where the counters are not what the rows say. While others book, only one snapshot of both is true."""
    kept = ProviderStats.objects.filter(pk=provider.pk).first() or ProviderStats(pk=provider.pk)
    return [*_of_counters(provider, kept), *_of_slots(provider.slots.all())]


def repair(provider: Provider) -> list[Drift]:
    """Each row in a unit of its own, and locked: who moves it meanwhile waits, and moves the right one."""
    suspects = [slot.pk for slot in drifting_slots(provider.slots.all())]
    repaired = [drift for slot_id in suspects for drift in repair_slot(slot_id)]
    return repair_counters(provider) + repaired


@unit
def repair_counters(provider: Provider) -> list[Drift]:
    found = _of_counters(provider, stats.locked(provider.pk))
    if found:
        ProviderStats.objects.filter(pk=provider.pk).update(**{drift.counter: drift.counted for drift in found})
    return found


@unit
def repair_slot(slot_id: UUID) -> list[Drift]:
    slot = Slot.objects.select_related("provider").get(pk=slot_id)
    seats.lock(slot)
    found = _of_slots(Slot.objects.filter(pk=slot_id))
    if found:
        Slot.objects.filter(pk=slot_id).update(**{drift.counter: drift.counted for drift in found})
    return found


def recount(provider: Provider) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for rows, counters in [(provider.reservations, stats.RESERVATIONS), (provider.subscriptions, stats.SUBSCRIPTIONS)]:
        for names in counters.values():
            counted.update(dict.fromkeys(names, 0))
        for status, count in _by_status(rows.all()):
            counted.update(dict.fromkeys(counters[status], count))
    ledger = LedgerEntry.objects.filter(payee=provider.payee).aggregate(sum=Sum("amount"))
    ratings = provider.reviews.aggregate(sum=Sum("rating"), count=Count("pk"))
    return {
        **counted,
        "revenue": ledger["sum"] or 0,
        "rating_sum": ratings["sum"] or 0,
        "rating_count": ratings["count"],
    }


def drifting_slots(slots: QuerySet[Slot]) -> QuerySet[Any]:
    """Those whose seats are not what their reservations say, in one statement: it sees one moment."""
    counted = {f"{counter}_counted": _seats_in(statuses) for counter, statuses in SEATS.items()}
    differs = ~Q(held=F("held_counted")) | ~Q(confirmed=F("confirmed_counted"))
    return slots.annotate(**counted).filter(differs).order_by("start_at", "pk")


def _of_counters(provider: Provider, kept: ProviderStats) -> list[Drift]:
    counted = recount(provider)
    differing = [name for name in counted if getattr(kept, name) != counted[name]]
    return [Drift(str(provider), name, getattr(kept, name), counted[name]) for name in differing]


def _of_slots(slots: QuerySet[Slot]) -> list[Drift]:
    return [drift for slot in drifting_slots(slots) for drift in _of_slot(slot)]


def _of_slot(slot: Any) -> Iterator[Drift]:
    for counter in SEATS:
        kept, counted = getattr(slot, counter), getattr(slot, f"{counter}_counted")
        if kept != counted:
            yield Drift(f"slot {slot}", counter, kept, counted)


def _seats_in(statuses: list[Reservation.Status]) -> Coalesce:
    rows = Reservation.objects.filter(slot=OuterRef("pk"), status__in=statuses).order_by()
    seats_of_slot = rows.values("slot").annotate(seats_in_all=Sum("seats")).values("seats_in_all")
    return Coalesce(Subquery(seats_of_slot, output_field=IntegerField()), 0)


def _by_status(rows: QuerySet[Any]) -> list[tuple[str, int]]:
    return list(rows.order_by().values_list("status").annotate(count=Count("pk")))
