"""What providers said becomes rows: the attempt, the delivery's next state, and what follows for others.

The one place that says which outcome means what.
"""

import logging
import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from core.sealing import fingerprint
from core.unit import unit
from notifications.channels.parcel import Outcome, Verdict
from notifications.conf import limits
from notifications.models import Attempt, Delivery, Notice
from notifications.outbox import breaker, clearing
from notifications.outbox.courier import Sent
from notifications.outbox.looking import DEFECT, Look
from notifications.reach import devices

logger = logging.getLogger(__name__)

State = Delivery.State

RETRY_AFTER = (10.0, 30.0, 90.0, 300.0, 900.0)  # seconds; Google asks for ten at least before the first
CANNOT_GO = {Delivery.Reason.NO_ADDRESS, DEFECT}
NOT_HANDED_OVER = {Verdict.UNSENT, Verdict.MISCONFIGURED}  # no fault of the delivery: it costs it no try


@unit
def record(lane: str, sent: Sequence[Sent], now: datetime) -> None:
    deliveries = _locked([one.job.delivery_id for one in sent])
    told = [
        (deliveries[one.job.delivery_id], one, one.outcome)
        for one in sent
        if one.outcome and one.job.delivery_id in deliveries
    ]
    Attempt.objects.bulk_create([_attempt(delivery, one, outcome) for delivery, one, outcome in told])
    ended: list[UUID] = []
    accepted: list[Delivery] = []
    for delivery, one, outcome in told:
        if outcome.verdict == Verdict.ACCEPTED:
            accepted.append(delivery)
        elif delivery.state == State.SENDING and delivery.attempts == one.job.attempt:
            _write(delivery, **_after_failure(delivery, one, outcome, now))
            if delivery.state not in Delivery.ACTIVE and not delivery.is_clear:
                ended.append(delivery.notice_id)
    _accept(accepted, now)
    _clear_if_over([*(delivery.notice_id for delivery in accepted if not delivery.is_clear), *ended])
    for opened in breaker.note(lane, [outcome for _, _, outcome in told], now):
        turn_urgent_to_next_step(opened, now)
    _note_kinds(told, now)
    turn_to_next_step(ended, now)


@unit
def record_looks(looks: Sequence[Look], now: datetime) -> None:
    """Of those that end, or wait, without a call."""
    deliveries = _locked([one.delivery.pk for one in looks])
    ended, out_of_reach = [], []
    for one in looks:
        delivery, verdict = deliveries.get(one.delivery.pk), one.verdict
        if delivery is None or verdict is None or delivery.state != State.SENDING:
            continue
        is_over = verdict.state not in Delivery.ACTIVE
        _write(
            delivery,
            state=verdict.state,
            reason=verdict.reason,
            due_at=verdict.due_at or delivery.due_at,
            held_until=verdict.due_at or delivery.held_until,
            ended_at=now if is_over else None,
            attempts=delivery.attempts - 1,
        )
        if is_over and not delivery.is_clear:
            ended.append(delivery.notice_id)
        if verdict.reason in CANNOT_GO and not delivery.is_clear:
            out_of_reach.append(delivery.notice_id)
    _clear_if_over(ended)
    turn_to_next_step(out_of_reach, now)


def turn_to_next_step(notice_ids: Collection[UUID], now: datetime) -> None:
    """Where all ways begun so far have come to nothing, the next one need not be waited for."""
    if not notice_ids:
        return
    hopeful = Delivery.objects.filter(
        notice=OuterRef("notice"), step__lt=OuterRef("step"), is_clear=False,
        state__in=[*Delivery.ACTIVE, State.ACCEPTED, State.OPENED],
    )  # fmt: skip
    later = Delivery.objects.filter(notice__in=notice_ids, state=State.PENDING, due_at__gt=now, is_clear=False)
    _make_due(later.filter(~Exists(hopeful)), now)


def turn_urgent_to_next_step(lane: str, now: datetime) -> None:
    """The lane's breaker is open: what is urgent goes by the next way now, and by this one when it can."""
    held = Delivery.objects.active().filter(lane=lane, rank=0, is_clear=False)
    behind = Delivery.objects.filter(notice__in=held.values("notice"), state=State.PENDING, due_at__gt=now, step__gt=0)
    first = behind.values("notice").annotate(first=Min("step"))
    for row in first:
        _make_due(behind.filter(notice=row["notice"], step=row["first"]), now)


def _make_due(deliveries: QuerySet[Delivery], now: datetime) -> None:
    due = list(deliveries.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=due, state=State.PENDING).update(due_at=now, held_until=now)


def _locked(ids: Collection[int]) -> dict[int, Delivery]:
    rows = Delivery.objects.filter(pk__in=ids).select_related("notice")
    return {row.pk: row for row in rows.order_by("pk").select_for_update(no_key=True, of=("self",))}


def _attempt(delivery: Delivery, sent: Sent, outcome: Outcome) -> Attempt:
    return Attempt(
        delivery=delivery,
        number=sent.job.attempt,
        at=sent.at,
        milliseconds=sent.milliseconds,
        verdict=outcome.verdict,
        code=outcome.code[:40],
        http=outcome.http,
        provider_id=outcome.provider_id[:200],
        retry_after=outcome.retry_after,
        error=outcome.error[:250],
    )


def _accept(deliveries: Sequence[Delivery], now: datetime) -> None:
    # One whose lease ran out meanwhile may be claimed or retried by now; it has arrived all the same.
    arrived = Delivery.objects.active().filter(pk__in=[delivery.pk for delivery in deliveries])
    # A device may say that it was tapped before the provider says that it was taken.
    arrived.filter(opened_at__isnull=False).update(state=State.OPENED, code="", reason="", ended_at=now)
    arrived.filter(opened_at=None).update(state=State.ACCEPTED, code="", reason="", ended_at=now)


def _clear_if_over(notice_ids: Collection[UUID]) -> None:
    """These were, or may have been, on the wire when she read them elsewhere, or when they were withdrawn."""
    over = Q(withdrawn_at__isnull=False) | Q(read_at__isnull=False) | Q(archived_at__isnull=False)
    no_longer_wanted = Notice.objects.filter(over, pk__in=notice_ids) if notice_ids else Notice.objects.none()
    clearing.clear_screens(list(no_longer_wanted.values_list("pk", flat=True)))


def _after_failure(delivery: Delivery, sent: Sent, outcome: Outcome, now: datetime) -> dict[str, object]:
    over: dict[str, object] = {"code": outcome.code[:40], "ended_at": now}
    match outcome.verdict:
        case Verdict.DEAD:
            address_print = fingerprint(sent.job.parcel.address)
            if delivery.device_id and not devices.bury(delivery.device_id, address_print, sent.at, outcome.code, now):
                # Its app registered anew meanwhile: the new address deserves a call.
                return {"state": State.PENDING, "due_at": now, "code": outcome.code[:40]}
            return {**over, "state": State.DEAD_ADDRESS}
        case Verdict.REJECTED:
            logger.error("notice_rejected", extra={"nid": str(delivery.notice_id), "code": outcome.code})
            return {**over, "state": State.FAILED}
        case verdict:
            if verdict == Verdict.MISCONFIGURED:
                logger.error("channel_misconfigured", extra={"lane": delivery.lane, "code": outcome.code})
            is_blameless = verdict in NOT_HANDED_OVER
            attempts = delivery.attempts - is_blameless
            due_at = now + timedelta(seconds=_delay(outcome, attempts))
            if delivery.notice.expires_at and due_at >= delivery.notice.expires_at:
                return {**over, "state": State.EXPIRED}
            if due_at >= (delivery.begun_at or now) + timedelta(seconds=limits.try_for_seconds) and not is_blameless:
                return {**over, "state": State.FAILED}
            return {"state": State.RETRYING, "due_at": due_at, "attempts": attempts, "code": outcome.code[:40]}


def _delay(outcome: Outcome, attempts: int) -> float:
    """Seconds. The provider's own word goes; otherwise longer each time, and spread, so that no two come together."""
    if outcome.verdict == Verdict.LIMITED:
        asked = outcome.retry_after if outcome.retry_after is not None else limits.rate_limited_seconds
        return asked + random.uniform(0, max(1.0, asked / 10))
    base = RETRY_AFTER[min(max(attempts, 1), len(RETRY_AFTER)) - 1]
    return max(base, outcome.retry_after or 0) + random.uniform(0, base)


def _write(delivery: Delivery, **changes: object) -> None:
    Delivery.objects.filter(pk=delivery.pk, state=delivery.state).update(**changes)
    for name, value in changes.items():
        setattr(delivery, name, value)


def _note_kinds(told: Sequence[tuple[Delivery, Sent, Outcome]], now: datetime) -> None:
    by_kind: defaultdict[str, list[bool]] = defaultdict(list)
    for delivery, _, outcome in told:
        if outcome.verdict in {Verdict.ACCEPTED, Verdict.REJECTED} and not delivery.is_clear:
            name = breaker.name_of_kind(delivery.channel, delivery.kind)
            by_kind[name].append(outcome.verdict == Verdict.REJECTED)
    for name, rejected in sorted(by_kind.items()):
        breaker.note_kind(name, rejected, now)
