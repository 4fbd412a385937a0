from typing import Any

from accounts.models import User
from bookings import selectors
from bookings.models import Invoice, Provider, Reservation, Review, Subscription
from bookings.serializers import (
    ReferenceOut,
    ReservationOut,
    SubscriptionOut,
    SubscriptionReferenceOut,
    WaitlistEntryOut,
)

REFERENCES = 1000  # of each kind, the newest: what is kept of a provider's customers is theirs

PROVIDER = [
    "id", "business_name", "category", "description", "zone", "currency", "hours", "policy", "capacity",
    "accepts_cash", "is_approved", "is_active", "created_at",
]  # fmt: skip
SERVICE = [
    "id", "name", "description", "duration_minutes", "buffer_minutes", "capacity", "price", "requires_payment",
    "hold_minutes", "notice_minutes", "horizon_days", "hours", "is_active",
]  # fmt: skip
PLAN = ["id", "name", "description", "features", "price", "interval", "interval_count", "renews", "is_active"]
REVIEW = ["reservation_id", "rating", "comment", "created_at"]
INVOICE = ["id", "subscription_id", "period", "amount", "status", "created_at", "settled_at"]


def bookings(user: User) -> dict[str, Any]:
    """As a customer and, where he is one, as the owner of providers."""
    reservations = selectors.reservations_of(user).order_by("created_at", "pk")
    subscriptions = selectors.subscriptions_of(user).order_by("created_at", "pk")
    entries = selectors.entries_of(user).order_by("created_at", "pk")
    reviews = Review.objects.filter(reservation__user=user).order_by("created_at", "pk")
    invoices = Invoice.objects.filter(subscription__user=user).order_by("created_at", "pk")
    return {
        "reservations": ReservationOut(reservations, many=True).data,
        "waitlist": WaitlistEntryOut(entries, many=True).data,
        "reviews": list(reviews.values(*REVIEW)),
        "subscriptions": SubscriptionOut(subscriptions, many=True).data,
        "invoices": list(invoices.values(*INVOICE)),
        "works_for": list(user.works_for.order_by("pk").values_list("pk", flat=True)),
        "providers": [_provider(one) for one in user.providers.order_by("created_at", "pk")],
    }


def _provider(provider: Provider) -> dict[str, Any]:
    reservations = Reservation.objects.filter(provider=provider).order_by("-created_at", "-pk")[:REFERENCES]
    subscriptions = Subscription.objects.filter(provider=provider).order_by("-created_at", "-pk")[:REFERENCES]
    return {
        **{name: getattr(provider, name) for name in PROVIDER},
        "special_days": list(provider.special_days.order_by("date").values("date", "spans")),
        "services": list(provider.services.order_by("pk").values(*SERVICE)),
        "plans": list(provider.plans.order_by("pk").values(*PLAN)),
        "reservations": ReferenceOut(reservations, many=True).data,
        "subscriptions": SubscriptionReferenceOut(subscriptions, many=True).data,
    }
