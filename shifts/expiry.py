"""What time does to shifts and offers. Rules compare with the clock themselves; this only makes the rows say it."""

from datetime import datetime
from functools import partial

from core.sweeping import each
from core.unit import unit
from notifications.messages import withdraw
from realtime.publishing import publish
from shifts import events, messages, selectors
from shifts.boards import touch_coverage
from shifts.models import Shift, ShiftOffer


def tidy(now: datetime) -> None:
    """Each shift in a unit of its own, and none when nothing is due."""
    lapsed = ShiftOffer.objects.pending().filter(expires_at__lte=now)
    each(lapsed.order_by().values_list("shift_id", flat=True).distinct(), partial(expire_offers, now=now))
    begun = Shift.objects.open().filter(start_at__lte=now)
    each(begun.values_list("pk", flat=True), partial(give_up, now=now))
    over = Shift.objects.filter(status=Shift.Status.ASSIGNED, end_at__lte=now)
    each(over.values_list("pk", flat=True), partial(complete, now=now))


@unit
def expire_offers(shift_id: int, now: datetime) -> None:
    shift = Shift.objects.select_for_update(no_key=True).get(pk=shift_id)
    lapsed = shift.offers.pending().filter(expires_at__lte=now)
    users = list(lapsed.values_list("employee__user_id", flat=True))
    lapsed.update(status=ShiftOffer.Status.EXPIRED)
    publish(events.offer_closed(shift, users))
    touch_coverage()
    withdraw(messages.subject(shift), kinds=[messages.OFFERS], to=users)


@unit
def give_up(shift_id: int, now: datetime) -> None:
    """It began and nobody took it."""
    shift = Shift.objects.select_for_update(no_key=True).get(pk=shift_id)
    begun = Shift.objects.open().filter(pk=shift_id, start_at__lte=now)
    if not begun.update(status=Shift.Status.UNFILLED, is_asking=False):
        return
    shift.offers.pending().update(status=ShiftOffer.Status.EXPIRED)
    publish(events.shift_unfilled(shift, selectors.offered_to(shift)))
    touch_coverage()
    withdraw(messages.subject(shift), kinds=[messages.OFFERS])


@unit
def complete(shift_id: int, now: datetime) -> None:
    shift = Shift.objects.select_for_update(no_key=True).get(pk=shift_id)
    over = Shift.objects.filter(pk=shift_id, status=Shift.Status.ASSIGNED, end_at__lte=now)
    if not over.update(status=Shift.Status.COMPLETED):
        return
    publish(events.shift_completed(shift, selectors.offered_to(shift)))
    touch_coverage()
