"""Whom a shift is held out to: everybody who fits at once, or one after another by rank.

The queue is in the rows: a shift that `is_asking` has candidates left, and a candidate is whoever was not yet
considered in this round. So each step may be repeated, and another process may go on where one has died.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q

from core.sweeping import each
from core.unit import unit
from notifications.messages import notify, withdraw
from realtime.publishing import publish
from shifts import eligibility, events, messages, selectors
from shifts.boards import touch_coverage
from shifts.eligibility import Reason
from shifts.models import Consideration, Employee, Shift, ShiftOffer

LOT = 200


def go_on_everywhere(now: datetime) -> None:
    """Rings that were lost, windows that closed, shifts that have come near."""
    waiting = Exists(ShiftOffer.objects.pending().filter(shift=OuterRef("pk")))
    has_word_out = Q(mode=Shift.Mode.SEQUENTIAL) & waiting
    is_near = Q(mode=Shift.Mode.SEQUENTIAL, start_at__lt=now + messages.SHORT_NOTICE)
    due = Shift.objects.open().filter((Q(is_asking=True) & ~has_word_out) | is_near, start_at__gt=now)
    each(due.values_list("pk", flat=True), partial(go_on, now=now))


def go_on(shift_id: int, now: datetime) -> None:
    """Ask until nobody is left to consider or, in sequential mode, until somebody has the word."""
    while _ask_next_lot(shift_id, now):
        pass


@unit
def _ask_next_lot(shift_id: int, now: datetime) -> bool:
    shift = Shift.objects.select_for_update(no_key=True).get(pk=shift_id)
    return ask_next_lot(shift, now)


def ask_next_lot(shift: Shift, now: datetime) -> bool:
    """Consider the best candidates of a locked shift and ask those who fit; True when there may be more to ask."""
    if shift.status != Shift.Status.OPEN or shift.start_at <= now:
        return False
    if shift.mode == Shift.Mode.SEQUENTIAL and shift.start_at < now + messages.SHORT_NOTICE:
        _open_to_all(shift, now)
    is_alone = shift.mode == Shift.Mode.SEQUENTIAL
    if not shift.is_asking or (is_alone and shift.offers.pending().exists()):
        return False
    candidates = list(selectors.candidates(shift)[:LOT])
    if not candidates:
        Shift.objects.filter(pk=shift.pk, is_asking=True).update(is_asking=False)
        return False
    reasons = eligibility.reasons_against(shift, candidates)
    fitting = [employee for employee in candidates if not reasons[employee.pk]]
    if is_alone and fitting:
        candidates, fitting = candidates[: candidates.index(fitting[0]) + 1], fitting[:1]
    note_consideration(shift, {employee.pk: reasons[employee.pk] for employee in candidates}, now)
    ask(shift, fitting, now)
    return not (is_alone and fitting)


def begin_round(shift: Shift, now: datetime, *, is_asking: bool = True) -> None:
    """Open a locked shift to answers, whoever had it. With `is_asking`, everybody is considered anew."""
    offered_at = shift.offered_at if shift.status == Shift.Status.OPEN else now
    Shift.objects.filter(pk=shift.pk, status=shift.status).update(
        status=Shift.Status.OPEN,
        assignee=None,
        assigned_at=None,
        offered_at=offered_at,
        round=shift.round + 1,
        is_asking=is_asking,
    )
    shift.refresh_from_db()
    publish(events.shift_opened(shift, selectors.offered_to(shift)))
    touch_coverage()
    withdraw(messages.subject(shift), kinds=[messages.UPDATES])


def ask(shift: Shift, employees: Sequence[Employee], now: datetime) -> None:
    """Hold a locked shift out to these employees, whoever they are, and tell them."""
    hold_out(shift, employees, now)
    _tell(shift, [employee.user_id for employee in employees], now)


def hold_out(shift: Shift, employees: Sequence[Employee], now: datetime) -> None:
    """An offer that she had before begins anew."""
    if not employees:
        return
    last = shift.offers.aggregate(last=Max("rank"))["last"] or 0
    terms = {"status": ShiftOffer.Status.PENDING, "sent_at": now, "expires_at": _expires_at(shift, now)}
    offers = [
        ShiftOffer(shift=shift, employee=employee, rank=rank, **terms)
        for rank, employee in enumerate(employees, start=last + 1)
    ]
    # An upsert names no state that it leaves: the caller holds the shift's lock and has chosen by state.
    ShiftOffer.objects.bulk_create(
        offers,
        update_conflicts=True,
        unique_fields=["shift", "employee"],
        update_fields=["status", "rank", "sent_at", "delivered_at", "responded_at", "expires_at"],
    )
    publish(events.shift_offered(shift, employees))
    touch_coverage()


def note_consideration(shift: Shift, reasons: dict[int, list[Reason]], now: datetime) -> None:
    Consideration.objects.bulk_create(
        [
            Consideration(shift=shift, employee_id=number, round=shift.round, reasons=against, at=now)
            for number, against in reasons.items()
        ],
        update_conflicts=True,
        unique_fields=["shift", "employee"],
        update_fields=["round", "reasons", "at"],
    )


def _open_to_all(shift: Shift, now: datetime) -> None:
    """The start has come too near to ask one after another: all who did not say no are asked, in a new round."""
    shift.mode, shift.round, shift.is_asking = Shift.Mode.BROADCAST, shift.round + 1, True
    Shift.objects.filter(pk=shift.pk, mode=Shift.Mode.SEQUENTIAL).update(
        mode=shift.mode, round=shift.round, is_asking=True
    )
    pending = shift.offers.pending()
    users = list(pending.values_list("employee__user_id", flat=True))
    pending.update(expires_at=shift.start_at)
    publish(events.offer_extended(shift, users))
    _tell(shift, users, now)


def _tell(shift: Shift, users: Sequence[UUID], now: datetime) -> None:
    """Of an offer nobody has more than one notice."""
    withdraw(messages.subject(shift), kinds=[messages.OFFERS], to=users)
    notify(messages.shift_offered(shift, users, expires_at=_expires_at(shift, now), now=now))


def _expires_at(shift: Shift, now: datetime) -> datetime:
    if shift.mode == Shift.Mode.BROADCAST:
        return shift.start_at
    return min(now + timedelta(minutes=shift.window_minutes), shift.start_at)
