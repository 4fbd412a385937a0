from uuid import UUID

from bookings import tasks
from bookings.models import Provider, Reservation, Subscription, WaitlistEntry
from core.doorbell import ring
from core.unit import unit


@unit
def retire(user_id: UUID) -> None:
    """At once: she cannot be booked with, waits for nothing, and nobody is named any more. The rest follows."""
    Provider.objects.filter(owner=user_id).update(is_active=False)
    Provider.staff.through.objects.filter(user=user_id).delete()
    waiting = WaitlistEntry.objects.filter(user=user_id, status=WaitlistEntry.Status.WAITING)
    waiting.update(status=WaitlistEntry.Status.LEFT)
    Reservation.objects.filter(user=user_id).update(attendees=[], notes="")
    Subscription.objects.filter(user=user_id).update(subscribers=[])
    ring(tasks.leave)
