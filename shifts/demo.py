from datetime import datetime, time, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.demo import token
from accounts.models import User
from core.clocks import DAY
from core.unit import unit
from shifts import selectors, services
from shifts.models import Availability, Employee, HeldQualification, Qualification, Shift, ShiftOffer

ZONE = "America/Toronto"
NUMBERS = {f"nurse{n}@demo.test": 122 + n for n in range(1, 6)}
TYPES = [Employee.Type.FULL_TIME, Employee.Type.FULL_TIME, Employee.Type.PART_TIME, Employee.Type.PART_TIME]
PLACES = ["85 Neeve", "87 Neeve", "Willow Place", "Outreach Center", "Supported Living"]
CLIENTS = ["A. Bell", "C. Dunn", "E. Frost", "G. Hill"]
SERVICES = ["Home Care", "Medication", "Personal Care"]
HOURS = [(time(7), time(15)), (time(15), time(23))]
WEEKS = timedelta(weeks=4)


def hospital() -> None:
    """Five nurses, four weeks of history and a week ahead with offers that wait for an answer."""
    now = timezone.now()
    nurses = _nurses(now)
    if not Shift.objects.exists():
        _history(nurses, now)
    if not Shift.objects.filter(start_at__gt=now).exists():
        _week_ahead(nurses, now)


def ways_in(address: str) -> list[str]:
    """The lines of the seed's quick start, with tokens in them."""
    nurse, admin = (token(email, is_long_lived=True) for email in ("nurse1@demo.test", "admin@demo.test"))
    number = _unused_number()
    answer = f'{{"emp_id":123,"shift_id":{number},"response":"accepted"}}'
    return [
        "",
        "Shift offers, as their app speaks (nurse1 is employee 123):",
        f'  wscat -c "ws://{address}/ws/123?token={nurse}"',
        f'  curl -X POST "http://{address}/api/test/send_offer/123?shift_id={number}&token={admin}"',
        f'  curl -X POST "http://{address}/api/shift_offer/respond?token={nurse}" '
        f"-H 'Content-Type: application/json' -d '{answer}'",
        "  While no socket of hers is open, or none that answers pings, an offer goes to her phone: see the phones.",
    ]


def _unused_number() -> int:
    """The seed's own 456 until it was played with: a shift is taken only once."""
    return next(number for number in count(456) if not Shift.objects.filter(pk=number).exists())


@unit
def _nurses(now: datetime) -> list[Employee]:
    nursing, _ = Qualification.objects.get_or_create(pk="rn", defaults={"title": "Registered nurse"})
    for place, (email, number) in enumerate(NUMBERS.items()):
        kind = TYPES[place] if place < len(TYPES) else Employee.Type.CASUAL
        user = User.objects.get(email=email)
        nurse, _ = Employee.objects.get_or_create(
            pk=number, defaults={"user": user, "type": kind, "seniority": 10 - place}
        )
        HeldQualification.objects.get_or_create(employee=nurse, qualification=nursing)
        if not nurse.availabilities.filter(end_at__gt=now + WEEKS).exists():
            Availability.objects.create(employee=nurse, start_at=now - WEEKS, end_at=now + 2 * WEEKS)
    return list(Employee.objects.filter(pk__in=NUMBERS.values()).order_by("pk"))


@unit
def _history(nurses: list[Employee], now: datetime) -> None:
    chance = Random(2)
    for days in range(28, 0, -1):
        for turn, hours in enumerate(HOURS):
            shift = _shift(now - days * DAY, hours, chance)
            shift.offered_at = shift.start_at - timedelta(hours=chance.randrange(30, 90))
            shift.status = chance.choices([Shift.Status.COMPLETED, Shift.Status.UNFILLED], [10, 1])[0]
            if shift.status == Shift.Status.COMPLETED:
                shift.assignee = nurses[(days + 2 * turn) % len(nurses)]
                shift.assigned_at = shift.offered_at + timedelta(minutes=chance.randrange(1, 240))
            Shift.objects.bulk_create([shift])
            ShiftOffer.objects.bulk_create(_past_offers(shift, nurses, chance))


def _past_offers(shift: Shift, nurses: list[Employee], chance: Random) -> list[ShiftOffer]:
    status = ShiftOffer.Status
    missed = status.TAKEN if shift.assignee else status.EXPIRED
    sent_at = shift.offered_at or shift.start_at
    offers = []
    for rank, nurse in zip(count(1), nurses, strict=False):
        answer = status.ACCEPTED if nurse == shift.assignee else chance.choice([missed, missed, status.REJECTED])
        has_answered = answer in {status.ACCEPTED, status.REJECTED}
        offers.append(
            ShiftOffer(
                shift=shift,
                employee=nurse,
                rank=rank,
                status=answer,
                sent_at=sent_at,
                delivered_at=sent_at,
                responded_at=(shift.assigned_at or sent_at) if has_answered else None,
                expires_at=shift.start_at,
            )
        )
    return offers


def _week_ahead(nurses: list[Employee], now: datetime) -> None:
    chance = Random(3)
    for days in range(2, 9):
        for turn, hours in enumerate(HOURS):
            shift = _shift(now + days * DAY, hours, chance)
            _hold_out(shift, nurses[(days + 2 * turn) % len(nurses)], is_taken=days % 2 == 0, now=now)


def _hold_out(shift: Shift, nurse: Employee, *, is_taken: bool, now: datetime) -> None:
    shift.save()
    services.offer_shift(shift, now=now)
    if is_taken:
        services.accept_offer(selectors.offer_of(nurse.user, shift.pk), now=now)


def _shift(day: datetime, hours: tuple[time, time], chance: Random) -> Shift:
    zone = ZoneInfo(ZONE)
    local = day.astimezone(zone).date()
    return Shift(
        start_at=datetime.combine(local, hours[0], zone),
        end_at=datetime.combine(local, hours[1], zone),
        zone=ZONE,
        location_name=chance.choice(PLACES),
        client_name=chance.choice(CLIENTS),
        service_type=chance.choice(SERVICES),
        priority=chance.choices(Shift.Priority.values, [4, 1])[0],
    )
