"""When the periods of a subscription begin. Each is counted from the anchor, never from the one before: a subscription
of the 31st is renewed on the last day of a short month, and on the 31st again after it.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.models import Plan, Subscription
from core.clocks import at_or_after

MONTHS = {Plan.Interval.MONTH: 1, Plan.Interval.YEAR: 12}
DAYS = {Plan.Interval.DAY: 1, Plan.Interval.WEEK: 7}


def start_of(subscription: Subscription, period: int) -> datetime:
    """At the hour of the anchor, by the clocks of its zone. Period 0 begins at the anchor itself."""
    local = subscription.anchor_at.astimezone(ZoneInfo(subscription.zone))
    day = _shifted(local.date(), Plan.Interval(subscription.interval), subscription.interval_count * period)
    return at_or_after(day, local.time(), subscription.zone) if period else subscription.anchor_at


def end_of(subscription: Subscription, period: int) -> datetime:
    return start_of(subscription, period + 1)


def period_at(subscription: Subscription, now: datetime) -> int:
    """The first that has not ended, from the present one on."""
    period = subscription.period
    while end_of(subscription, period) <= now:
        period += 1
    return period


def _shifted(day: date, interval: Plan.Interval, count: int) -> date:
    if interval in DAYS:
        return day + timedelta(days=DAYS[interval] * count)
    years, month = divmod(day.year * 12 + day.month - 1 + MONTHS[interval] * count, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))
