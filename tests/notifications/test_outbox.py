from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from core.unit import unit
from notifications import messages
from notifications.messages import text_of
from notifications.models import Delivery, Notice
from realtime.models import Entry, Stream
from tests.factories.accounts import UserFactory
from tests.factories.notifications import DeliveryFactory, DeviceFactory
from tests.notifications import post

pytestmark = pytest.mark.django_db(transaction=True)

State = Delivery.State


def heard(user: User) -> list[str]:
    return list(Entry.objects.filter(user_id=user.pk).order_by("offset").values_list("event__name", flat=True))


def test_a_message_is_a_notice_in_the_commit_of_the_unit_and_an_event_in_the_readers_stream(reader: User) -> None:
    notice = post.told("sample_news", reader, data={"counter": "7"})
    assert (notice.title, notice.params, notice.data) == ("Counter {n}", {"n": 7}, {"counter": "7"})
    assert heard(reader) == ["notifications.notice_added", "notifications.inbox_changed"]


def test_a_unit_that_fails_tells_nobody(reader: User) -> None:
    @unit
    def fail() -> None:
        post.tell("sample_news", reader)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not Notice.objects.exists()


def test_nobody_is_told_the_same_twice(reader: User, stranger: User) -> None:
    for _ in range(2):
        post.tell("sample_news", reader, about=("sample.counter", 1))
    post.tell("sample_news", reader, stranger, about=("sample.counter", 1))
    assert Notice.objects.filter(recipient=reader).count() == 1
    assert heard(stranger) == ["notifications.notice_added", "notifications.inbox_changed"]
    assert len(heard(reader)) == 2


def test_the_same_at_another_occasion_is_news(reader: User) -> None:
    for occasion in ("first", "second"):
        post.tell("sample_news", reader, about=("sample.counter", 1), occasion=occasion)
    assert Notice.objects.filter(recipient=reader).count() == 2


def test_a_notice_knows_where_in_the_stream_it_was_told(reader: User) -> None:
    notices = [post.told("sample_news", reader) for _ in range(2)]
    assert [notice.offset for notice in notices] == [1, 3]
    assert Stream.objects.get(pk=reader.pk).head == 4


def test_what_has_a_place_of_its_own_is_not_told_in_the_inbox(reader: User) -> None:
    notice = post.told("sample_chat", reader)
    assert (notice.is_listed, notice.offset, heard(reader)) == (False, None, [])


def test_withdrawing_takes_it_off_the_queue_out_of_the_inbox_and_off_the_screens(reader: User) -> None:
    shown_on, waiting_for = DeviceFactory(user=reader), DeviceFactory(user=reader)
    notice = post.told("sample_news", reader, about=("sample.counter", 1))
    shown = DeliveryFactory(notice=notice, device=shown_on, state=State.ACCEPTED)
    waiting = DeliveryFactory(notice=notice, device=waiting_for)

    messages.withdraw(("sample.counter", 1))

    for row in (notice, shown, waiting):
        row.refresh_from_db()
    assert notice.withdrawn_at
    assert (shown.state, waiting.state) == (State.ACCEPTED, State.WITHDRAWN)
    assert [(clear.device, clear.state) for clear in Delivery.objects.filter(is_clear=True)] == [(shown_on, "pending")]
    assert heard(reader)[2:] == ["notifications.notice_withdrawn", "notifications.inbox_changed"]


def test_withdrawing_can_be_limited_to_kinds_and_people(reader: User, stranger: User) -> None:
    post.tell("sample_news", reader, stranger, about=("sample.counter", 1))
    post.tell("sample_alarm", reader, about=("sample.counter", 1))
    messages.withdraw(("sample.counter", 1), kinds=["sample_news"], to=[reader.pk])
    left = Notice.objects.filter(withdrawn_at=None).values_list("kind", "recipient").order_by("kind")
    assert list(left) == [("sample_alarm", reader.pk), ("sample_news", stranger.pk)]


def test_in_one_unit_what_was_told_before_is_withdrawn_and_what_follows_is_not(reader: User) -> None:
    with unit():
        post.tell("sample_news", reader, about=("sample.counter", 1))
        messages.withdraw(("sample.counter", 1))
        post.tell("sample_news", reader, about=("sample.counter", 1), title="It is back")
    assert [notice.title for notice in Notice.objects.filter(withdrawn_at=None)] == ["It is back"]


def test_withdrawing_again_changes_nothing(reader: User) -> None:
    notice = post.told("sample_news", reader, about=("sample.counter", 1))
    messages.withdraw(("sample.counter", 1))
    notice.refresh_from_db()
    first = notice.withdrawn_at
    messages.withdraw(("sample.counter", 1))
    notice.refresh_from_db()
    assert notice.withdrawn_at == first
    assert len(heard(reader)) == 4


def test_a_places_clock_is_shown_as_it_is_and_an_instant_by_the_readers(reader: User) -> None:
    begins = datetime(2026, 3, 1, 9, tzinfo=ZoneInfo("Europe/Paris"))
    sent = datetime(2026, 3, 1, 9, tzinfo=UTC)
    params = {"begins": begins, "sent": sent}
    notice = post.told("sample_news", reader, title="{begins}, {sent}", params=params)
    assert text_of(notice, "en", "Asia/Tokyo").title == "March 1, 2026, 9 a.m., March 1, 2026, 6 p.m."


def test_a_unit_tells_thousands_in_a_constant_number_of_queries(django_assert_max_num_queries: object) -> None:
    few, many = UserFactory.create_batch(2), UserFactory.create_batch(60)
    with django_assert_max_num_queries(14):
        post.tell("sample_news", *few)
    with django_assert_max_num_queries(14):
        post.tell("sample_news", *many)


def test_what_was_withdrawn_may_be_told_again(reader: User) -> None:
    for _ in range(2):
        post.tell("sample_news", reader, about=("sample.counter", 1))
        messages.withdraw(("sample.counter", 1))
    post.tell("sample_news", reader, about=("sample.counter", 1))
    assert Notice.objects.filter(withdrawn_at=None).count() == 1
    assert Notice.objects.count() == 3
