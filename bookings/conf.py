"""How long and how many. `BOOKINGS_<NAME>` in the environment overrides a limit."""

from dataclasses import dataclass

from django.conf import settings

from core.limits import Overridable


@dataclass(frozen=True, slots=True)
class Limits(Overridable):
    slots_seconds: float = 300  # how long listed slots are kept, unless somebody books
    slots_days: int = 31  # that are listed at once
    holds: int = 5  # of one customer at a time
    seats: int = 50  # of one reservation
    offer_minutes: float = 60  # what somebody on the waitlist has to take what is offered
    remind_hours: float = 24  # before a reservation begins
    complete_hours: float = 24  # after it ended, when nobody has said how it went
    unpaid_hours: float = 24  # until a subscription that nobody paid for is over
    lot: int = 500  # rows that a sweep takes at once


limits = Limits.from_settings("BOOKINGS_", settings.BOOKINGS)

RETRY_DAYS = (1, 3, 5)  # after a renewal was first tried
REMIND_DAYS = (7, 1)  # before a period ends
