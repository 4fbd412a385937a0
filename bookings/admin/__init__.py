from bookings.admin.offers import OfferedServiceAdmin, PlanAdmin
from bookings.admin.providers import ProviderAdmin
from bookings.admin.reservations import ReservationAdmin, SlotAdmin
from bookings.admin.rows import ProviderDayAdmin, ReviewAdmin, WaitlistEntryAdmin
from bookings.admin.subscriptions import InvoiceAdmin, ScheduledReminderAdmin, SubscriptionAdmin

__all__ = [
    "InvoiceAdmin",
    "OfferedServiceAdmin",
    "PlanAdmin",
    "ProviderAdmin",
    "ProviderDayAdmin",
    "ReservationAdmin",
    "ReviewAdmin",
    "ScheduledReminderAdmin",
    "SlotAdmin",
    "SubscriptionAdmin",
    "WaitlistEntryAdmin",
]
