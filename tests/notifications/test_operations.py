"""What operators do, through the outbox and against providers that answer."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User
from core.unit import unit
from notifications.channels.parcel import Outcome, Verdict
from notifications.errors import DeliveryNotGivenUp, DeviceDisabled, NoticeIsOver
from notifications.models import Broadcast, ChannelHealth, Delivery, Device, DeviceChange, Notice, Preference
from notifications.operators import operations
from notifications.outbox import breaker, broadcasting, planning
from tests.accounts.race import at_once
from tests.factories.accounts import UserFactory
from tests.factories.notifications import DeliveryFactory, DeviceFactory, NoticeFactory
from tests.notifications import post
from tests.outside.world import World

pytestmark = pytest.mark.django_db(transaction=True)

State = Delivery.State
MINUTE = timedelta(minutes=1)


@pytest.fixture
def everyone(fcm: World, settings: Any) -> World:
    """All providers answer."""
    for name, value in fcm.env.items():
        setattr(settings, name, int(value) if name == "EMAIL_PORT" else value)
    return fcm


def given_up(state: str = State.FAILED, **facts: Any) -> Delivery:
    device = DeviceFactory()
    notice = NoticeFactory(recipient=device.user, planned_at=timezone.now(), **facts)
    return DeliveryFactory(
        notice=notice, device=device, state=state, code="UNAVAILABLE", attempts=5,
        begun_at=timezone.now() - 90 * MINUTE, ended_at=timezone.now(),
    )  # fmt: skip


def reachable() -> User:
    """By every channel."""
    now = timezone.now()
    user = UserFactory(email_verified_at=now, phone=f"+1555{now:%H%M%S%f}"[:15], phone_verified_at=now)
    DeviceFactory(user=user)
    return user


@pytest.mark.parametrize("state", operations.GIVEN_UP)
def test_what_was_given_up_is_tried_again_at_once(fcm: World, state: str) -> None:
    delivery = given_up(state)

    operations.retry(delivery, now=timezone.now())
    post.deliver()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.code, delivery.attempts) == (State.ACCEPTED, "", 1)
    assert fcm.counts()["accepted"] == 1


def test_a_retry_has_its_whole_hour_again(fcm: World) -> None:
    delivery = given_up()
    fcm.control("fcm", outage="unavailable")

    operations.retry(delivery, now=timezone.now())
    post.deliver()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.code) == (State.RETRYING, "UNAVAILABLE")


@pytest.mark.parametrize("state", [State.PENDING, State.SENDING, State.RETRYING, State.ACCEPTED, State.SKIPPED])
def test_what_was_not_given_up_is_not_tried_again(state: str) -> None:
    delivery = given_up(state)

    with pytest.raises(DeliveryNotGivenUp):
        operations.retry(delivery, now=timezone.now())

    assert Delivery.objects.get(pk=delivery.pk).state == state


@pytest.mark.parametrize("what", ["withdrawn_at", "expires_at"])
def test_a_notice_that_is_over_is_not_tried_again(what: str) -> None:
    now = timezone.now()
    delivery = given_up(**{what: now})

    with pytest.raises(NoticeIsOver):
        operations.retry(delivery, now=now)

    assert Delivery.objects.get(pk=delivery.pk).state == State.FAILED


def test_a_withdrawn_notice_is_off_the_queue_and_withdrawn_once() -> None:
    waiting = given_up(State.RETRYING)

    operations.withdraw(waiting.notice)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.notice.withdrawn_at is None) == (State.WITHDRAWN, False)
    with pytest.raises(NoticeIsOver):
        operations.withdraw(waiting.notice)


def test_a_test_goes_by_every_channel_at_once_whatever_she_has_turned_off(everyone: World) -> None:
    user = reachable()
    Preference.objects.create(user=user, kind="", channel="fcm", is_enabled=False)

    notice = operations.send_test(user)
    post.deliver()

    ways = {delivery.channel: delivery.state for delivery in post.ways_of(notice)}
    assert ways == dict.fromkeys(["fcm", "onesignal", "email", "sms"], State.ACCEPTED)
    assert sorted(arrival["channel"] for arrival in everyone.journal()) == ["fcm", "onesignal", "sms"]


def test_every_test_is_a_new_one_and_is_not_in_the_inbox(reader: User) -> None:
    first, second = operations.send_test(reader), operations.send_test(reader)

    assert first.pk != second.pk
    assert not Notice.objects.listed().filter(recipient=reader).exists()


def test_a_test_of_one_device_goes_to_no_other(fcm: World) -> None:
    device = DeviceFactory(token="wanted")
    DeviceFactory(token="other", user=device.user)

    notice = operations.send_test_to(device, now=timezone.now())
    planning.plan(timezone.now())
    post.deliver()

    assert [arrival["address"] for arrival in fcm.journal("fcm")] == ["wanted"]
    assert [way.state for way in post.ways_of(notice)] == [State.ACCEPTED]


def test_a_dead_device_is_not_tested() -> None:
    with pytest.raises(DeviceDisabled):
        operations.send_test_to(DeviceFactory(is_enabled=False), now=timezone.now())

    assert not Notice.objects.exists()


def test_unbinding_a_device_says_who_did_it() -> None:
    device = DeviceFactory()

    operations.unbind(device)

    assert not Device.objects.exists()
    change = DeviceChange.objects.get()
    assert (change.device_id, change.what, change.reason) == (device.pk, "unbound", "by_operator")


def test_a_closed_breaker_lets_everything_through() -> None:
    now = timezone.now()
    with unit():
        breaker.note("fcm.ios", [Outcome(Verdict.MISCONFIGURED)], now)
    assert breaker.open_lanes(now) == ["fcm.ios"]

    operations.close_breaker(ChannelHealth.objects.get(pk="fcm.ios"))

    assert breaker.open_lanes(now) == []


class TestBroadcasts:
    def write(self, **facts: Any) -> Broadcast:
        broadcast_id = facts.pop("broadcast_id", uuid7())
        given = {"channel": "fcm", "target": "news", "title": "Hello", "body": "All of you.", "data": {"a": "b"}}
        by = facts.pop("by", None) or UserFactory()
        operations.broadcast(broadcast_id=broadcast_id, by=by, now=timezone.now(), **{**given, **facts})
        return Broadcast.objects.get(pk=broadcast_id)

    @pytest.mark.parametrize(
        ("channel", "target", "address"), [("fcm", "news", "topic:news"), ("onesignal", "All", "segment:All")]
    )
    def test_it_reaches_its_topic_or_segment(self, everyone: World, channel: str, target: str, address: str) -> None:
        broadcast = self.write(channel=channel, target=target)

        broadcasting.send(broadcast.pk)

        broadcast.refresh_from_db()
        assert (broadcast.state, broadcast.code, bool(broadcast.provider_id)) == ("accepted", "", True)
        assert [(a["address"], a["title"]) for a in everyone.journal(channel)] == [(address, "Hello")]

    def test_it_is_sent_once_however_often_it_is_rung_for(self, fcm: World) -> None:
        fcm.control("fcm", latency_ms=100)
        broadcast = self.write()

        at_once(lambda: broadcasting.send(broadcast.pk), times=4)
        broadcasting.send_waiting(timezone.now())

        assert len(fcm.journal("fcm")) == 1

    def test_a_form_that_was_sent_twice_is_one_broadcast(self) -> None:
        broadcast = self.write()

        self.write(broadcast_id=broadcast.pk, title="Again")

        assert Broadcast.objects.values_list("title", flat=True).get() == "Hello"

    def test_what_nobody_rang_for_is_swept_up(self, fcm: World) -> None:
        broadcast = self.write()

        broadcasting.send_waiting(timezone.now())

        broadcast.refresh_from_db()
        assert broadcast.state == "accepted"

    def test_an_answer_that_says_nothing_is_not_followed_by_a_second_try(self, fcm: World) -> None:
        fcm.control("fcm", outage="unavailable")
        broadcast = self.write()

        broadcasting.send(broadcast.pk)
        broadcasting.send_waiting(timezone.now() + 10 * MINUTE)

        broadcast.refresh_from_db()
        assert (broadcast.state, broadcast.code) == ("uncertain", "UNAVAILABLE")
        assert len(fcm.journal("fcm")) == 1

    def test_what_the_provider_refuses_has_failed(self, fcm: World) -> None:
        broadcast = self.write(data={"from": "reserved"})

        broadcasting.send(broadcast.pk)

        broadcast.refresh_from_db()
        assert (broadcast.state, broadcast.code) == ("failed", "LOCAL")
        assert fcm.journal("fcm") == []

    def test_of_one_whose_sender_died_nobody_knows_what_became(self, fcm: World) -> None:
        broadcast = self.write()
        Broadcast.objects.update(state="sending", begun_at=timezone.now() - 2 * MINUTE)

        broadcasting.send_waiting(timezone.now())

        broadcast.refresh_from_db()
        assert (broadcast.state, broadcast.code) == ("uncertain", "LOST")
        assert fcm.journal("fcm") == []
