"""From a notice to its deliveries: once for each, in the worker, soon after the commit that told of it.

All that speaks against a way is written down as a skipped delivery, with its reason. What may change before the call
(read, acknowledged, muted, withdrawn) is looked at again then: see `looking`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import User
from core.bulk import insert
from core.unit import unit
from notifications import catalogue, channels, trees
from notifications.conf import limits
from notifications.models import Delivery, Device, Notice, QuietHours
from notifications.outbox import digests
from notifications.outbox.addresses import personal_address
from notifications.outbox.throttling import Throttling
from notifications.reach import quiet
from notifications.reach.preferences import Preferences
from notifications.trees import Step
from realtime import presence

Reason = Delivery.Reason
State = Delivery.State

RANKS = {Notice.Importance.URGENT: 0, Notice.Importance.IMPORTANT: 3, Notice.Importance.NORMAL: 5}
OUT_OF_REACH = {Reason.NO_ADDRESS, Reason.NOT_CONFIGURED, Reason.STALE}


def plan(now: datetime) -> int:
    """Plan some of what waits for it. Answers how many; 0 when nothing is left, or another process has the rest."""
    return _plan_lot(now) if Notice.objects.filter(planned_at=None).exists() else 0


@unit
def _plan_lot(now: datetime) -> int:
    unplanned = Notice.objects.filter(planned_at=None).order_by("id")
    notices = list(unplanned.select_for_update(no_key=True, skip_locked=True)[: limits.plan])
    wanted = [notice for notice in notices if notice.withdrawn_at is None]
    deliveries = _Plan.of(wanted, now).deliveries()
    insert(deliveries)
    Notice.objects.filter(pk__in=[notice.pk for notice in notices], planned_at=None).update(planned_at=now)
    digests.open_for([d.notice for d in deliveries if d.reason == Reason.DIGESTED], now)
    return len(notices)


@dataclass(slots=True)
class _Plan:
    """Planning a lot of notices, with what was read once for all of them."""

    notices: Sequence[Notice]
    now: datetime
    recipients: dict[UUID, User]
    devices: dict[UUID, list[Device]]
    preferences: Preferences
    quiet_until: dict[UUID, datetime | None]
    in_foreground: set[UUID]
    throttling: Throttling

    @classmethod
    def of(cls, notices: Sequence[Notice], now: datetime) -> "_Plan":
        users = {notice.recipient_id for notice in notices}
        devices: defaultdict[UUID, list[Device]] = defaultdict(list)
        for device in Device.objects.enabled().filter(user__in=users).order_by("pk"):
            devices[device.user_id].append(device)
        hours = QuietHours.objects.filter(pk__in=users)
        return cls(
            notices=notices,
            now=now,
            recipients=User.objects.in_bulk(users),
            devices=devices,
            preferences=Preferences.of(users),
            quiet_until={one.pk: quiet.ends_at(one.windows, one.zone, now) for one in hours},
            in_foreground=presence.in_foreground(users),
            throttling=Throttling.of(notices, now),
        )

    def deliveries(self) -> list[Delivery]:
        return [delivery for notice in self.notices for delivery in self._of(notice)]

    def _of(self, notice: Notice) -> list[Delivery]:
        kind = catalogue.kind(notice.kind)
        is_digested = self.throttling.is_too_much(notice)
        planned: list[Delivery] = []
        for number, step in enumerate(kind.tree_for(notice.importance)):
            reason = self._reason_against(notice, step, is_digested)
            # Who is out of reach of all steps so far need not be waited for.
            is_first = all(before.reason in OUT_OF_REACH for before in planned)
            due_at = self._due_at(notice, step, is_first=is_first)
            planned += self._deliveries_of(notice, step, number, reason, due_at)
        return planned

    def _deliveries_of(
        self, notice: Notice, step: Step, number: int, reason: str, due_at: datetime
    ) -> Iterable[Delivery]:
        if step.channel != trees.FCM or reason:
            yield self._delivery(notice, step, number, None, reason, due_at)
            return
        devices = self.devices.get(notice.recipient_id, [])
        if not devices:
            yield self._delivery(notice, step, number, None, Reason.NO_ADDRESS, due_at)
        for device in devices:
            is_stale = device.last_seen_at < self.now - timedelta(days=limits.stale_days)
            yield self._delivery(notice, step, number, device, Reason.STALE if is_stale else "", due_at)

    def _delivery(
        self, notice: Notice, step: Step, number: int, device: Device | None, reason: str, due_at: datetime
    ) -> Delivery:
        return Delivery(
            notice=notice,
            kind=notice.kind,
            channel=step.channel,
            lane=trees.lane_of(step.channel, device.platform if device else ""),
            device=device,
            step=number,
            unless=step.unless,
            rank=RANKS[Notice.Importance(notice.importance)],
            state=State.SKIPPED if reason else State.PENDING,
            reason=reason,
            due_at=due_at,
            planned_at=self.now,
            held_until=due_at if due_at > self.now else None,
            ended_at=self.now if reason else None,
        )

    def _reason_against(self, notice: Notice, step: Step, is_digested: bool) -> str:
        if not channels.is_configured(step.channel):
            return Reason.NOT_CONFIGURED
        if not self.preferences.wants(notice.recipient_id, notice.kind, step.channel):
            return Reason.MUTED
        if is_digested and step.channel in trees.PUSH:
            return Reason.DIGESTED
        if not personal_address(step.channel, self.recipients[notice.recipient_id]):
            return Reason.NO_ADDRESS
        return ""

    def _due_at(self, notice: Notice, step: Step, *, is_first: bool) -> datetime:
        kind = catalogue.kind(notice.kind)
        due_at = self.now if is_first else self.now + step.after
        if is_first and step.channel in trees.PUSH and notice.recipient_id in self.in_foreground and notice.offset:
            due_at += timedelta(seconds=kind.ack_seconds)
        if quiet.holds_back(notice, step.channel):
            due_at = max(due_at, self.quiet_until.get(notice.recipient_id) or due_at)
        return due_at
