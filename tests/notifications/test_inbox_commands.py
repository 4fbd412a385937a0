from uuid import uuid4

import pytest
from uuid_utils.compat import uuid7

from realtime import commands
from realtime.models import Entry
from tests.factories.notifications import DeliveryFactory, DeviceFactory
from tests.notifications.inbox import heard, told

pytestmark = pytest.mark.django_db


def say(user, name, id=None, **data):
    return commands.run(user.pk, id or uuid7(), f"notifications.{name}", data)


def test_an_inbox_is_seen_read_and_archived_by_command(reader):
    notices = [told(reader) for _ in range(4)]
    ids = [str(notice.pk) for notice in notices]

    answers = [
        say(reader, "mark_seen", ids=ids[:1]),
        say(reader, "mark_seen", upto=ids[1]),
        say(reader, "mark_read", ids=ids[:1]),
        say(reader, "archive", ids=ids[1:2]),
        say(reader, "mark_all_read"),
    ]

    assert [(answer.status, answer.body) for answer in answers] == [
        (200, {"unread": unread}) for unread in (4, 4, 3, 2, 0)
    ]


def test_receipts_name_their_device(reader):
    push = DeliveryFactory(notice=told(reader), device=DeviceFactory(user=reader), state="accepted")
    nid = str(push.notice_id)

    nameless = say(reader, "note_receipts", received=[nid])
    push.refresh_from_db()
    assert (nameless.body, push.received_at) == ({"unread": 1}, None)

    named = say(reader, "note_receipts", opened=[nid], device=str(push.device_id))
    push.refresh_from_db()
    assert (named.body, push.state) == ({"unread": 0}, "opened")


def test_a_repeated_command_has_one_effect_and_its_events_name_it(reader):
    notice, command_id = told(reader), uuid7()

    first = say(reader, "mark_read", command_id, ids=[str(notice.pk)])
    again = say(reader, "mark_read", command_id, ids=[str(notice.pk)])

    assert (again.body, again.is_replay) == (first.body, True)
    assert heard(reader)[2:] == ["notice_changed", "inbox_changed"]
    by = Entry.objects.filter(user_id=reader.pk, offset__gt=2).values_list("event__command", flat=True)
    assert list(by) == [command_id, command_id]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("mark_seen", {}),
        ("mark_seen", {"upto": 7.5}),
        ("mark_read", {}),
        ("mark_read", {"ids": "all"}),
        ("archive", {"ids": ["x"]}),
        ("note_receipts", {"received": "x"}),
        ("note_receipts", {"device": "x"}),
    ],
)
def test_bad_data_is_refused(reader, name, data):
    assert say(reader, name, **data).status == 400


def test_what_is_somebody_elses_is_passed_over(reader, stranger):
    theirs = told(stranger)

    assert say(reader, "mark_read", ids=[str(theirs.pk), str(uuid4())]).body == {"unread": 0}
    assert say(stranger, "mark_read", ids=[]).body == {"unread": 1}
