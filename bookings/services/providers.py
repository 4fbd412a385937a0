from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.conf import settings

from accounts.models import User
from bookings import tasks, waitlist
from bookings.errors import BelowBooked
from bookings.freshness import outdate
from bookings.models import Plan, Provider, ProviderStats, Service, Slot, SpecialDay
from bookings.services.staff import set_staff
from core.doorbell import ring
from core.errors import refuse
from core.unit import unit


@unit
def apply(user: User, *, staff: Collection[User] = (), **facts: Any) -> Provider:
    """Nobody can book before staff have approved it."""
    terms = {"zone": user.zone, "currency": settings.DEFAULT_CURRENCY, **facts}
    provider = Provider.objects.create(owner=user, **terms)
    provider.staff.set(staff)
    ProviderStats.objects.create(provider=provider)
    return provider


@unit
def approve(provider: Provider) -> Provider:
    return revise_provider(provider, is_approved=True)


@unit
def revise_provider(provider: Provider, *, staff: Collection[User] | None = None, **facts: Any) -> Provider:
    """What is booked stays as it was booked, also outside of new hours."""
    Provider.objects.filter(pk=provider.pk).update(**facts)
    if staff is not None:
        set_staff(provider, staff)
    outdate(provider.pk)
    return Provider.objects.get(pk=provider.pk)


@unit
def set_special_day(provider: Provider, *, day: date, spans: list[dict[str, str]]) -> SpecialDay:
    special, _ = SpecialDay.objects.update_or_create(provider=provider, date=day, defaults={"spans": spans})
    outdate(provider.pk)
    return special


@unit
def unset_special_day(provider: Provider, *, day: date) -> None:
    SpecialDay.objects.filter(provider=provider, date=day).delete()
    outdate(provider.pk)


@unit
def add_service(provider: Provider, **facts: Any) -> Service:
    outdate(provider.pk)
    return Service.objects.create(provider=provider, **facts)


@unit
def revise_service(service: Service, *, now: datetime, **facts: Any) -> Service:
    """A capacity is that of all slots to come; below what is booked of one of them it is refused."""
    if "capacity" in facts:
        _resize(service, facts["capacity"], now)
    Service.objects.filter(pk=service.pk).update(**facts)
    outdate(service.provider_id)
    return Service.objects.select_related("provider").get(pk=service.pk)


@unit
def close_slot(slot: Slot) -> Slot:
    """Nobody can book it, and whoever has is cancelled: in units of their own, however many they are."""
    Slot.objects.filter(pk=slot.pk).update(is_closed=True)
    outdate(slot.provider_id)
    ring(tasks.keep_deadlines)
    return Slot.objects.get(pk=slot.pk)


@unit
def open_slot(slot: Slot) -> Slot:
    Slot.objects.filter(pk=slot.pk).update(is_closed=False)
    outdate(slot.provider_id)
    ring(tasks.keep_deadlines)
    return Slot.objects.get(pk=slot.pk)


@unit
def add_plan(provider: Provider, **facts: Any) -> Plan:
    return Plan.objects.create(provider=provider, **facts)


@unit
def revise_plan(plan: Plan, **facts: Any) -> Plan:
    """For those who subscribe from now on; the others keep what they agreed to."""
    Plan.objects.filter(pk=plan.pk).update(**facts)
    return Plan.objects.get(pk=plan.pk)


def _resize(service: Service, capacity: int, now: datetime) -> None:
    """Who waited for a seat gets one of the new ones."""
    Provider.objects.select_for_update(no_key=True).get(pk=service.provider_id)
    coming = Slot.objects.filter(service=service, start_at__gt=now)
    locked = coming.select_related("provider", "service__provider").order_by("pk")
    rows = list(locked.select_for_update(no_key=True, of=("self",)))
    booked = max((row.held + row.confirmed for row in rows), default=0)
    refuse(BelowBooked, unless=booked <= capacity, booked=booked)
    coming.update(capacity=capacity)
    for row in rows:
        if row.capacity < capacity:
            waitlist.offer(row, now)
