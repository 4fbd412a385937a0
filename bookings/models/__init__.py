from bookings.models.providers import Provider, ProviderDay, ProviderStats, Service, SpecialDay
from bookings.models.reservations import Reservation, Review, Slot, WaitlistEntry
from bookings.models.subscriptions import Invoice, Plan, ScheduledReminder, Subscription

__all__ = [
    "Invoice",
    "Plan",
    "Provider",
    "ProviderDay",
    "ProviderStats",
    "Reservation",
    "Review",
    "ScheduledReminder",
    "Service",
    "Slot",
    "SpecialDay",
    "Subscription",
    "WaitlistEntry",
]
