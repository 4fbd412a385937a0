from uuid import uuid4

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from core.sealing import fingerprint, seal
from notifications import trees
from notifications.models import Attempt, Delivery, Device, Notice
from tests.factories.accounts import UserFactory


class DeviceFactory(DjangoModelFactory):
    """An Android phone that has just registered."""

    class Meta:
        model = Device
        exclude = ["token"]

    token = factory.LazyFunction(lambda: f"token-{uuid4().hex}")
    user = factory.SubFactory(UserFactory)
    address = factory.LazyAttribute(lambda device: seal(device.token))
    fingerprint = factory.LazyAttribute(lambda device: fingerprint(device.token))
    last_registered_at = factory.LazyFunction(timezone.now)
    last_seen_at = factory.LazyFunction(timezone.now)


class NoticeFactory(DjangoModelFactory):
    """A row only: nobody heard of it."""

    class Meta:
        model = Notice

    recipient = factory.SubFactory(UserFactory)
    kind = "sample_news"
    subject_kind = "sample.counter"
    subject_key = factory.Sequence(str)
    dedupe_key = factory.LazyFunction(lambda: uuid4().hex)
    title = "{what} is here"
    body = "Come and see."
    params = factory.LazyFunction(lambda: {"what": "News"})
    created_at = factory.LazyFunction(timezone.now)


class DeliveryFactory(DjangoModelFactory):
    """A push to one device, or what goes by another channel, that is due and was not begun."""

    class Meta:
        model = Delivery

    notice = factory.SubFactory(NoticeFactory)
    kind = factory.SelfAttribute("notice.kind")
    device = None
    channel = trees.FCM
    lane = factory.LazyAttribute(lambda d: trees.lane_of(d.channel, d.device.platform if d.device else ""))
    due_at = factory.LazyFunction(timezone.now)
    planned_at = factory.LazyFunction(timezone.now)


class AttemptFactory(DjangoModelFactory):
    """A call that the provider took."""

    class Meta:
        model = Attempt

    delivery = factory.SubFactory(DeliveryFactory)
    number = 1
    at = factory.LazyFunction(timezone.now)
    milliseconds = 84
    verdict = "accepted"
    http = 200
