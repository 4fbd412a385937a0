"""The last look, when the slot is taken and nothing but the call remains: may this still go, and as what?"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from django.db.models import Exists, OuterRef, QuerySet

from core.sealing import unseal
from notifications import selectors, trees
from notifications.channels.parcel import Parcel
from notifications.conf import limits
from notifications.messages import text_of
from notifications.models import Delivery, Notice
from notifications.outbox.addresses import personal_address, sealed_address
from notifications.outbox.breaker import name_of_kind, stopped_kinds
from notifications.reach import quiet
from notifications.reach.preferences import Preferences
from realtime import presence

logger = logging.getLogger(__name__)

State = Delivery.State
Reason = Delivery.Reason
Unless = Delivery.Unless

KIND_STOPPED = "kind_stopped"
DEFECT = "defect"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a delivery ends without a call, or until when it is put off."""

    state: State
    reason: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Look:
    delivery: Delivery
    parcel: Parcel | None
    verdict: Verdict | None


def look(delivery_ids: Collection[int], now: datetime) -> list[Look]:
    """At claimed deliveries, by what is committed now. Those that another process has taken over are left out."""
    fresh_until = monotonic() + limits.look_seconds
    deliveries = list(_claimed(delivery_ids))
    preferences = Preferences.of({delivery.notice.recipient_id for delivery in deliveries})
    stopped = stopped_kinds()
    verdicts = {delivery.pk: _verdict(delivery, now, preferences, stopped) for delivery in deliveries}
    badges = selectors.unread_counts({d.notice.recipient_id for d in deliveries if verdicts[d.pk] is None})
    return [
        Look(d, None, verdict)
        if (verdict := verdicts[d.pk])
        else _packed(d, badges[d.notice.recipient_id], fresh_until)
        for d in deliveries
    ]


def _verdict(delivery: Delivery, now: datetime, preferences: Preferences, stopped: Collection[str]) -> Verdict | None:
    notice = delivery.notice
    is_wanted = preferences.wants(notice.recipient_id, notice.kind, delivery.channel)
    is_stopped = name_of_kind(delivery.channel, notice.kind) in stopped
    return verdict_on(delivery, now, is_wanted=is_wanted, is_stopped=is_stopped)


def verdict_on(delivery: Delivery, now: datetime, *, is_wanted: bool, is_stopped: bool) -> Verdict | None:
    """None: it goes."""
    notice = delivery.notice
    if not _address(delivery):
        return Verdict(State.SKIPPED, Reason.NO_ADDRESS)
    if delivery.is_clear:
        return None
    if notice.withdrawn_at:
        return Verdict(State.WITHDRAWN)
    if notice.expires_at and notice.expires_at <= now:
        was_held = delivery.held_until is not None and delivery.held_until >= notice.expires_at
        return Verdict(State.EXPIRED, Reason.HELD if was_held else "")
    if not notice.recipient.is_active:
        return Verdict(State.SKIPPED, Reason.INACTIVE)
    if reason := _needless(delivery):
        return Verdict(State.SKIPPED, reason)
    if not is_wanted:
        return Verdict(State.SKIPPED, Reason.MUTED)
    if is_stopped:
        return Verdict(State.FAILED, KIND_STOPPED)
    if quiet.holds_back(notice, delivery.channel) and (until := _quiet_until(notice, now)):
        return Verdict(State.PENDING, due_at=until)
    return None


def _needless(delivery: Delivery) -> str:
    """She knows already, as far as this delivery cares."""
    notice, unless = delivery.notice, delivery.unless
    if unless == Unless.NEVER:
        return ""
    if notice.read_at or notice.archived_at:
        return Reason.READ
    if unless in {Unless.SEEN, Unless.ACKED} and notice.seen_at:
        return Reason.SEEN
    if unless == Unless.ACKED and (delivery.is_acked or delivery.is_received):
        return Reason.ACKED
    return ""


def _claimed(delivery_ids: Collection[int]) -> QuerySet[Delivery]:
    acknowledged = presence.cursors().filter(
        user_id=OuterRef("notice__recipient_id"), acked_foreground__gte=OuterRef("notice__offset")
    )
    received = Delivery.objects.filter(notice=OuterRef("notice"), received_at__isnull=False)
    return (
        Delivery.objects.filter(pk__in=delivery_ids, state=State.SENDING)
        .select_related("notice__recipient__quiet_hours", "device")
        .annotate(is_acked=Exists(acknowledged), is_received=Exists(received))
    )


def _quiet_until(notice: Notice, now: datetime) -> datetime | None:
    hours = getattr(notice.recipient, "quiet_hours", None)
    return quiet.ends_at(hours.windows, hours.zone, now) if hours else None


def _address(delivery: Delivery) -> str:
    """Where it goes now, which may be elsewhere than when it was planned. Of a device, sealed."""
    recipient = delivery.notice.recipient
    if delivery.channel == trees.FCM:
        return sealed_address(delivery.device, recipient.pk)
    return personal_address(delivery.channel, recipient)


def _packed(delivery: Delivery, badge: int, fresh_until: float) -> Look:
    try:
        return Look(delivery, _parcel(delivery, badge, fresh_until), None)
    except Exception:  # a broken seal, or words without a param: a defect of one, which must not hold up the others
        logger.exception("notice_broken", extra={"nid": str(delivery.notice_id), "delivery": delivery.pk})
        return Look(delivery, None, Verdict(State.FAILED, DEFECT))


def _parcel(delivery: Delivery, badge: int, fresh_until: float) -> Parcel:
    notice, device = delivery.notice, delivery.device
    recipient = notice.recipient
    locale = (device and device.locale) or recipient.locale
    text = text_of(notice, locale, recipient.zone)
    address = _address(delivery)
    return Parcel(
        nid=notice.pk,
        user_id=recipient.pk,
        kind=notice.kind,
        title=text.title,
        body=text.body,
        data=notice.data,
        is_urgent=notice.importance == Notice.Importance.URGENT,
        is_clear=delivery.is_clear,
        badge=badge,
        expires_at=notice.expires_at,
        address=unseal(address) if device else address,
        address_kind=device.address_kind if device else "",
        platform=device.platform if device else "",
        renders_data=device.renders_data if device else False,
        locale=locale,
        fresh_until=fresh_until,
    )
