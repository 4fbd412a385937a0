import threading
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from accounts.models import User
from notifications.conf import limits
from notifications.models import Attempt, Delivery, Notice
from notifications.outbox import claiming
from notifications.outbox.sending import Door, window_of
from notifications.services import mark_read
from tests.factories.notifications import DeliveryFactory, DeviceFactory
from tests.notifications import post
from tests.outside.world import World

State = Delivery.State


class Doorway(RuleBasedStateMachine):
    """Whoever rings is heard: by entering, or because the one inside looks once more."""

    def __init__(self) -> None:
        super().__init__()
        self.door = Door()
        self.inside = 0
        self.unheard = False

    @rule()
    def ring(self) -> None:
        if self.door.enter():
            self.inside += 1
        else:
            self.unheard = True

    @precondition(lambda self: self.inside)
    @rule()
    def leave(self) -> None:
        if self.door.leave():
            assert not self.unheard
            self.inside -= 1
        else:
            self.unheard = False

    @precondition(lambda self: self.inside)
    @rule()
    def break_down(self) -> None:
        self.door.reset()
        self.inside, self.unheard = 0, False

    @invariant()
    def only_one_is_inside(self) -> None:
        assert self.inside in {0, 1}


TestDoorway = Doorway.TestCase


@pytest.mark.django_db(transaction=True)
class TestDraining:
    def test_hundreds_are_sent_once_each(self, fcm: World) -> None:
        devices = [DeviceFactory(token=f"many-{n}") for n in range(230)]
        post.tell("sample_news", *[device.user for device in devices])
        post.deliver()
        assert fcm.counts()["received"] == fcm.counts()["accepted"] == 230
        assert set(Delivery.objects.values_list("state", flat=True)) == {State.ACCEPTED}
        assert Attempt.objects.count() == 230

    def test_every_slot_comes_back(self, fcm: World) -> None:
        for address in ("free", "unregistered:1", "reset:1", "badpayload:1", "quota:7:1"):
            post.tell("sample_news", DeviceFactory(token=address).user)
        post.deliver()
        window = window_of("fcm.android")
        assert window.take(1000) == window.limit
        window.give_back(window.limit)

    def test_one_that_never_answers_keeps_nobody_waiting(self, fcm: World) -> None:
        post.tell("sample_news", DeviceFactory(token="stall:9").user)
        draining = threading.Thread(target=post.in_thread(post.deliver))
        draining.start()
        late = DeviceFactory(token="late")
        post.tell("sample_news", late.user)
        post.deliver()  # may find the lane taken: then it is heard
        draining.join()
        began = {push["address"]: push["at"] for push in fcm.journal("fcm")}
        assert began.keys() == {"stall:9", "late"}
        assert began["late"] < began["stall:9"] + limits.http_seconds

    def test_the_urgent_ones_go_first(self, fcm: World) -> None:
        reader = DeviceFactory(token="first").user
        DeliveryFactory.create_batch(3, notice__recipient=reader, device=reader.devices.get(), rank=5)
        urgent = DeliveryFactory(notice__recipient=reader, device=reader.devices.get(), rank=0)
        assert claiming.claim("fcm.android", 1, timezone.now()) == [urgent.pk]

    def test_a_job_whose_worker_died_is_due_again_when_its_lease_ends(self, fcm: World) -> None:
        reader = DeviceFactory(token="leased").user
        post.planned("sample_news", reader)
        assert len(claiming.claim("fcm.android", 10, timezone.now())) == 1
        post.deliver()
        assert fcm.counts()["received"] == 0
        post.pass_time(timedelta(seconds=61))
        post.deliver()
        [delivery] = Delivery.objects.all()
        assert (delivery.state, delivery.attempts) == (State.ACCEPTED, 2)

    def test_when_all_ways_so_far_came_to_nothing_the_next_is_taken_at_once(
        self, fcm: World, every_channel: None, reader: User
    ) -> None:
        DeviceFactory(user=reader, token="unregistered:5")
        notice = post.told("sample_news", reader, importance=Notice.Importance.URGENT)
        fcm_was_dead = post.planned_ways(notice)
        post.drain("fcm.android")
        push, onesignal, _, mail = post.ways_of(notice)
        assert push.state == State.DEAD_ADDRESS
        assert onesignal.due_at < fcm_was_dead[1].due_at
        assert mail.due_at == fcm_was_dead[3].due_at

    def test_what_was_on_the_wire_when_she_read_it_is_taken_off_the_screen(self, fcm: World, reader: User) -> None:
        DeviceFactory(user=reader, token="slow:300:read")
        notice = post.told("sample_news", reader)
        with post.meanwhile(
            lambda: mark_read(reader, [notice.pk], now=timezone.now()), once=lambda: fcm.counts()["received"]
        ):
            post.deliver()
        post.deliver()
        shown, clear = fcm.journal("fcm")
        assert (shown["is_clear"], clear["is_clear"], clear["nid"]) == (False, True, str(notice.pk))
