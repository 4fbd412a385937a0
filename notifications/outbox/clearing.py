"""Taking notices back: what waits is not sent, what was shown is taken off the screens."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from notifications.models import Attempt, Delivery

State = Delivery.State
Reason = Delivery.Reason
Unless = Delivery.Unless

CLEAR_RANK = 9

# Which deliveries are needless once she has seen or read a notice. A mail that goes in any case is not among them.
NEEDLESS = {Reason.SEEN: [Unless.SEEN, Unless.ACKED], Reason.READ: [Unless.READ, Unless.SEEN, Unless.ACKED]}


# Ended without being accepted; after a try that was not answered, a screen may show it all the same.
UNCERTAIN = [State.SKIPPED, State.WITHDRAWN, State.EXPIRED, State.FAILED]


def end_waiting(notice_ids: Collection[UUID], state: State) -> None:
    _lock_active(notice_ids)
    waiting = Delivery.objects.waiting().filter(notice__in=notice_ids, is_clear=False)
    waiting.update(state=state, ended_at=timezone.now())


def skip_needless(notice_ids: Collection[UUID], reason: Reason) -> None:
    _lock_active(notice_ids)
    waiting = Delivery.objects.waiting().filter(notice__in=notice_ids, is_clear=False)
    needless = waiting.filter(unless__in=NEEDLESS[reason])
    needless.update(state=State.SKIPPED, reason=reason, ended_at=timezone.now())


def clear_screens(notice_ids: Collection[UUID]) -> None:
    """A silent push to each device that was handed one of these, or may have been."""
    now = timezone.now()
    begun = Delivery.objects.filter(notice__in=notice_ids, is_clear=False, device__is_enabled=True)
    # Who retries by hand starts the count anew; the calls before that are still on record.
    was_tried = Q(attempts__gt=0) | Q(Exists(Attempt.objects.filter(delivery=OuterRef("pk"))))
    handed_over = begun.filter(Q(state__in=[State.ACCEPTED, State.OPENED]) | Q(was_tried, state__in=UNCERTAIN))
    clears = {
        (shown.notice_id, shown.device_id): Delivery(
            notice_id=shown.notice_id,
            device_id=shown.device_id,
            kind=shown.kind,
            channel=shown.channel,
            lane=shown.lane,
            step=shown.step,  # a reminder that arrives after the clear of the push before it gets one of its own
            is_clear=True,
            rank=CLEAR_RANK,
            due_at=now,
            planned_at=now,
        )
        for shown in handed_over.order_by("step")
    }
    Delivery.objects.bulk_create(clears.values(), ignore_conflicts=True)


def _lock_active(notice_ids: Collection[UUID]) -> None:
    """What is on the wire too, so that whoever records its outcome comes before this, or knows of it."""
    active = Delivery.objects.active().filter(notice__in=notice_ids, is_clear=False)
    list(active.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk"))
