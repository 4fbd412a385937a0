"""Can what is offered be paid for, and do the seats add up?"""

from collections.abc import Iterator

from django.utils import timezone

from bookings.models import Service
from bookings.operators.acting import drifting_slots
from payments.gateways.registry import available
from payments.models import Payment


def bookings() -> Iterator[tuple[bool, str]]:
    by_card = Service.objects.filter(is_active=True, requires_payment=True, price__gt=0, provider__accepts_cash=False)
    count = by_card.filter(provider__is_approved=True, provider__is_active=True).count()
    yield not count or Payment.Gateway.STRIPE in available(), f"{count} services are paid for by card alone"
    drifting = drifting_slots(timezone.now())
    yield not drifting, f"{len(drifting)} slots of these two days have seats that their reservations do not"
