"""What customers and owners of vehicles do while operators look at their dashboards."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from bookings.demo import CONSULTATION, GUESTS
from bookings.demo import OWNER as SPA_OWNER
from bookings.listing import listed
from bookings.models import Service, Slot
from bookings.schedule import local_date
from bookings.services import reservations
from core.clocks import DAY
from dispatch.demo import OWNER
from dispatch.services import reports
from tests.factories.dispatch import CIVIC


def break_something() -> str:
    """A report, by its owner. Answers its name."""
    return str(reports.open_report(User.objects.get(email=OWNER), **CIVIC, now=timezone.now()))


def book() -> None:
    """A free consultation of the next days, by a guest."""
    consultation = Service.objects.select_related("provider").get(provider__owner__email=SPA_OWNER, name=CONSULTATION)
    now = timezone.now()
    today = local_date(now, consultation.provider)
    free = next(slot for slot in listed(consultation, today + 3 * DAY, today + 6 * DAY, now) if slot.free)
    reservations.reserve(User.objects.get(email=GUESTS[0]), consultation, start_at=free.start, now=now)


def drift() -> None:
    """A seat too many of a slot that begins soon."""
    service = Service.objects.get(provider__owner__email=SPA_OWNER, name=CONSULTATION)
    begin = timezone.now() + timedelta(minutes=41)
    facts = {"provider_id": service.provider_id, "start_at": begin, "end_at": begin + timedelta(minutes=30)}
    Slot.objects.create(service=service, capacity=1, confirmed=1, **facts)
