"""What the database knows of open sockets and of how far each device has come."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from realtime import nodes, presence, selectors
from realtime.models import Connection, Node
from realtime.presence import Ack
from realtime.selectors import Range
from tests.factories.accounts import UserFactory
from tests.sample import doorways
from tests.sockets import Phone


def eventually(ask: Callable[[], Any], answer: Any, patience: float = 15) -> None:
    deadline = time.monotonic() + patience
    while (got := ask()) != answer and time.monotonic() < deadline:
        time.sleep(0.1)
    assert got == answer


async def test_a_user_is_online_while_a_socket_of_hers_is_open(house, web, person):
    def online():
        return house.call("tests.people.is_online", person["id"])

    assert online() is False
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        eventually(online, True)
    eventually(online, False)


async def test_sockets_of_a_dead_process_do_not_count(house, person):
    web = house.web(REALTIME_NODE_SECONDS="0.5")
    async with Phone(web, person["token"]) as phone:
        await phone.hello()
        eventually(lambda: house.call("tests.people.is_online", person["id"]), True)
        web.kill()
    house.call("tests.people.age_nodes", 60)

    assert house.call("tests.people.is_online", person["id"]) is False


async def test_acknowledgements_are_kept_by_device_and_by_what_was_in_front(house, web, person, share):
    async with Phone(web, person["token"]) as phone:
        await phone.hello(device="phone")
        share(person)
        await phone.next("event")
        await phone.send(type="ack", offset=1)
        eventually(lambda: house.call("tests.people.cursor", person["id"], "phone"), [1, 1])
        await phone.send(type="state", foreground=False)
        share(person)
        await phone.next("event")
        await phone.send(type="pong", offset=2)
        eventually(lambda: house.call("tests.people.cursor", person["id"], "phone"), [2, 1])

    assert house.call("tests.people.cursor", person["id"], "tablet") is None


async def test_an_older_socket_of_a_device_does_not_set_it_back(house, web, person, share):
    async with Phone(web, person["token"]) as older, Phone(web, person["token"]) as newer:
        await older.hello(device="phone")
        await newer.hello(device="phone")
        for _ in range(2):
            share(person)
        for phone, offset in ((newer, 2), (older, 1)):
            await phone.next("event")
            await phone.next("event")
            await phone.send(type="ack", offset=offset)
            eventually(lambda: house.call("tests.people.cursor", person["id"], "phone"), [2, 2])


# What the apps hear of it


@pytest.fixture
def heard():
    """What this process was told until now is forgotten."""
    doorways.came_or_went.clear()
    doorways.acked.clear()
    return doorways


@pytest.fixture
def ann(db):
    return UserFactory()


def socket_of(user, node=""):
    nodes.beat(Node.Role.WEB)
    return Connection(
        user=user, device="phone", protocol="stream.v1", node=node or nodes.node_name(Node.Role.WEB), since=now()
    )


def record(*opened, closed=(), acks=()):
    presence.record(opened, {}, {socket.pk: socket.user_id for socket in closed}, acks)


def ack(user, upto, *, device="phone", epoch=None, in_front=None):
    return Ack(user.pk, device, epoch or selectors.epoch(), upto, upto if in_front is None else in_front)


def test_the_apps_hear_who_came_and_who_went(heard, ann):
    ben = UserFactory()
    first, second = socket_of(ann), socket_of(ben)
    record(first, second)
    record(closed=[first])
    record(socket_of(ann), closed=[second])

    assert heard.came_or_went == [{ann.pk, ben.pk}, {ann.pk}, {ann.pk, ben.pk}]


def test_who_looks_away_or_acknowledges_has_not_gone(heard, ann):
    socket = socket_of(ann)
    record(socket)
    presence.record([], {socket.pk: False}, {}, [ack(ann, 3)])

    assert heard.came_or_went == [{ann.pk}]
    assert (presence.online([ann.pk]), presence.in_foreground([ann.pk])) == ({ann.pk}, set())


def test_the_apps_hear_what_nobody_had_acknowledged_before(heard, ann):
    record(acks=[ack(ann, 3)])
    record(acks=[ack(ann, 3, device="tablet")])
    record(acks=[ack(ann, 2)])
    record(acks=[ack(ann, 5, device="tablet"), ack(ann, 7), ack(ann, 6, device="watch")])

    assert heard.acked == [Range(ann.pk, 0, 3), Range(ann.pk, 3, 7)]


def test_each_user_has_a_range_of_her_own(heard, ann):
    ben = UserFactory()
    record(acks=[ack(ann, 3), ack(ben, 8)])
    record(acks=[ack(ann, 3), ack(ben, 9, in_front=0)])

    assert sorted(heard.acked, key=lambda one: one.upto) == [
        Range(ann.pk, 0, 3),
        Range(ben.pk, 0, 8),
        Range(ben.pk, 8, 9),
    ]


def test_acknowledgements_of_another_history_do_not_count(heard, ann):
    record(acks=[ack(ann, 100, epoch="before the restore")])
    heard.acked.clear()
    record(acks=[ack(ann, 4)])

    assert heard.acked == [Range(ann.pk, 0, 4)]


def test_the_apps_hear_of_those_whose_server_died(heard, ann):
    ben = UserFactory()
    record(socket_of(ann, node="dead"), socket_of(ben))
    Node.objects.create(name="dead", role=Node.Role.WEB, seen_at=now() - timedelta(hours=1))
    heard.came_or_went.clear()
    nodes.bury_lost()
    nodes.bury_lost()

    assert heard.came_or_went == [{ann.pk}]
    assert list(Connection.objects.values_list("user", flat=True)) == [ben.pk]
    assert not Node.objects.filter(name="dead").exists()


def test_a_server_that_is_only_late_is_not_buried(heard, ann):
    record(socket_of(ann, node="late"))
    Node.objects.create(name="late", role=Node.Role.WEB, seen_at=now() - timedelta(seconds=31))
    heard.came_or_went.clear()
    nodes.bury_lost()

    assert (heard.came_or_went, presence.online([ann.pk])) == ([], set())
    Node.objects.filter(name="late").update(seen_at=now())
    assert presence.online([ann.pk]) == {ann.pk}


def test_somebody_was_seen_when_the_last_of_her_devices_acknowledged(ann):
    ben = UserFactory()
    record(socket_of(ben))
    before = now()
    record(acks=[ack(ann, 1, device="tablet")])
    between = now()
    record(acks=[ack(ann, 1, device="phone")])

    seen = presence.last_seen([ann.pk, ben.pk])

    assert list(seen) == [ann.pk]
    assert before < between < seen[ann.pk] < now()
