"""What is forgotten, and that nobody is told half of it."""

from datetime import timedelta

import pytest
from django.utils.timezone import now
from uuid_utils.compat import uuid7

from realtime import commands, retention
from realtime.conf import limits
from realtime.models import Command, Connection, Cursor, Entry, Event, Node, Stream
from realtime.nodes import bury_lost
from tests.factories.accounts import UserFactory
from tests.sample import services

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader():
    return UserFactory().pk


def age_events(days: float, count: int) -> None:
    for event in Event.objects.order_by("pk")[:count]:
        Event.objects.filter(pk=event.pk).update(at=now() - timedelta(days=days))


def kept(reader) -> tuple[int, int, list[int]]:
    stream = Stream.objects.get(pk=reader)
    offsets = Entry.objects.filter(user_id=reader).order_by("offset").values_list("offset", flat=True)
    return stream.floor, stream.head, list(offsets)


def test_old_events_go_and_the_floor_says_so(reader):
    for _ in range(5):
        services.share([reader])
    age_events(limits.retention_days + 2, 3)
    retention.purge()

    assert kept(reader) == (3, 5, [4, 5])
    assert Event.objects.count() == 2


def test_a_stream_that_is_all_old_keeps_its_head(reader):
    for _ in range(3):
        services.share([reader])
    age_events(limits.retention_days + 2, 3)
    retention.purge()
    services.share([reader])

    assert kept(reader) == (3, 4, [4])


def test_young_events_stay(reader):
    services.share([reader])
    age_events(limits.retention_days - 1, 1)
    retention.purge()

    assert kept(reader) == (0, 1, [1])


def test_an_event_is_kept_while_another_reader_needs_it(reader):
    other = UserFactory().pk
    services.share([reader, other])
    retention._raise_floor(Stream.objects.get(pk=reader), 1)

    assert kept(reader) == (1, 1, [])
    assert kept(other) == (0, 1, [1])


def test_answers_are_forgotten_only_when_their_ids_are_too_old_to_be_taken(reader):
    fresh, old = uuid7(), uuid7()
    for command_id in (fresh, old):
        commands.once(reader, command_id, "x", lambda: (200, {}))
    Command.objects.filter(command_id=old).update(forget_at=now() - timedelta(seconds=1))
    retention.purge()

    assert list(Command.objects.values_list("command_id", flat=True)) == [fresh]


def test_dead_processes_and_their_sockets_are_buried(reader):
    long_ago = now() - timedelta(hours=1)
    Node.objects.create(name="dead", role=Node.Role.WEB, seen_at=long_ago)
    Node.objects.create(name="alive", role=Node.Role.WEB, seen_at=now())
    for node in ("dead", "alive", "never heard of"):
        Connection.objects.create(user_id=reader, device="x", protocol="stream.v1", node=node, since=now())
    bury_lost()

    assert list(Node.objects.values_list("name", flat=True)) == ["alive"]
    assert list(Connection.objects.values_list("node", flat=True)) == ["alive"]


def test_devices_long_gone_are_forgotten(reader):
    for device, days in (("gone", 91), ("here", 89)):
        Cursor.objects.create(user_id=reader, device=device, epoch="x", seen_at=now() - timedelta(days=days))
    retention.purge()

    assert list(Cursor.objects.values_list("device", flat=True)) == ["here"]
