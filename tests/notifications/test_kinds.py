"""How notices look in their reader's view."""

import json
from datetime import UTC, datetime
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft7Validator

from accounts.models import User
from notifications import selectors, services
from notifications.serializers import NoticeOut
from realtime import kinds
from realtime.models import Entry
from tests.factories.accounts import UserFactory
from tests.factories.notifications import NoticeFactory
from tests.notifications.inbox import INBOX, NOTICE, folded, fresh, tell, told
from tests.realtime.test_asyncapi import ASYNCAPI, formats, resolved

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)


def test_a_notice_looks_the_same_in_the_view_in_an_event_and_over_rest(reader):
    notice = told(reader, data={"order": "12"}, expires_at=AT)

    shown = dict(NoticeOut(notice).data)

    assert folded(reader)[NOTICE] == fresh(reader)[NOTICE] == {str(notice.pk): shown}
    assert (shown["title"], shown["expires_at"]) == ("News is here", "2026-11-20T22:30:00Z")


def test_the_number_is_the_same_in_the_view_and_in_an_event(reader, stranger):
    tell(reader)
    tell(reader, stranger)

    assert folded(reader)[INBOX] == fresh(reader)[INBOX] == {str(reader.pk): {"unread": 2}}
    assert folded(stranger)[INBOX] == {str(stranger.pk): {"unread": 1}}


@pytest.mark.parametrize(("kind", "schema"), [(NOTICE, "Notice"), (INBOX, "Inbox")])
def test_objects_are_as_documented(reader, now, kind, schema):
    tell(reader, expires_at=AT)
    services.mark_read(reader, [told(reader).pk], now=now)
    described = resolved({"$ref": f"#/components/schemas/{schema}"})
    validator = Draft7Validator({**described, "components": ASYNCAPI["components"]}, format_checker=formats)

    shown = json.loads(kinds.encode(list(fresh(reader)[kind].values())))

    assert shown
    assert [error.message for data in shown for error in validator.iter_errors(data)] == []
    assert list(validator.iter_errors({**shown[0], "surprise": 1}))


def test_an_instant_is_shown_by_the_readers_clock_or_by_that_of_its_place(db):
    reader = UserFactory(zone="Asia/Baghdad")
    here = told(reader, title="At {at}", params={"at": AT})
    there = told(reader, title="At {at}", params={"at": AT.astimezone(ZoneInfo("America/Toronto"))})

    shown = fresh(reader)[NOTICE]

    assert shown[str(here.pk)]["title"] == "At Nov. 21, 2026, 1:30 a.m."
    assert shown[str(there.pk)]["title"] == "At Nov. 20, 2026, 5:30 p.m."


def test_nobody_sees_the_notices_of_somebody_else(reader, stranger):
    told(reader)

    assert fresh(stranger) == {NOTICE: {}, INBOX: {str(stranger.pk): {"unread": 0}}}


def test_a_notice_knows_its_place_in_the_stream(reader):
    first, second = told(reader), told(reader)

    places = {entry.event.key: entry.offset for entry in Entry.objects.filter(user_id=reader.pk)}
    for notice in (first, second):
        notice.refresh_from_db()
        assert notice.offset == places[str(notice.pk)]


def test_the_badge_comes_first_on_a_fresh_start(reader):
    ranks = {name: kinds.kind(name).rank for name in (NOTICE, INBOX)}

    assert ranks[INBOX] < ranks[NOTICE]


def test_unread_notices_of_many_are_counted_in_one_query(reader, stranger, django_assert_num_queries):
    tell(reader)
    nobody = UserFactory()

    with django_assert_num_queries(1):
        counts = selectors.unread_counts([reader.pk, stranger.pk, nobody.pk])

    assert counts == {reader.pk: 1, stranger.pk: 0, nobody.pk: 0}


def test_five_thousand_notices_are_rendered_in_half_a_second(db):
    users = User.objects.bulk_create(User(email=f"{n}@many.test", locale=["en", "ar"][n % 2]) for n in range(5000))
    told = [NoticeFactory.build(recipient=user) for user in users]

    assert min(seconds_to_render(told) for _ in range(3)) < 0.5


def seconds_to_render(notices):
    began = process_time()
    assert len([NoticeOut(notice).data for notice in notices]) == len(notices)
    return process_time() - began
