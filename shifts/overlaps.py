"""One shift taken, her offers at the same time are closed: each in a unit of its own, as it is of another shift."""

from core.sweeping import each
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
    each(offers.values_list("pk", "shift_id"), _withdraw)


@unit
def _withdraw(offer_of_shift: tuple[int, int]) -> None:
    offer_id, shift_id = offer_of_shift
    shift = Shift.objects.select_for_update(no_key=True).get(pk=shift_id)
    offer = selectors.overlapping_offers().filter(pk=offer_id).select_related("employee").first()
    if offer is None:
        return
    shift.offers.pending().filter(pk=offer_id).update(status=ShiftOffer.Status.WITHDRAWN)
    publish(events.offer_closed(shift, [offer.employee.user_id]))
    touch_coverage()
    withdraw(messages.subject(shift), kinds=[messages.OFFERS], to=[offer.employee.user_id])
