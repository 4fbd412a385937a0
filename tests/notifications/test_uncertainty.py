"""What happens where nobody knows: a worker died with calls on the wire, a provider did not say, a row is broken."""

from contextlib import suppress
from datetime import timedelta
from threading import Thread
from time import monotonic, sleep

import pytest
from django.db import ProgrammingError, connection
from django.utils import timezone

from accounts.models import User
from notifications import messages
from notifications.channels.parcel import Outcome, Verdict
from notifications.conf import limits
from notifications.models import ChannelHealth, Delivery, Device, Notice
from notifications.outbox import breaker, claiming, planning
from notifications.outbox.sending import drain, window_of
from notifications.services import mark_read
from notifications.trees import LANES
from tests.factories.notifications import DeliveryFactory, DeviceFactory, NoticeFactory
from tests.notifications import calls, post
from tests.outside.world import World

pytestmark = pytest.mark.django_db(transaction=True)

State = Delivery.State
Reason = Delivery.Reason
LANE = "fcm.android"


def take_back(notice: Notice, how: str) -> None:
    if how == "withdrawn":
        messages.withdraw((notice.subject_kind, notice.subject_key))
    else:
        mark_read(notice.recipient, [notice.pk], now=timezone.now())


def shown_and_cleared(world: World) -> list[bool]:
    """Of each message that arrived, whether it takes the notice off the screen."""
    return [push["is_clear"] for push in world.journal("fcm")]


@pytest.mark.parametrize("how", ["withdrawn", "read"])
def test_a_phone_that_a_dead_worker_may_have_reached_is_cleared(fcm: World, reader: User, how: str) -> None:
    DeviceFactory(user=reader)
    [delivery] = post.planned("sample_news", reader)
    assert claiming.claim(LANE, 10, timezone.now()) == [delivery.pk]  # and it dies here, or after the call
    take_back(delivery.notice, how)
    post.pass_time(timedelta(minutes=2))
    post.deliver()

    delivery.refresh_from_db()
    assert delivery.state == (State.WITHDRAWN if how == "withdrawn" else State.SKIPPED)
    assert shown_and_cleared(fcm) == [True]


@pytest.mark.parametrize("how", ["withdrawn", "read"])
def test_a_phone_is_cleared_if_the_provider_did_not_say_whether_it_was_reached(
    fcm: World, reader: User, how: str
) -> None:
    DeviceFactory(user=reader, token="lost:1:phone")  # it shows the notice, and the answer is lost
    notice = post.told("sample_news", reader)
    post.deliver()
    take_back(notice, how)
    post.deliver()

    assert shown_and_cleared(fcm) == [False, True]
    assert [phone["state"] for phone in fcm.phones()] == ["cleared"]


def test_what_was_never_begun_is_not_cleared(fcm: World, reader: User) -> None:
    DeviceFactory(user=reader)
    [delivery] = post.planned("sample_news", reader)
    take_back(delivery.notice, "withdrawn")
    post.deliver()

    assert shown_and_cleared(fcm) == []


def test_a_reminder_that_comes_after_the_clear_is_cleared_too(fcm: World, reader: User) -> None:
    """The first push was shown, a second is on the wire, and she reads: the clear overtakes the second."""
    device = DeviceFactory(user=reader, token="phone")
    notice = NoticeFactory(recipient=reader, planned_at=timezone.now())
    of_her_phone = {"notice": notice, "device": device}
    DeliveryFactory(**of_her_phone, state=State.ACCEPTED, attempts=1, ended_at=timezone.now())
    reminder = DeliveryFactory(**of_her_phone, step=4)
    [call] = calls.begun(LANE)
    mark_read(reader, [notice.pk], now=timezone.now())
    post.deliver()
    before = shown_and_cleared(fcm)
    calls.answered(LANE, call, Outcome(Verdict.ACCEPTED))
    post.deliver()

    assert (call.delivery_id, before, shown_and_cleared(fcm)) == (reminder.pk, [True], [True, True])


def test_one_that_cannot_be_put_into_words_holds_up_nobody(fcm: World) -> None:
    broken, *sound = [DeviceFactory(token=f"phone {n}") for n in range(3)]
    Device.objects.filter(pk=broken.pk).update(address="sealed with a key that is gone")
    post.tell("sample_news", *[device.user for device in (broken, *sound)])
    post.deliver()

    states = dict(Delivery.objects.values_list("device", "state"))
    assert states == {broken.pk: State.FAILED, **{device.pk: State.ACCEPTED for device in sound}}
    assert Delivery.objects.get(device=broken).reason == "defect"


def test_the_one_call_that_finds_out_is_not_spent_on_what_need_not_go(fcm: World) -> None:
    now = timezone.now()
    device = DeviceFactory()
    over = NoticeFactory.create_batch(3, recipient=device.user, expires_at=now - timedelta(minutes=1))
    for notice in over:
        DeliveryFactory(notice=notice, device=device, rank=0)
    good = DeliveryFactory(notice=NoticeFactory(recipient=device.user), device=device)
    ago = now - timedelta(minutes=10)
    ChannelHealth.objects.create(name=LANE, state=ChannelHealth.State.OPEN, opened_at=ago, retry_at=ago)
    drain(LANE)

    good.refresh_from_db()
    assert (good.state, breaker.open_lanes(timezone.now())) == (State.ACCEPTED, [])
    assert set(Delivery.objects.filter(notice__in=over).values_list("state", flat=True)) == {State.EXPIRED}


@pytest.mark.parametrize("lane", LANES)
def test_a_database_that_fails_costs_no_slots(lane: str) -> None:
    free = window_of(lane).limit
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE notifications_delivery RENAME TO elsewhere")
        try:
            with suppress(ProgrammingError):
                drain(lane)
        finally:
            cursor.execute("ALTER TABLE elsewhere RENAME TO notifications_delivery")

    assert window_of(lane).take(1000) == free
    window_of(lane).give_back(free)


def test_what_a_worker_says_that_lost_its_lease_is_not_the_last_word(fcm: World, reader: User) -> None:
    """Another has taken it over and is sending: the first one's failure does not end it."""
    DeviceFactory(user=reader)
    [delivery] = post.planned("sample_news", reader)
    [first] = calls.begun(LANE)
    post.pass_time(timedelta(minutes=2))
    [second] = calls.begun(LANE)
    calls.answered(LANE, first, Outcome(Verdict.REJECTED, "INVALID_ARGUMENT"))
    in_between = Delivery.objects.get(pk=delivery.pk).state
    calls.answered(LANE, second, Outcome(Verdict.ACCEPTED))

    assert (in_between, Delivery.objects.get(pk=delivery.pk).state) == (State.SENDING, State.ACCEPTED)


def test_a_call_that_waited_for_an_access_token_is_looked_at_again(fcm: World, reader: User) -> None:
    fcm.control("fcm", token="slow", token_latency_ms=1000)
    DeviceFactory(user=reader)
    notice = post.told("sample_news", reader)
    with post.meanwhile(lambda: take_back(notice, "withdrawn"), once=lambda: fcm.counts()["token_requests"]):
        post.deliver()

    assert post.ways_of(notice)[0].state == State.WITHDRAWN
    assert shown_and_cleared(fcm) == []


def test_a_platform_that_is_stuck_holds_up_no_other(fcm: World) -> None:
    """All slots for Androids are taken by calls that nobody answers."""
    stuck = [DeviceFactory(token=f"stall:{n}").user for n in range(limits.slots)]
    reader = DeviceFactory(token="iphone", platform="ios").user
    post.tell("sample_news", *stuck)
    draining = Thread(target=post.in_thread(post.deliver))
    draining.start()
    deadline = monotonic() + limits.http_seconds
    while fcm.counts()["received"] < limits.slots and monotonic() < deadline:
        sleep(0.01)
    post.tell("sample_news", reader)
    planning.plan(timezone.now())
    drain("fcm.ios")
    is_stuck = draining.is_alive()
    draining.join()

    assert is_stuck
    assert Delivery.objects.get(notice__recipient=reader).state == State.ACCEPTED
