"""What is so at the spa of the demo world while its people look at their pages."""

from datetime import timedelta

from django.utils.timezone import now

from accounts.models import User
from bookings.boards import touch_provider
from bookings.demo import CUSTOMER, MASSAGE, OWNER
from bookings.models import Reservation, Service, Slot
from core.unit import unit


@unit
def visit_under_way() -> str:
    """A massage that began some minutes ago."""
    service = Service.objects.select_related("provider").get(provider__owner__email=OWNER, name=MASSAGE)
    begun_at = now() - timedelta(minutes=7)
    times = {"start_at": begun_at, "end_at": begun_at + timedelta(hours=1)}
    slot = Slot.objects.create(provider=service.provider, service=service, capacity=2, confirmed=1, **times)
    reservation = Reservation.objects.create(
        user=User.objects.get(email=CUSTOMER),
        provider=service.provider,
        provider_name=service.provider.business_name,
        service=service,
        slot=slot,
        service_name=service.name,
        zone=service.provider.zone,
        seats=1,
        status=Reservation.Status.CONFIRMED,
        price=service.price,
        currency=service.provider.currency,
        created_at=begun_at - timedelta(days=1),
        updated_at=begun_at,
        confirmed_at=begun_at,
        **times,
    )
    touch_provider(service.provider_id)
    return str(reservation.pk)
