"""What is told, seen, read, archived and taken back; and what each does to deliveries that wait."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.unit import unit
from notifications import messages, retention, selectors, services, trees
from notifications.errors import NoSuchNotice
from notifications.messages import Message, notify
from notifications.models import Delivery, Notice
from tests.factories.notifications import DeliveryFactory, DeviceFactory, NoticeFactory
from tests.notifications.inbox import INBOX, folded, fresh, heard, outcomes, tell, told

pytestmark = pytest.mark.django_db

IMPORTANT = Notice.Importance.IMPORTANT
URGENT = Notice.Importance.URGENT


def states(notice):
    notice.refresh_from_db()
    return notice.seen_at, notice.read_at, notice.archived_at


def unread(user):
    return selectors.unread_count(user)


class TestTelling:
    def test_what_is_told_is_in_the_inbox_and_in_the_stream(self, reader, stranger):
        notice = told(reader)

        assert list(selectors.notices_of(reader)) == [notice]
        assert list(selectors.notices_of(stranger)) == []
        assert (unread(reader), unread(stranger)) == (1, 0)
        assert heard(reader) == ["notice_added", "inbox_changed"]

    def test_nobody_is_told_the_same_twice(self, reader, stranger):
        tell(reader, about=1)
        tell(reader, stranger, about=1)
        tell(reader, about=1, occasion="again")

        assert (unread(reader), unread(stranger)) == (2, 1)
        assert heard(reader) == ["notice_added", "inbox_changed"] * 2

    def test_of_several_notices_in_one_unit_the_number_is_told_once(self, reader):
        with unit():
            tell(reader)
            tell(reader)

        assert sorted(heard(reader)) == ["inbox_changed", "notice_added", "notice_added"]
        assert fresh(reader)[INBOX] == {str(reader.pk): {"unread": 2}}

    def test_what_has_a_place_of_its_own_is_not_listed(self, reader):
        notice = told(reader, kind="sample_chat")

        assert (unread(reader), heard(reader)) == (0, [])
        with pytest.raises(NoSuchNotice):
            selectors.notice_of(reader, notice.pk)

    def test_what_is_withdrawn_has_left_the_inbox(self, reader, stranger):
        tell(reader, stranger, about=1)
        notice = selectors.notices_of(reader).get()

        messages.withdraw(("sample.counter", 1), to=[reader.pk])

        assert (unread(reader), unread(stranger)) == (0, 1)
        assert heard(reader) == ["notice_added", "inbox_changed", "notice_withdrawn", "inbox_changed"]
        with pytest.raises(NoSuchNotice):
            selectors.notice_of(reader, notice.pk)
        services.mark_read(reader, [notice.pk], now=notice.created_at)
        assert states(notice) == (None, None, None)


class TestMarking:
    def test_who_reads_has_seen(self, reader, now):
        notice = told(reader)

        services.mark_read(reader, [notice.pk], now=now)

        assert states(notice) == (now, now, None)
        assert unread(reader) == 0
        assert heard(reader)[2:] == ["notice_changed", "inbox_changed"]

    def test_who_archives_has_read(self, reader, now):
        notice = told(reader)

        services.archive(reader, [notice.pk], now=now)

        assert states(notice) == (now, now, now)
        assert list(selectors.notices_of(reader)) == []
        assert selectors.notice_of(reader, notice.pk) == notice
        assert heard(reader)[2:] == ["notice_changed", "inbox_changed"]

    def test_to_see_is_not_to_read(self, reader, now):
        notice = told(reader)

        services.mark_seen(reader, [notice.pk], now=now)

        assert states(notice) == (now, None, None)
        assert unread(reader) == 1
        assert heard(reader)[2:] == ["notice_changed"]

    def test_the_first_time_counts(self, reader, now):
        notice, later = told(reader), now + timedelta(hours=1)
        services.mark_seen(reader, [notice.pk], now=now)
        services.mark_read(reader, [notice.pk], now=now + timedelta(minutes=1))

        for verb in (services.mark_seen, services.mark_read, services.archive):
            verb(reader, [notice.pk], now=later)

        assert states(notice) == (now, now + timedelta(minutes=1), later)

    @pytest.mark.parametrize("verb", [services.mark_seen, services.mark_read, services.archive])
    def test_a_repeat_changes_nothing_and_tells_nobody(self, reader, now, verb):
        notice = told(reader)
        verb(reader, [notice.pk], now=now)
        before = heard(reader), states(notice)

        verb(reader, [notice.pk], now=now + timedelta(hours=1))
        services.mark_seen_upto(reader, notice.pk, now=now + timedelta(hours=1))

        assert (heard(reader), states(notice)) == before

    @pytest.mark.parametrize("verb", [services.mark_seen, services.mark_read, services.archive])
    def test_what_is_somebody_elses_stays_as_it_is(self, reader, stranger, now, verb):
        hers, mine = told(reader), told(stranger)

        verb(stranger, [hers.pk, uuid4(), mine.pk], now=now)

        assert states(hers) == (None, None, None)
        assert states(mine) != (None, None, None)

    def test_all_is_read_at_once(self, reader, stranger, now):
        notices = [told(reader) for _ in range(3)]
        other = told(stranger)
        services.mark_read(reader, [notices[0].pk], now=now)
        before = len(heard(reader))

        services.mark_all_read(reader, now=now + timedelta(hours=1))
        services.mark_all_read(reader, now=now + timedelta(hours=2))

        later = now + timedelta(hours=1)
        assert [states(notice) for notice in notices] == [(now, now, None)] + [(later, later, None)] * 2
        assert states(other) == (None, None, None)
        assert heard(reader)[before:] == ["notice_changed", "notice_changed", "inbox_changed"]

    def test_of_very_many_that_are_read_the_newest_are_told(self, reader, now):
        NoticeFactory.create_batch(selectors.WINDOW + 30, recipient=reader)

        services.mark_all_read(reader, now=now)

        assert unread(reader) == 0
        assert sorted(heard(reader)) == ["inbox_changed", *["notice_changed"] * selectors.WINDOW]

    def test_when_only_old_ones_were_unread_the_number_is_told_all_the_same(self, reader, now):
        NoticeFactory(recipient=reader)
        NoticeFactory.create_batch(selectors.WINDOW, recipient=reader, read_at=now)

        services.mark_all_read(reader, now=now)

        assert heard(reader) == ["inbox_changed"]

    def test_a_list_is_seen_from_its_newest_on(self, reader, stranger, now):
        older, shown, newer, other = told(reader), told(reader), told(reader), told(stranger)

        services.mark_seen_upto(reader, shown.pk, now=now)

        assert [states(notice)[0] for notice in (older, shown, newer, other)] == [now, now, None, None]
        assert heard(reader)[6:] == ["notice_changed", "notice_changed"]


class TestWaitingDeliveries:
    """What she knows already need not be sent, but for the mail that goes in any case."""

    @pytest.fixture
    def planned(self, reader):
        """A notice, and its deliveries, none of which has begun."""
        device = DeviceFactory(user=reader)

        def plan(importance):
            notice = told(reader, importance=importance)
            for number, step in enumerate(trees.BY_IMPORTANCE[importance]):
                to = device if step.channel == trees.FCM else None
                DeliveryFactory(notice=notice, device=to, channel=step.channel, step=number, unless=step.unless)
            return notice

        return plan

    @pytest.mark.parametrize("verb", [services.mark_read, services.archive])
    def test_what_is_read_is_not_sent_any_more(self, reader, now, planned, verb):
        notice = planned(URGENT)

        verb(reader, [notice.pk], now=now)

        assert outcomes(notice) == [("skipped", "read")] * 4
        assert set(notice.deliveries.values_list("ended_at", flat=True)) != {None}

    def test_what_is_seen_is_not_sent_any_more(self, reader, now, planned):
        notice = planned(URGENT)

        services.mark_seen_upto(reader, notice.pk, now=now)

        assert outcomes(notice) == [("skipped", "seen")] * 4

    def test_a_mail_that_goes_in_any_case_goes(self, reader, now, planned):
        notice = planned(IMPORTANT)

        services.mark_seen(reader, [notice.pk], now=now)
        services.mark_all_read(reader, now=now)

        assert outcomes(notice) == [("skipped", "seen"), ("pending", "")]

    def test_who_only_saw_is_pushed_what_waits_until_it_is_read(self, reader, now, planned):
        notice = planned(Notice.Importance.NORMAL)
        notice.deliveries.update(unless=Delivery.Unless.READ)

        services.mark_seen(reader, [notice.pk], now=now)
        assert outcomes(notice) == [("pending", "")]
        services.mark_read(reader, [notice.pk], now=now)
        assert outcomes(notice) == [("skipped", "read")]

    def test_what_is_on_the_wire_or_over_stays(self, reader, now, planned):
        notice = planned(URGENT)
        first, second = notice.deliveries.filter(step=0), notice.deliveries.filter(step=1)
        first.update(state="sending")
        second.update(state="failed")

        services.mark_read(reader, [notice.pk], now=now)

        assert [state for state, _ in outcomes(notice)] == ["sending", "failed", "skipped", "skipped"]

    @pytest.mark.parametrize("verb", [services.mark_read, services.archive])
    def test_what_was_shown_is_taken_off_every_screen_once(self, reader, now, planned, verb):
        notice = planned(Notice.Importance.NORMAL)
        DeliveryFactory(notice=notice, device=DeviceFactory(user=reader))
        DeliveryFactory(notice=notice, device=DeviceFactory(user=reader, is_enabled=False))
        notice.deliveries.update(state="accepted")

        verb(reader, [notice.pk], now=now)
        services.archive(reader, [notice.pk], now=now)
        services.mark_all_read(reader, now=now)

        clears = notice.deliveries.filter(is_clear=True)
        assert set(clears.values_list("device", "state")) == {
            (device.pk, "pending") for device in reader.devices.enabled()
        }

    def test_a_conversation_is_read_in_its_own_place(self, reader, now):
        notice = told(reader, kind="sample_chat")
        DeliveryFactory(notice=notice, device=DeviceFactory(user=reader), state="accepted")

        services.mark_read(reader, [notice.pk], now=now)

        assert states(notice) == (now, now, None)
        assert notice.deliveries.filter(is_clear=True).count() == 1
        assert heard(reader) == []


class TestReceipts:
    @pytest.fixture
    def phone(self, reader):
        return DeviceFactory(user=reader)

    @pytest.fixture
    def tablet(self, reader):
        return DeviceFactory(user=reader)

    @pytest.fixture
    def pushed(self, reader, phone, tablet):
        notice = told(reader)
        for device in (phone, tablet):
            DeliveryFactory(notice=notice, device=device, state="accepted")
        return notice

    def sent_to(self, notice, device):
        delivery = notice.deliveries.get(device=device, is_clear=False)
        return delivery.state, delivery.received_at, delivery.opened_at

    def say(self, user, device, now, *, received=(), opened=()):
        services.note_receipts(user, received=received, opened=opened, device_ids=[device.pk], now=now)

    def test_a_device_says_that_a_push_arrived(self, reader, phone, tablet, pushed, now):
        self.say(reader, phone, now, received=[pushed.pk])

        assert self.sent_to(pushed, phone) == ("accepted", now, None)
        assert self.sent_to(pushed, tablet) == ("accepted", None, None)
        assert states(pushed) == (None, None, None)

    def test_who_taps_a_push_reads_the_notice(self, reader, phone, tablet, pushed, now):
        self.say(reader, phone, now, opened=[pushed.pk])

        assert self.sent_to(pushed, phone) == ("opened", now, now)
        assert self.sent_to(pushed, tablet) == ("accepted", None, None)
        assert states(pushed) == (now, now, None)
        assert heard(reader)[2:] == ["notice_changed", "inbox_changed"]

    def test_the_first_receipt_counts(self, reader, phone, pushed, now):
        self.say(reader, phone, now, received=[pushed.pk])
        self.say(reader, phone, now + timedelta(seconds=9), opened=[pushed.pk])
        self.say(reader, phone, now + timedelta(seconds=99), received=[pushed.pk], opened=[pushed.pk])

        assert self.sent_to(pushed, phone) == ("opened", now, now + timedelta(seconds=9))
        assert heard(reader)[2:] == ["notice_changed", "inbox_changed"]

    def test_a_receipt_may_come_before_the_providers_answer(self, reader, phone, pushed, now):
        pushed.deliveries.filter(device=phone).update(state="sending")

        self.say(reader, phone, now, received=[pushed.pk])

        assert self.sent_to(pushed, phone) == ("sending", now, None)

    def test_nobody_has_received_what_was_not_sent(self, reader, phone, pushed, now):
        pushed.deliveries.filter(device=phone).update(state="skipped", reason="muted")

        self.say(reader, phone, now, received=[pushed.pk])

        assert self.sent_to(pushed, phone) == ("skipped", None, None)

    def test_nobody_receives_what_is_somebody_elses(self, stranger, phone, pushed, now):
        self.say(stranger, phone, now, received=[pushed.pk], opened=[pushed.pk])

        assert self.sent_to(pushed, phone) == ("accepted", None, None)
        assert states(pushed) == (None, None, None)

    def test_where_it_is_not_known_which_device_a_push_went_to_any_of_hers_says_that_it_came(
        self, reader, phone, pushed, now
    ):
        by_other_way = DeliveryFactory(notice=pushed, channel=trees.ONESIGNAL, step=1, state="accepted")

        self.say(reader, phone, now, received=[pushed.pk])

        by_other_way.refresh_from_db()
        assert by_other_way.received_at == now

    def test_a_device_that_says_something_is_alive(self, reader, phone, pushed, now):
        type(phone).objects.filter(pk=phone.pk).update(last_seen_at=now - timedelta(days=20))

        self.say(reader, phone, now, received=[pushed.pk])

        phone.refresh_from_db()
        assert phone.last_seen_at == now

    def test_the_device_is_the_one_named_or_that_of_the_session(self, reader, stranger, phone, tablet):
        session_id = uuid4()
        type(phone).objects.filter(pk=tablet.pk).update(session_id=session_id)
        find = selectors.devices_of

        assert find(reader, device_id=phone.pk, session_id=session_id) == [phone.pk]
        assert find(reader, device_id=None, session_id=session_id) == [tablet.pk]
        assert find(reader, device_id=None, session_id=None) == []
        assert find(stranger, device_id=phone.pk, session_id=None) == []


class TestView:
    def test_what_is_folded_is_what_is_fresh(self, reader, now):
        notices = [told(reader) for _ in range(6)]
        services.mark_seen(reader, [notices[0].pk], now=now)
        services.mark_read(reader, [notices[1].pk], now=now)
        services.archive(reader, [notices[2].pk], now=now)
        messages.withdraw((notices[3].subject_kind, notices[3].subject_key))
        services.mark_all_read(reader, now=now)
        tell(reader)

        assert folded(reader) == fresh(reader)
        assert fresh(reader)[INBOX] == {str(reader.pk): {"unread": 1}}

    def test_the_window_holds_the_newest_and_nothing_enters_it_but_what_is_new(self, reader, now):
        notices = [told(reader) for _ in range(selectors.WINDOW + 5)]
        assert selectors.newest_keys(reader.pk) == [str(notice.pk) for notice in reversed(notices[5:])]

        services.archive(reader, [notice.pk for notice in notices[-10:]], now=now)

        assert set(fresh(reader)["notifications.notice"]) == {str(notice.pk) for notice in notices[5:-10]}

    def test_somebody_new_has_an_empty_inbox(self, reader):
        assert fresh(reader) == {"notifications.notice": {}, INBOX: {str(reader.pk): {"unread": 0}}}


def test_who_is_forgotten_was_told_nothing(reader, stranger):
    tell(reader, stranger)
    DeliveryFactory(notice=reader.notices.get(), device=DeviceFactory(user=reader))

    services.forget(reader.pk)

    assert list(Notice.objects.values_list("recipient", flat=True)) == [stranger.pk]
    assert fresh(reader)["notifications.notice"] == {}
    assert "News" not in str(folded(reader))
    assert "News" in str(folded(stranger))


def test_the_number_follows_when_unread_notices_are_old_enough_to_be_forgotten(reader, stranger, now):
    _, read = told(reader), told(stranger)
    services.mark_read(stranger, [read.pk], now=now)
    Notice.objects.update(created_at=now - timedelta(days=91), planned_at=now)
    recent = told(reader)

    retention.forget(now)

    assert list(Notice.objects.all()) == [recent]
    assert folded(reader)[INBOX] == fresh(reader)[INBOX] == {str(reader.pk): {"unread": 1}}
    assert heard(reader)[-1] == "inbox_changed"
    assert heard(stranger)[-2:] == ["notice_changed", "inbox_changed"]


def test_a_message_to_nobody_is_no_notice(db):
    with unit():
        notify(Message("sample_news", ("sample.counter", 1), "News", "", to=[]))

    assert Notice.objects.count() == 0
