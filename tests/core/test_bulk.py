"""Whatever is written by columns reads back as `bulk_create` would have written it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DataError, IntegrityError

from core.bulk import FEW, insert, update
from notifications.models import Notice
from realtime.models import Event
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

MANY = 3 * FEW
AT = datetime(2026, 11, 20, 12, 30, 15, 123456, tzinfo=UTC)
TEXTS = ['"quoted"', "back\\slash", "طلب تقدير", "🚗", "", "a\nb", "{1,2}", "null", "NULL"]


def notices(reader, count=MANY):
    return [
        Notice(
            recipient=reader,
            kind="damage_reports",
            subject_kind="dispatch.report",
            subject_key=str(n),
            dedupe_key=uuid4().hex,
            title=TEXTS[n % len(TEXTS)],
            body="the same",
            params={"n": n, "text": TEXTS[n % len(TEXTS)]},
            data={"type": "x"},
            importance=Notice.Importance.URGENT,
            is_listed=n % 2 == 0,
            created_at=AT + timedelta(microseconds=n),
            expires_at=AT if n % 3 else None,
        )
        for n in range(count)
    ]


def written():
    return list(Notice.objects.order_by("id").values())


@pytest.mark.parametrize("count", [1, FEW - 1, FEW, MANY])
def test_rows_read_as_they_were_meant(count):
    reader = UserFactory()
    made = notices(reader, count)

    assert insert(made) == made
    found = written()
    Notice.objects.all().delete()
    Notice.objects.bulk_create(made)
    assert found == written()
    assert len(found) == count


def test_nothing_is_nothing():
    assert insert([]) == []


def test_keys_that_the_database_makes_come_back_in_order():
    events = [Event(name=f"n{n}", kind="k", key=str(n), shape=1, data="{}", at=AT) for n in range(MANY)]

    insert(events)

    assert [Event.objects.get(pk=event.pk).name for event in events[:: FEW // 2]] == [
        event.name for event in events[:: FEW // 2]
    ]
    assert sorted(event.pk for event in events) == [event.pk for event in events]


@pytest.mark.parametrize("count", [FEW - 1, MANY])
def test_rows_that_are_there_already_are_passed_over_where_that_is_asked_for(count):
    there, new = notices(UserFactory(), 7), notices(UserFactory(), count)
    insert(there)
    again = [Notice(**{**values, "id": uuid4()}) for values in written()]

    assert insert([*new, *again], ignore_conflicts=True) == new
    assert Notice.objects.count() == count + 7


def test_otherwise_they_are_an_error():
    made = notices(UserFactory())
    insert(made)

    with pytest.raises(IntegrityError):
        insert(made)


def test_a_text_that_is_too_long_is_not_cut_off():
    made = notices(UserFactory())
    for notice in made:
        notice.kind = "k" * 1000

    with pytest.raises(DataError):
        insert(made)


def test_what_is_updated_reads_as_it_was_meant_and_the_rest_stays():
    reader, other = UserFactory(), UserFactory()
    made = insert(notices(reader))
    for n, notice in enumerate(made):
        notice.recipient = other
        notice.title, notice.body = TEXTS[-1 - n % len(TEXTS)], "not written"
        notice.is_listed, notice.created_at = n % 3 == 0, AT - timedelta(days=n)
        notice.expires_at = None if n % 2 else AT + timedelta(microseconds=n)
    names = ["recipient", "title", "is_listed", "created_at", "expires_at"]
    before = written()

    update(made[1:], names)
    found = written()
    Notice.objects.bulk_update(made[1:], names)
    assert found == written()
    assert found[0] == before[0]
    assert {row["body"] for row in found} == {"the same"}


def test_to_update_nothing_is_nothing():
    update([], ["title"])
    [notice] = insert(notices(UserFactory(), 1))
    notice.title = "other"

    update([notice], [])
    assert written()[0]["title"] == TEXTS[0]
