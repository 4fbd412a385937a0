"""One shift taken, her offers at the same time are closed: each in a unit of its own, as it is of another shift."""

from core.unit import unit
from notifications.messages import withdraw
from realtime.publishing import publish
from shifts import events, messages, selectors
from shifts.boards import touch_coverage
from shifts.models import Shift, ShiftOffer


def withdraw_overlapping(employee_id: int | None = None) -> None:
    """Of one employee, or wherever a ring was lost."""
    offers = selectors.overlapping_offers()
    if employee_id is not None:
        offers = offers.filter(employee=employee_id)
    for offer_id, shift_id in list(offers.values_list("pk", "shift_id")):
        _withdraw(offer_id, shift_id)


@unit
def _withdraw(offer_id: int, shift_id: int) -> None:
    shift = Shift.objects.select_for_update(no_key=True).get(pk=shift_id)
    offer = selectors.overlapping_offers().filter(pk=offer_id).select_related("employee").first()
    if offer is None:
        return
    shift.offers.pending().filter(pk=offer_id).update(status=ShiftOffer.Status.WITHDRAWN)
    publish(events.offer_closed(shift, [offer.employee.user_id]))
    touch_coverage()
    withdraw(messages.subject(shift), kinds=[messages.OFFERS], to=[offer.employee.user_id])
