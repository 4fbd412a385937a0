"""Shifts of employees who have left are held out to the others, each in a unit of its own."""

from datetime import datetime
from functools import partial

from core.sweeping import each
from core.unit import unit
from realtime.publishing import publish
from shifts import events, offering, selectors
from shifts.models import Shift, ShiftOffer


def release_shifts(now: datetime) -> None:
    each(selectors.shifts_of_the_departed(now).values_list("pk", flat=True), partial(_pass_on, now=now))


def _pass_on(shift_id: int, now: datetime) -> None:
    _release(shift_id, now)
    offering.go_on(shift_id, now)


@unit
def _release(shift_id: int, now: datetime) -> None:
    shift = Shift.objects.select_for_update(no_key=True).get(pk=shift_id)
    if not selectors.shifts_of_the_departed(now).filter(pk=shift_id).exists():
        return
    left = shift.offers.filter(status=ShiftOffer.Status.ACCEPTED)
    users = list(left.values_list("employee__user_id", flat=True))
    left.update(status=ShiftOffer.Status.DROPPED)
    offering.begin_round(shift, now)
    publish(events.shift_dropped(shift, users))
