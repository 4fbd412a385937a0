from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from accounts.demo import curl, token
from accounts.models import User
from bookings import days, renewing, stats
from bookings.listing import bookable_span, listed
from bookings.models import Plan, Provider, Reservation, Review, Service, Slot
from bookings.schedule import hours_of, local_date, offered
from bookings.services import providers, reservations, subscriptions, waiting
from core.clocks import DAY, Interval
from core.unit import unit
from payments import services as payments
from payments.gateways.registry import available
from payments.models import Payment
from payments.selectors import open_payment

Status = Reservation.Status

ZONE = "Africa/Cairo"
CURRENCY = "EGP"
CUSTOMER, OWNER = "customer@demo.test", "provider@demo.test"
GUESTS = [f"{name}@demo.test" for name in ("alice", "bob", "owner", "guard", "nurse1", "nurse2", "nurse3")]
DAYS = 36
WEEK = 7
MOST_IN_COMPANY = 3

SPA: dict[str, Any] = {
    "business_name": "Nile Spa",
    "category": "spa",
    "description": "Massage, yoga and quiet, a few steps from the river.",
    "zone": ZONE,
    "currency": CURRENCY,
    "hours": [{"weekday": day, "start": "14:00" if day == 4 else "10:00", "end": "22:00"} for day in range(7)],
    "policy": [{"hours": 24, "percent": 100}, {"hours": 2, "percent": 50}],
    "accepts_cash": True,
}
CONSULTATION, MASSAGE, YOGA = "Consultation", "Massage", "Yoga Class"
SERVICES: list[dict[str, Any]] = [
    {"name": CONSULTATION, "duration_minutes": 30, "requires_payment": False},
    {"name": MASSAGE, "duration_minutes": 60, "capacity": 2, "price": 500_00},
    {
        "name": YOGA,
        "duration_minutes": 90,
        "capacity": 10,
        "price": 150_00,
        "requires_payment": False,
        "hours": [{"weekday": day, "start": "18:30", "end": "20:00"} for day in range(7) if day != 4],
    },
]
PLANS: list[dict[str, Any]] = [
    {"name": "Premium Monthly Membership", "price": 299_99, "features": ["Sauna", "A class a week"]},
    {"name": "Year of Yoga", "price": 2400_00, "interval": Plan.Interval.YEAR},
]
PRAISE = ["I slept on the way home.", "Kind people, good hands.", "A little late, but worth the wait.", ""]


def spa() -> None:
    """One spa, five weeks of its reservations and revenue, and a week ahead: a class is full, and somebody waits."""
    now = timezone.now()
    provider = _provider(now)
    if not provider.reservations.exists():
        _history(provider, now)
        _subscribers(provider, now)
        days.count_everywhere(now)
    if not provider.reservations.filter(status__in=Reservation.ACTIVE, start_at__gt=now).exists():
        _week_ahead(provider, now)


def ways_in(address: str) -> list[str]:
    """From a free slot to a paid reservation, of which the provider hears a reference."""
    massage = Service.objects.select_related("provider").get(provider__owner__email=OWNER, name=MASSAGE)
    now = timezone.now()
    today = local_date(now, massage.provider)
    ahead = listed(massage, today + 2 * DAY, today + WEEK * DAY, now)
    free = next(slot for slot in ahead if slot.free)
    gateway = Payment.Gateway.STRIPE if Payment.Gateway.STRIPE in available() else Payment.Gateway.CASH
    api = f"http://{address}/api"
    wanted = {"service_id": str(massage.pk), "start_at": free.start.isoformat()}
    return [
        "",
        "Bookings: the customer looks for a free slot, holds a seat and pays for it; the provider hears of it.",
        "RESERVATION and PAYMENT stand for the ids that are answered. The tokens are good for a quarter of an hour:",
        f"  CUSTOMER={token(CUSTOMER)}",
        f"  PROVIDER={token(OWNER)}",
        f'  wscat -s stream.v1 -c "ws://{address}/ws?token=$PROVIDER"',
        curl("CUSTOMER", "GET", f"{api}/bookings/services/{massage.pk}/slots?from={today}&days={WEEK}"),
        curl("CUSTOMER", "POST", f"{api}/bookings/reservations", wanted),
        curl("CUSTOMER", "POST", f"{api}/bookings/reservations/RESERVATION/pay", {"gateway": gateway}),
        curl("CUSTOMER", "POST", f"{api}/payments/PAYMENT/intent"),
        "  The gateway's look-alike now waits for the card: press Pay on the page of the phones.",
    ]


@unit
def _provider(now: datetime) -> Provider:
    found = Provider.objects.filter(owner__email=OWNER).first()
    if found is not None:
        return found
    provider = providers.approve(providers.apply(User.objects.get(email=OWNER), **SPA))
    Provider.objects.filter(pk=provider.pk).update(created_at=now - DAYS * DAY)
    for service in SERVICES:
        providers.add_service(provider, **service)
    for plan in PLANS:
        providers.add_plan(provider, **plan)
    return Provider.objects.get(pk=provider.pk)


@unit
def _history(provider: Provider, now: datetime) -> None:
    """Rows as they would stand now; the money comes through the desk, so that the ledger has it."""
    chance = Random(7)
    customers = list(User.objects.filter(email__in=[CUSTOMER, *GUESTS]).order_by("email"))
    today = local_date(now, provider)
    past = [
        Past(service, interval, customers, chance)
        for service in provider.services.select_related("provider").order_by("pk")
        for day in (today - n * DAY for n in range(DAYS))
        for interval in _busy(service, day, chance)
        if interval.end <= now
    ]
    Slot.objects.bulk_create(one.slot for one in past)
    made = sorted((row for one in past for row in one.reservations), key=lambda row: row.created_at)
    Reservation.objects.bulk_create(made)
    for row in made:
        stats.reservation_moved(row, None, row.created_at)
        if row.price and row.status == Status.COMPLETED:
            reservations.take_cash(row, now=row.start_at)
    _review([row for row in made if row.status == Status.COMPLETED], chance)


def _busy(service: Service, day: date, chance: Random) -> Iterable[Interval]:
    """Those slots of a past day that somebody wanted: most in the evening."""
    slots = offered(service, hours_of(service, day, day), day)
    wanted = chance.choices(slots, range(1, len(slots) + 1), k=chance.randrange(1, 4)) if slots else []
    return sorted(set(wanted), key=lambda slot: slot.start)


class Past:
    """A slot of former days and who was there: most came, some cancelled, some did not come."""

    def __init__(self, service: Service, interval: Interval, customers: list[User], chance: Random) -> None:
        self.chance = chance
        self.slot = Slot(
            provider=service.provider,
            service=service,
            start_at=interval.start,
            end_at=interval.end,
            capacity=service.capacity,
        )
        self.seats = 1 if service.capacity < MOST_IN_COMPANY else chance.randrange(1, MOST_IN_COMPANY + 1)
        there = chance.sample(customers, chance.randrange(1, min(service.capacity // self.seats, 3) + 1))
        self.reservations = [self._reservation(customer) for customer in there]
        self.slot.confirmed = sum(one.seats for one in self.reservations if one.status in Reservation.SEATED)

    def _reservation(self, customer: User) -> Reservation:
        slot, provider, service = self.slot, self.slot.provider, self.slot.service
        status = self.chance.choices([Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED], [8, 1, 1])[0]
        made_at = slot.start_at - timedelta(hours=self.chance.randrange(3, 120))
        cancelled_at = made_at + timedelta(hours=1) if status == Status.CANCELLED else None
        ended_at = slot.end_at if status in Reservation.SEATED else None
        return Reservation(
            user=customer,
            provider=provider,
            service=service,
            slot=slot,
            provider_name=provider.business_name,
            service_name=service.name,
            start_at=slot.start_at,
            end_at=slot.end_at,
            zone=provider.zone,
            seats=self.seats,
            status=status,
            payment_status=_nothing_paid(service),
            price=service.price * self.seats,
            currency=provider.currency,
            policy=provider.policy,
            created_at=made_at,
            updated_at=ended_at or cancelled_at,
            confirmed_at=made_at,
            ended_at=ended_at,
            cancelled_at=cancelled_at,
            cancelled_by=Reservation.By.USER if cancelled_at else "",
        )


def _nothing_paid(service: Service) -> str:
    status = Reservation.PaymentStatus
    return status.PENDING if service.price else status.COMPLETED


def _review(completed: list[Reservation], chance: Random) -> None:
    reviews = [
        Review(
            reservation=row,
            provider_id=row.provider_id,
            rating=chance.choices([3, 4, 5], [1, 3, 5])[0],
            comment=chance.choice(PRAISE),
        )
        for row in completed
        if chance.random() < 0.4
    ]
    Review.objects.bulk_create(reviews)
    for review in reviews:
        review.created_at = review.reservation.end_at + timedelta(hours=2)  # creating has set it to now
        stats.reviewed(review)
    Review.objects.bulk_update(reviews, ["created_at"])


def _subscribers(provider: Provider, now: datetime) -> None:
    """Paid at the desk, the first of them long enough ago to be renewed soon."""
    premium = provider.plans.select_related("provider").get(name=PLANS[0]["name"])
    for email, ago in [(GUESTS[0], 26), (GUESTS[1], 20), (CUSTOMER, 9)]:
        _subscriber(User.objects.get(email=email), premium, now - ago * DAY)
    left = provider.subscriptions.get(user__email=GUESTS[1])
    subscriptions.cancel_subscription(left, because="Moved away", now=now - 4 * DAY)


@unit
def _subscriber(user: User, plan: Plan, at: datetime) -> None:
    subscription = subscriptions.subscribe(user, plan, by=Payment.Gateway.CASH, now=at)
    payment = open_payment(renewing.subject_of(subscription.invoices.get()))
    if payment is not None:
        payments.settle_at_desk(payment, now=at)


@unit
def _week_ahead(provider: Provider, now: datetime) -> None:
    chance = Random(now.date().toordinal())
    consultation, massage, yoga = (
        provider.services.select_related("provider").get(name=name) for name in (CONSULTATION, MASSAGE, YOGA)
    )
    customer = User.objects.get(email=CUSTOMER)
    guests = list(User.objects.filter(email__in=GUESTS).order_by("email"))
    visit = next(slot for slot in _ahead(consultation, now) if slot.start > now + 2 * DAY)
    reservations.reserve(customer, consultation, start_at=visit.start, notes="My shoulder hurts.", now=now)
    for guest, slot in zip(guests, chance.sample(_ahead(massage, now), len(guests)), strict=True):
        held = reservations.reserve(guest, massage, start_at=slot.start, now=now)
        reservations.pay_reservation(held, by=Payment.Gateway.CASH, now=now)
    full = _ahead(yoga, now)[1]
    for guest in guests[: yoga.capacity // 2]:
        reservations.reserve(guest, yoga, start_at=full.start, seats=2, now=now)
    waiting.join_waitlist(customer, yoga, start_at=full.start, now=now)


def _ahead(service: Service, now: datetime) -> list[Interval]:
    """The slots of the next days that can be booked."""
    earliest, _ = bookable_span(service, now)
    today = local_date(now, service.provider)
    hours = hours_of(service, today, today + WEEK * DAY)
    slots = [slot for n in range(WEEK) for slot in offered(service, hours, today + n * DAY)]
    return [slot for slot in slots if slot.start > earliest]
