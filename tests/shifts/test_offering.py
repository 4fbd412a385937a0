from datetime import timedelta

import pytest

from accounts.models import User
from notifications.models import Notice
from realtime.models import Entry, Event
from shifts import events, offering, services, tasks
from shifts.models import Availability, Consideration, Employee, ShiftOffer
from tests.factories.accounts import UserFactory
from tests.factories.shifts import (
    AvailabilityFactory,
    EmployeeFactory,
    HeldQualificationFactory,
    QualificationFactory,
    ShiftFactory,
)
from tests.shifts.hearing import folded, fresh, heard

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def crowd(db) -> list[Employee]:
    """A few more than are asked at once."""
    employees = [EmployeeFactory.build(user=UserFactory.build(), availability=None) for _ in range(offering.LOT + 5)]
    User.objects.bulk_create(employee.user for employee in employees)
    Employee.objects.bulk_create(employees)
    Availability.objects.bulk_create(AvailabilityFactory.build(employee=employee) for employee in employees)
    return employees


def statuses(shift):
    return dict(shift.offers.order_by("rank").values_list("employee", "status"))


def one_by_one(now, **facts):
    return services.offer_shift(ShiftFactory(mode="sequential", window_minutes=60, **facts), now=now)


def test_who_is_not_asked_can_be_told_why(nurse, offered, now):
    unavailable = EmployeeFactory(availability=None)

    shift = offered()

    assert statuses(shift) == {nurse.pk: "pending"}
    assert dict(shift.considerations.values_list("employee", "reasons")) == {
        nurse.pk: [],
        unavailable.pk: ["unavailable"],
    }


def test_inactive_employees_are_not_even_considered(nurse, offered):
    EmployeeFactory(is_active=False)
    EmployeeFactory(user__is_active=False)

    assert offered().considerations.count() == 1


def test_rank_follows_type_and_then_seniority(db, offered):
    casual = EmployeeFactory(type="casual", seniority=30)
    junior = EmployeeFactory(type="full_time", seniority=1)
    senior = EmployeeFactory(type="full_time", seniority=9)
    part_time = EmployeeFactory(type="part_time", seniority=20)

    assert list(statuses(offered())) == [senior.pk, junior.pk, part_time.pk, casual.pk]


def test_a_crowd_is_asked_in_lots_and_each_of_them_once(crowd, now):
    shift = services.offer_shift(ShiftFactory(), now=now)
    assert (shift.offers.count(), shift.is_asking) == (offering.LOT, True)

    offering.go_on(shift.pk, now)
    offering.go_on(shift.pk, now)

    shift.refresh_from_db()
    assert (shift.offers.count(), shift.is_asking) == (len(crowd), False)
    assert sorted(shift.offers.values_list("rank", flat=True)) == list(range(1, len(crowd) + 1))
    assert Entry.objects.filter(event__kind=events.OFFER).count() == len(crowd)


def test_a_lost_ring_is_found_by_the_sweep(crowd, now):
    shift = services.offer_shift(ShiftFactory(), now=now)

    tasks.go_on_offering_everywhere()

    assert shift.offers.count() == len(crowd)


def test_a_shift_offered_again_asks_those_who_became_eligible(nurse, offered, now):
    late = EmployeeFactory()
    qualification = QualificationFactory()
    HeldQualificationFactory(employee=nurse, qualification=qualification)
    shift = ShiftFactory()
    shift.qualifications.add(qualification)
    services.offer_shift(shift, now=now)
    assert statuses(shift) == {nurse.pk: "pending"}

    HeldQualificationFactory(employee=late, qualification=qualification)
    services.offer_shift(shift, now=now + HOUR)

    assert statuses(shift) == {nurse.pk: "pending", late.pk: "pending"}
    assert heard(late.user) == ["shift_offered"]
    assert shift.offers.get(employee=nurse).sent_at == now
    assert folded(nurse.user) == fresh(nurse.user)


class TestOneAfterAnother:
    @pytest.fixture
    def staff(self, db) -> list[Employee]:
        return [EmployeeFactory(seniority=seniority) for seniority in (9, 5, 1)]

    def test_the_best_is_asked_alone_for_a_while(self, staff, now):
        shift = one_by_one(now)

        offering.go_on(shift.pk, now)

        offer = shift.offers.get()
        assert (offer.employee, offer.rank, offer.expires_at) == (staff[0], 1, now + HOUR)

    def test_a_no_passes_the_word_to_the_next(self, staff, now):
        shift = one_by_one(now)
        services.reject_offer(shift.offers.get(), now=now)

        tasks.go_on_offering(shift.pk)

        assert statuses(shift) == {staff[0].pk: "rejected", staff[1].pk: "pending"}

    def test_so_does_silence(self, staff, now):
        shift = one_by_one(now)
        ShiftOffer.objects.update(expires_at=now)

        tasks.tidy()
        tasks.go_on_offering_everywhere()

        assert statuses(shift) == {staff[0].pk: "expired", staff[1].pk: "pending"}
        assert heard(staff[0].user) == ["shift_offered", "offer_closed"]

    def test_the_ineligible_are_passed_over_with_their_reasons(self, staff, now):
        staff[0].availabilities.all().delete()

        shift = one_by_one(now)

        assert statuses(shift) == {staff[1].pk: "pending"}
        assert list(Consideration.objects.order_by("pk").values_list("reasons", flat=True)) == [["unavailable"], []]

    def test_when_all_have_refused_it_stays_open_and_waits_for_a_coordinator(self, staff, now):
        shift = one_by_one(now)
        for _ in staff:
            services.reject_offer(shift.offers.pending().get(), now=now)
            offering.go_on(shift.pk, now)

        shift.refresh_from_db()
        assert (shift.status, shift.is_asking) == ("open", False)
        assert set(statuses(shift).values()) == {"rejected"}

    def test_a_shift_within_a_day_goes_to_all_at_once(self, staff, now):
        shift = one_by_one(now, start_at=now + 23 * HOUR)

        assert len(statuses(shift)) == 3
        assert {offer.expires_at for offer in shift.offers.all()} == {shift.start_at}

    def test_exactly_a_day_ahead_is_not_yet_near(self, staff, now):
        assert len(statuses(one_by_one(now, start_at=now + 24 * HOUR))) == 1

    def test_a_shift_that_has_come_near_goes_to_all_who_did_not_say_no(self, staff, now):
        shift = one_by_one(now, start_at=now + 30 * HOUR)
        services.reject_offer(shift.offers.get(), now=now)
        offering.go_on(shift.pk, now)
        later = now + 7 * HOUR

        offering.go_on_everywhere(later)

        assert statuses(shift) == {staff[0].pk: "rejected", staff[1].pk: "pending", staff[2].pk: "pending"}
        assert {offer.expires_at for offer in shift.offers.pending()} == {shift.start_at}
        assert heard(staff[1].user) == ["shift_offered", "offer_extended"]
        assert folded(staff[1].user) == fresh(staff[1].user)


def test_two_hundred_are_asked_in_one_event(crowd, now, django_assert_max_num_queries):
    shift = ShiftFactory()

    with django_assert_max_num_queries(40):
        services.offer_shift(shift, now=now)

    told = Event.objects.get(kind=events.OFFER)
    assert Entry.objects.filter(event=told).count() == offering.LOT


def test_two_hundred_offers_are_taken_back_in_a_few_queries(crowd, now, django_assert_max_num_queries):
    shift = services.offer_shift(ShiftFactory(), now=now)

    with django_assert_max_num_queries(40):
        services.withdraw_offers(shift)

    assert Notice.objects.filter(withdrawn_at__isnull=False).count() == offering.LOT
