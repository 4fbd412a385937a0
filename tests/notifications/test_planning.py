from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from core.unit import unit
from notifications import trees
from notifications.messages import withdraw
from notifications.models import Delivery, Digest, Notice, Preference, QuietHours
from notifications.outbox import planning
from realtime import nodes, presence
from realtime.models import Connection, Node
from tests.factories.accounts import UserFactory
from tests.factories.notifications import DeviceFactory
from tests.notifications import post

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("every_channel")]

Reason = Delivery.Reason
Importance = Notice.Importance
NIGHT = [{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "00:00"}]  # the longest there is


@pytest.fixture
def reader() -> User:
    now = timezone.now()
    return UserFactory(email_verified_at=now, phone=f"+1555{timezone.now():%H%M%S%f}"[:15], phone_verified_at=now)


def ways(deliveries: list[Delivery]) -> list[tuple[str, str]]:
    return [(delivery.channel, delivery.reason or delivery.state) for delivery in deliveries]


def connect(user: User, *, is_foreground: bool) -> None:
    nodes.beat(Node.Role.WEB)
    socket = Connection(
        user=user, device="d", protocol="stream.v1", node=nodes.node_name(Node.Role.WEB),
        is_foreground=is_foreground, since=timezone.now(),
    )  # fmt: skip
    presence.record([socket], {}, {}, [])


def seconds_from_now(delivery: Delivery) -> int:
    return round((delivery.due_at - delivery.planned_at).total_seconds())


def test_a_normal_notice_is_pushed_to_every_device_at_once(reader: User) -> None:
    devices = [DeviceFactory(user=reader, platform=platform) for platform in ("android", "ios")]
    planned = post.planned("sample_news", reader)
    assert [(d.device, d.lane, d.state) for d in planned] == [
        (devices[0], "fcm.android", "pending"),
        (devices[1], "fcm.ios", "pending"),
    ]
    assert [seconds_from_now(delivery) for delivery in planned] == [0, 0]


def test_an_important_one_is_mailed_as_well_whatever_she_reads_meanwhile(reader: User) -> None:
    DeviceFactory(user=reader)
    push, mail = post.planned("sample_news", reader, importance=Importance.IMPORTANT)
    assert (push.channel, push.unless) == ("fcm", "acked")
    assert (mail.channel, mail.unless, mail.state) == ("email", "never", "pending")


def test_an_urgent_one_takes_one_way_after_another(reader: User) -> None:
    DeviceFactory(user=reader)
    Preference.objects.create(user=reader, channel="sms", is_enabled=True)
    planned = post.planned("sample_news", reader, importance=Importance.URGENT)
    assert [(d.channel, seconds_from_now(d)) for d in planned] == [
        ("fcm", 0),
        ("onesignal", 60),
        ("sms", 240),
        ("email", 420),
    ]
    assert {delivery.rank for delivery in planned} == {0}


def test_who_has_no_device_need_not_be_waited_for(reader: User) -> None:
    Preference.objects.create(user=reader, channel="sms", is_enabled=True)
    planned = post.planned("sample_news", reader, importance=Importance.URGENT)
    assert ways(planned)[0] == ("fcm", Reason.NO_ADDRESS)
    assert [(d.channel, seconds_from_now(d)) for d in planned[1:]] == [("onesignal", 0), ("sms", 240), ("email", 420)]


def test_a_text_message_is_sent_only_to_who_asked_for_them(reader: User) -> None:
    planned = post.planned("sample_news", reader, importance=Importance.URGENT)
    assert ("sms", Reason.MUTED) in ways(planned)


def test_a_channel_that_is_not_configured_is_skipped(reader: User, settings: object) -> None:
    settings.FIREBASE_CREDENTIALS = ""
    DeviceFactory(user=reader)
    assert ways(post.planned("sample_news", reader)) == [("fcm", Reason.NOT_CONFIGURED)]


def test_an_address_nobody_verified_is_none() -> None:
    reader = UserFactory(email_verified_at=None)
    assert ways(post.planned("sample_news", reader, importance=Importance.IMPORTANT))[1] == (
        "email",
        Reason.NO_ADDRESS,
    )


def test_a_device_not_seen_for_a_month_is_left_alone(reader: User) -> None:
    DeviceFactory(user=reader, last_seen_at=timezone.now() - timedelta(days=31))
    assert ways(post.planned("sample_news", reader)) == [("fcm", Reason.STALE)]


@pytest.mark.parametrize("kind", ["", "sample_news"])
def test_what_she_muted_is_not_pushed(reader: User, kind: str) -> None:
    DeviceFactory(user=reader)
    Preference.objects.create(user=reader, kind=kind, channel="fcm", is_enabled=False)
    assert ways(post.planned("sample_news", reader)) == [("fcm", Reason.MUTED)]


def test_what_is_mandatory_cannot_be_muted(reader: User) -> None:
    DeviceFactory(user=reader)
    Preference.objects.create(user=reader, channel="fcm", is_enabled=False)
    assert ways(post.planned("sample_bill", reader)) == [("fcm", "pending")]


def test_push_waits_for_a_device_that_is_being_looked_at(reader: User) -> None:
    DeviceFactory(user=reader)
    connect(reader, is_foreground=True)
    [delivery] = post.planned("sample_news", reader)
    assert seconds_from_now(delivery) == 5


def test_an_app_in_the_background_is_not_a_reader(reader: User) -> None:
    DeviceFactory(user=reader)
    connect(reader, is_foreground=False)
    [delivery] = post.planned("sample_news", reader)
    assert seconds_from_now(delivery) == 0


def test_quiet_hours_hold_back_what_makes_a_noise_until_they_end(reader: User) -> None:
    DeviceFactory(user=reader)
    window = [{"days": [timezone.now().weekday()], "start": "00:00", "end": "00:00"}]
    QuietHours.objects.create(user=reader, zone="UTC", windows=window)
    push, mail = post.planned("sample_news", reader, importance=Importance.IMPORTANT)
    tomorrow = datetime.combine(push.planned_at.date() + timedelta(days=1), datetime.min.time(), UTC)
    assert (push.due_at, mail.due_at) == (tomorrow, mail.planned_at)


def test_the_urgent_ones_pass_quiet_hours(reader: User) -> None:
    DeviceFactory(user=reader)
    QuietHours.objects.create(user=reader, zone="UTC", windows=NIGHT)
    assert seconds_from_now(post.planned("sample_news", reader, importance=Importance.URGENT)[0]) == 0


def test_more_than_a_person_can_look_at_is_gathered_into_a_digest(reader: User) -> None:
    DeviceFactory(user=reader)
    planned = [post.planned("sample_flood", reader) for _ in range(5)]
    assert [ways(one) for one in planned] == [[("fcm", "pending")]] * 3 + [[("fcm", Reason.DIGESTED)]] * 2
    assert [digest.kind for digest in Digest.objects.filter(recipient=reader)] == ["sample_flood"]


def test_of_many_at_once_only_the_first_are_pushed(reader: User) -> None:
    DeviceFactory(user=reader)
    with unit():
        for _ in range(5):
            post.tell("sample_flood", reader)
    planning.plan(timezone.now())
    reasons = Delivery.objects.filter(notice__recipient=reader).order_by("pk").values_list("reason", flat=True)
    assert list(reasons) == ["", "", "", "digested", "digested"]


def test_until_seen_means_again_and_again(reader: User) -> None:
    DeviceFactory(user=reader)
    planned = post.planned("sample_siren", reader, importance=Importance.URGENT)
    again = [d for d in planned if d.unless == "seen"]
    assert [(d.channel, seconds_from_now(d)) for d in again] == [("fcm", 300), ("fcm", 600)]


def test_planning_twice_plans_once(reader: User) -> None:
    DeviceFactory(user=reader)
    notice = post.told("sample_news", reader)
    assert [planning.plan(timezone.now()), planning.plan(timezone.now())] == [1, 0]
    assert len(post.ways_of(notice)) == 1


def test_a_notice_withdrawn_before_its_plan_goes_nowhere(reader: User) -> None:
    DeviceFactory(user=reader)
    notice = post.told("sample_news", reader, about=("sample.counter", "w"))
    withdraw(("sample.counter", "w"))
    planning.plan(timezone.now())
    assert post.ways_of(notice) == []


def test_every_lane_belongs_to_a_channel() -> None:
    assert set(trees.LANES.values()) == set(trees.CHANNELS)
