"""What operators do. Nothing here calls a provider: what is to be sent goes through the outbox like all else."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_noop
from uuid_utils.compat import uuid7

from accounts.models import User
from core.doorbell import ring
from core.errors import refuse
from core.unit import unit
from notifications import tasks, telling, trees
from notifications.catalogue import NoticeKind
from notifications.errors import DeliveryNotGivenUp, DeviceDisabled, NoticeIsOver
from notifications.messages import Message, notify
from notifications.models import Broadcast, ChannelHealth, Delivery, Device, Notice
from notifications.outbox import breaker
from notifications.reach import devices
from notifications.trees import Step

State = Delivery.State

GIVEN_UP = [State.FAILED, State.DEAD_ADDRESS, State.EXPIRED]
TEST = "test"
TEST_LASTS = timedelta(minutes=10)
TEST_KIND = NoticeKind(
    gettext_noop("Tests"),
    tree=tuple(Step(channel, unless=Delivery.Unless.NEVER) for channel in trees.CHANNELS),
    throttle=None,
    is_mandatory=True,
    is_listed=False,
)


@unit
def retry(delivery: Delivery, *, now: datetime) -> None:
    """Try it again now, as if for the first time. The last look still decides whether it goes."""
    notice = Notice.objects.select_for_update(no_key=True).get(pk=delivery.notice_id)
    is_over = notice.withdrawn_at or (notice.expires_at and notice.expires_at <= now)
    refuse(NoticeIsOver, unless=not is_over)
    given_up = Delivery.objects.filter(pk=delivery.pk, state__in=GIVEN_UP, is_clear=False)
    revived = given_up.update(
        state=State.PENDING, reason="", code="", attempts=0, begun_at=None, ended_at=None, due_at=now, held_until=now
    )
    refuse(DeliveryNotGivenUp, unless=revived)
    ring(tasks.deliver)


@unit
def withdraw(notice: Notice) -> None:
    notices = Notice.objects.filter(pk=notice.pk, withdrawn_at=None).select_for_update(no_key=True)
    locked = list(notices)
    refuse(NoticeIsOver, unless=locked)
    telling.withdraw_notices(locked)


def send_test(user: User) -> Notice:
    """To every channel and device of hers; what each answered is in the life of the notice."""
    message = _test_message(user)
    with unit():
        notify(message)
    return Notice.objects.get(dedupe_key=message.dedupe_key(user.pk))


@unit
def send_test_to(device: Device, *, now: datetime) -> Notice:
    """To this one only: the plan is made here."""
    refuse(DeviceDisabled, unless=device.is_enabled)
    message = _test_message(device.user)
    notice = Notice.objects.create(
        recipient=device.user,
        kind=message.kind,
        subject_kind=message.subject[0],
        subject_key=message.subject[1],
        dedupe_key=message.dedupe_key(device.user_id),
        title=message.title,
        body=message.body,
        is_listed=False,
        created_at=now,
        expires_at=message.expires_at,
        planned_at=now,
    )
    Delivery.objects.create(
        notice=notice,
        channel=trees.FCM,
        lane=trees.lane_of(trees.FCM, device.platform),
        device=device,
        due_at=now,
        planned_at=now,
    )
    ring(tasks.deliver)
    return notice


@unit
def unbind(device: Device) -> None:
    devices.remove(device, "by_operator")


@unit
def close_breaker(health: ChannelHealth) -> None:
    breaker.close(health.pk)
    ring(tasks.deliver)


@unit
def broadcast(
    *,
    broadcast_id: UUID,
    channel: str,
    target: str,
    title: str,
    body: str,
    data: Mapping[str, str],
    by: User,
    now: datetime,
) -> None:
    """The same id again is the same broadcast: a form that was sent twice."""
    wanted = Broadcast(
        id=broadcast_id, channel=channel, target=target, title=title, body=body, data=data, by=by, created_at=now
    )
    Broadcast.objects.bulk_create([wanted], ignore_conflicts=True)
    ring(tasks.send_broadcast, str(broadcast_id))


def _test_message(user: User) -> Message:
    return Message(
        TEST,
        ("notifications.test", uuid7()),
        gettext_noop("A test"),
        gettext_noop("An operator has sent this to see whether it arrives."),
        [user.pk],
        expires_at=timezone.now() + TEST_LASTS,
    )
