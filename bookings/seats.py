"""The seats of slots: the one place where they are counted, and the guard that they are never oversold.

A conditional UPDATE takes them, and a constraint stands behind it. Where the provider has a capacity of its own, its
row is locked before any slot of it, so that all its slots can be added up. The order of locks is reservation, payment,
provider, slot.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import F, Q, QuerySet

from bookings.freshness import outdate
from bookings.models import Provider, Slot

Column = Literal["held", "confirmed"]


def take(slot: Slot, seats: int, column: Column) -> bool:
    """Whether there were so many. Nothing is taken otherwise."""
    most = guard(slot)
    if most is not None and most_at_once(beside(slot), slot.start_at, slot.end_at) + seats > most:
        return False
    free = Q(is_closed=False, capacity__gte=F("held") + F("confirmed") + seats)
    taken = Slot.objects.filter(free, pk=slot.pk).update(**{column: F(column) + seats})
    if taken:
        outdate(slot.provider_id)
    return bool(taken)


def release(slot: Slot, seats: int, column: Column) -> None:
    guard(slot)
    Slot.objects.filter(pk=slot.pk).update(**{column: F(column) - seats})
    outdate(slot.provider_id)


def confirm(slot: Slot, seats: int) -> None:
    """What was held: nobody can have taken it."""
    guard(slot)
    Slot.objects.filter(pk=slot.pk).update(held=F("held") - seats, confirmed=F("confirmed") + seats)
    outdate(slot.provider_id)


def guard(slot: Slot) -> int | None:
    """Before the first slot of a unit is touched. Answers how many its provider takes at once."""
    if slot.provider.capacity is None:
        return None
    return Provider.objects.select_for_update(no_key=True).get(pk=slot.provider_id).capacity


def lock(slot: Slot) -> None:
    guard(slot)
    Slot.objects.select_for_update(no_key=True).get(pk=slot.pk)


def lock_both(one: Slot, other: Slot) -> None:
    guard(one)
    both = Slot.objects.filter(pk__in=[one.pk, other.pk]).order_by("pk")
    list(both.select_for_update(no_key=True).values_list("pk"))


def beside(slot: Slot) -> list[Slot]:
    """What is booked of this provider while this slot lasts, this slot included."""
    return list(occupied(slot.provider_id).filter(start_at__lt=slot.end_at, end_at__gt=slot.start_at))


def occupied(provider_id: UUID) -> QuerySet[Slot]:
    return Slot.objects.filter(Q(held__gt=0) | Q(confirmed__gt=0), provider=provider_id)


def most_at_once(slots: Iterable[Slot], since: datetime, until: datetime) -> int:
    """The most seats that are taken at any one moment of this time."""
    changes = []
    for slot in slots:
        start, end = max(slot.start_at, since), min(slot.end_at, until)
        if start < end:
            changes += [(start, slot.held + slot.confirmed), (end, -slot.held - slot.confirmed)]
    present = most = 0
    for _, change in sorted(changes):  # who leaves at a moment leaves before others come
        present += change
        most = max(most, present)
    return most


def free(slot: Slot) -> int:
    """How many could be taken now."""
    most = slot.provider.capacity
    if most is None:
        return slot.free
    return min(slot.free, most - most_at_once(beside(slot), slot.start_at, slot.end_at))
