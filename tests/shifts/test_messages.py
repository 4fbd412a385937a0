"""What nurses read, and what is taken back."""

from datetime import UTC, datetime, timedelta

import pytest

from notifications.messages import text_of
from notifications.models import Notice
from notifications.trees import FCM
from shifts import expiry, leaving, offering, overlaps, services, tasks
from shifts.models import Shift, ShiftOffer
from shifts.wiring import NOTICES
from tests.factories.shifts import EmployeeFactory, ShiftFactory
from tests.shifts.hearing import told

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
OFFER = "New shift available"
TAKEN = "Shift already taken"
ASSIGNED = "Shift assigned to you"
CANCELLED = "Your shift was cancelled"


def notice(user):
    return Notice.objects.listed().get(recipient=user)


class TestWords:
    @pytest.fixture
    def night(self, now):
        """In New York, through the hour that is skipped."""
        return ShiftFactory(
            start_at=datetime(2031, 3, 9, 3, tzinfo=UTC),
            end_at=datetime(2031, 3, 9, 10, 30, tzinfo=UTC),
            zone="America/New_York",
            location_name="Willow Place",
            client_name="Ms. Frost",
        )

    @pytest.mark.parametrize(
        ("locale", "title", "body"),
        [
            ("en", "New shift available", "March 8, 2031, 10 p.m., 7.5 h, Willow Place"),
            ("ar", "مناوبة جديدة متاحة", "8 مارس 2031، 10:00 م، 7.5 س، Willow Place"),
        ],
    )
    def test_an_offer_says_when_by_the_clock_of_its_place_and_where(self, nurse, night, now, locale, title, body):
        services.offer_shift_to(night, [nurse], now=now)

        text = text_of(notice(nurse.user), locale, "Africa/Cairo")

        assert (text.title, text.body) == (title, body)

    def test_nothing_of_the_client_is_said(self, nurse, night, now):
        services.offer_shift_to(night, [nurse], now=now)

        asked = notice(nurse.user)
        assert "Frost" not in str(asked.params) + str(asked.data)

    def test_a_place_that_has_no_name_is_left_out(self, nurse, night, now):
        Shift.objects.update(location_name="")
        services.offer_shift_to(night, [nurse], now=now)

        assert text_of(notice(nurse.user), "en", "UTC").body == "March 8, 2031, 10 p.m., 7.5 h"

    def test_the_app_is_told_which_shift_it_is(self, nurse, night, now):
        services.offer_shift_to(night, [nurse], now=now)

        asked = notice(nurse.user)
        assert asked.data == {"type": "shift_offer", "shift_id": str(night.pk)}
        assert (asked.kind, asked.subject_kind, asked.subject_key) == ("shift_offers", "shifts.offer", str(night.pk))
        assert asked.expires_at == night.start_at

    @pytest.mark.parametrize(("hours", "offered", "assigned"), [(24, "normal", "important"), (23, "urgent", "urgent")])
    def test_what_begins_within_a_day_is_urgent(self, nurse, colleague, now, hours, offered, assigned):
        shift = services.offer_shift(ShiftFactory(start_at=now + hours * HOUR), now=now)
        assert notice(colleague.user).importance == offered

        services.assign_shift(shift, nurse, now=now)
        assert notice(nurse.user).importance == assigned
        services.cancel_shift(shift, now=now)
        assert notice(nurse.user).importance == assigned

    def test_what_became_of_her_shift_is_pushed_though_an_app_that_shows_offers_alone_has_acknowledged_it(self):
        pushed = [NOTICES[kind].tree_for("urgent")[0] for kind in ("shift_offers", "shift_updates")]

        assert [(step.channel, step.unless) for step in pushed] == [(FCM, "acked"), (FCM, "seen")]


class TestOffers:
    def test_everybody_who_is_asked_is_told(self, nurse, colleague, offered):
        EmployeeFactory(availability=None)
        offered()

        assert told(nurse.user) == told(colleague.user) == [OFFER]
        assert Notice.objects.count() == 2

    def test_who_is_asked_again_is_told_again_and_once(self, nurse, offered, offer_to, now):
        shift = offered()
        services.offer_shift_to(shift, [nurse], now=now + HOUR)
        assert told(nurse.user) == [OFFER]

        services.reject_offer(offer_to(nurse, shift), now=now + HOUR)
        assert told(nurse.user) == []
        services.offer_shift_to(shift, [nurse], now=now + 2 * HOUR)
        assert told(nurse.user) == [OFFER]
        assert Notice.objects.count() == 3

    def test_a_new_round_leaves_those_alone_who_were_asked_before(self, nurse, offered, now):
        shift = offered()

        services.offer_shift(shift, now=now + HOUR)

        assert told(nurse.user) == [OFFER]
        assert Notice.objects.count() == 1

    def test_her_no_takes_back_hers_alone(self, nurse, colleague, offered, offer_to, now):
        services.reject_offer(offer_to(nurse, offered()), now=now)

        assert (told(nurse.user), told(colleague.user)) == ([], [OFFER])

    def test_her_yes_leaves_nothing_on_anybodys_screen(self, nurse, colleague, offered, offer_to, now):
        services.accept_offer(offer_to(nurse, offered()), now=now)

        assert told(nurse.user) == told(colleague.user) == []

    def test_what_was_withdrawn_is_taken_back(self, nurse, offered):
        services.withdraw_offers(offered())

        assert told(nurse.user) == []

    def test_so_is_what_the_clock_has_closed(self, nurse, offered):
        begun = offered()
        ShiftOffer.objects.update(expires_at=begun.start_at - HOUR)

        expiry.expire_offers(begun.pk, begun.start_at - HOUR)

        assert told(nurse.user) == []

    def test_so_is_what_nobody_took(self, nurse, offered):
        shift = offered()

        expiry.give_up(shift.pk, shift.start_at)

        assert told(nurse.user) == []

    def test_so_is_what_overlaps_the_shift_that_she_took(self, nurse, colleague, offered, offer_to, now):
        taken, _ = offered(), offered()
        services.accept_offer(offer_to(nurse, taken), now=now)

        overlaps.withdraw_overlapping(nurse.pk)

        assert (told(nurse.user), told(colleague.user)) == ([], [OFFER])

    def test_who_was_asked_alone_is_told_how_much_longer_she_has(self, nurse, now):
        shift = ShiftFactory(mode="sequential", window_minutes=12 * 60, start_at=now + 30 * HOUR)
        services.offer_shift(shift, now=now)
        alone = notice(nurse.user)
        offering.go_on_everywhere(now + 7 * HOUR)

        assert alone.expires_at == now + 12 * HOUR
        assert notice(nurse.user).expires_at == shift.start_at
        assert (alone.importance, notice(nurse.user).importance) == ("normal", "urgent")


class TestWhatBecameOfIt:
    def test_who_said_yes_too_late_is_told_so_once(self, nurse, colleague, offered, offer_to, now):
        shift = offered()
        services.accept_offer(offer_to(nurse, shift), now=now)

        for _ in range(2):
            services.tell_loser(offer_to(colleague, shift), now=now)

        assert (told(nurse.user), told(colleague.user)) == ([], [TAKEN])

    def test_who_was_faster_is_not_told_that_she_lost(self, nurse, offered, offer_to, now):
        shift = offered()
        services.accept_offer(offer_to(nurse, shift), now=now)

        services.tell_loser(offer_to(nurse, shift), now=now)

        assert told(nurse.user) == []

    def test_once_it_is_held_out_again_it_is_no_longer_taken(self, nurse, colleague, offered, offer_to, now):
        shift = offered()
        services.accept_offer(offer_to(nurse, shift), now=now)
        services.tell_loser(offer_to(colleague, shift), now=now)

        services.drop_shift(offer_to(nurse, shift), now=now + HOUR)

        assert (told(nurse.user), told(colleague.user)) == ([], [OFFER])

    def test_who_is_given_a_shift_is_told_that_and_nothing_of_an_offer(self, nurse, colleague, offered, now):
        services.assign_shift(ShiftFactory(), nurse, now=now)
        services.assign_shift(offered(start_at=now + 200 * HOUR), colleague, now=now)

        assert told(nurse.user) == told(colleague.user) == [ASSIGNED]

    def test_who_was_to_work_a_shift_is_told_that_it_is_cancelled(self, nurse, colleague, offered, offer_to, now):
        shift = offered()
        services.accept_offer(offer_to(nurse, shift), now=now)

        services.cancel_shift(shift, now=now)

        assert (told(nurse.user), told(colleague.user)) == ([CANCELLED], [])
        assert notice(nurse.user).expires_at == shift.end_at

    def test_an_offer_of_a_shift_that_is_cancelled_is_taken_back_in_silence(self, nurse, offered, now):
        services.cancel_shift(offered(), now=now)

        assert told(nurse.user) == []

    def test_who_has_left_is_rid_of_her_notices_too(self, nurse, colleague, now):
        services.assign_shift(ShiftFactory(), nurse, now=now)

        services.retire_employee(nurse.user_id)
        leaving.release_shifts(now)

        assert (told(nurse.user), told(colleague.user)) == ([], [OFFER])

    def test_what_she_has_worked_stays_in_her_inbox(self, nurse, now):
        shift = services.assign_shift(ShiftFactory(), nurse, now=now)

        expiry.complete(shift.pk, shift.end_at)

        assert told(nurse.user) == [ASSIGNED]


def test_a_lost_ring_tells_nobody_twice(nurse, offered):
    shift = offered()

    tasks.go_on_offering(shift.pk)
    tasks.go_on_offering_everywhere()

    assert told(nurse.user) == [OFFER]
