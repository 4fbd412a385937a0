"""Counters against what they count, and how they are put right while others book."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bookings import auditing
from bookings.models import ProviderStats, Reservation, Slot
from bookings.services import reservations, subscriptions
from tests.factories.accounts import UserFactory
from tests.factories.bookings import PlanFactory, ProviderFactory, ServiceFactory
from tests.races.test_stream_races import run_together

UNKNOWN = "00000000-0000-7000-8000-000000000000"
HANDS = 4
BOOKINGS = 30


def found(drifts):
    return [(drift.counter, drift.kept, drift.counted) for drift in drifts]


def spoil(provider, **counters):
    ProviderStats.objects.filter(pk=provider.pk).update(**counters)


def run(*arguments):
    said = StringIO()
    call_command("auditstats", *map(str, arguments), stdout=said)
    return said.getvalue().splitlines()


@pytest.fixture
def busy(db, reserve, now):
    """A provider of whom every counter counts something."""
    provider = ProviderFactory(accepts_cash=True)
    service = ServiceFactory(provider=provider, price=500_00, requires_payment=False, capacity=5)
    paid_ahead = ServiceFactory(provider=provider, price=500_00)
    reserve(paid_ahead)
    done, gone, _ = (reserve(service) for _ in range(3))
    reservations.take_cash(done, now=now)
    reservations.cancel_reservation(gone, by=Reservation.By.USER, now=now)
    reservations.complete_reservation(done, now=done.start_at)
    reservations.review_reservation(done, rating=4)
    subscriptions.subscribe(UserFactory(), PlanFactory(provider=provider), by="cash", now=now)
    left = subscriptions.subscribe(UserFactory(), PlanFactory(provider=provider, price=0), now=now)
    subscriptions.cancel_subscription(left, now=now)
    return provider


class TestAudit:
    def test_what_was_counted_on_the_way_is_what_the_rows_say(self, busy):
        stats = ProviderStats.objects.get(provider=busy)

        assert (stats.total_reservations, stats.pending_reservations, stats.confirmed_reservations) == (4, 1, 2)
        assert (stats.total_subscriptions, stats.active_subscriptions, stats.cancelled_subscriptions) == (2, 1, 1)
        assert (stats.cancelled_reservations, stats.rating_sum, stats.rating_count) == (1, 4, 1)
        assert stats.revenue == 500_00  # the subscription is paid for over the desk, and was not yet
        assert auditing.drifts(busy) == []

    def test_counters_that_are_not_what_the_rows_say_are_found_and_repaired(self, busy):
        true = auditing.recount(busy)
        spoil(busy, **{counter: count + 7 for counter, count in true.items()})
        wrong = [(counter, count + 7, count) for counter, count in true.items()]

        assert len(wrong) == 10
        assert found(auditing.drifts(busy)) == wrong
        assert found(auditing.repair(busy)) == wrong
        assert auditing.drifts(busy) == []

    def test_of_one_that_is_wrong_the_others_stay(self, busy):
        spoil(busy, rating_sum=-1)

        assert found(auditing.drifts(busy)) == [("rating_sum", -1, 4)]

    @pytest.mark.parametrize("capacity", [None, 9])
    def test_so_are_the_seats_of_a_slot(self, busy, capacity):
        type(busy).objects.filter(pk=busy.pk).update(capacity=capacity)
        slot = Slot.objects.get(service__capacity=5)
        Slot.objects.filter(pk=slot.pk).update(held=1, confirmed=0)

        drifts = auditing.drifts(busy)

        assert [drift.of for drift in drifts] == [f"slot {slot}"] * 2
        assert found(drifts) == [("held", 1, 0), ("confirmed", 0, 2)]
        assert found(auditing.repair(busy)) == found(drifts)
        assert auditing.drifts(busy) == []

    def test_a_provider_without_counters_gets_them(self, busy):
        ProviderStats.objects.all().delete()

        auditing.repair(busy)

        assert ProviderStats.objects.get(provider=busy).total_reservations == 4
        assert auditing.drifts(busy) == []


@pytest.mark.django_db(transaction=True)
class TestCommand:
    def test_it_prints_what_differs_and_fails_until_it_is_repaired(self, busy):
        ProviderFactory()
        assert run() == ["2 providers, 0 differences."]
        spoil(busy, total_reservations=9)

        with pytest.raises(CommandError) as failure:
            run(busy.pk)
        assert failure.value.returncode == 1
        assert run("--repair") == [
            f"{busy.pk} {busy}: total_reservations is 9, and should be 4",
            "2 providers, 1 differences repaired.",
        ]
        assert run(busy.pk) == ["1 providers, 0 differences."]

    @pytest.mark.parametrize("name", [UNKNOWN, "nonsense"])
    def test_of_whom_there_is_nothing_it_says_so(self, name):
        with pytest.raises(CommandError, match="There is no such provider"):
            run(name)


class TestWhileOthersBook:
    """By several processes, on PostgreSQL."""

    def shop(self, house):
        [service] = house.call("tests.booking_world.open_shop", 1, 1000)
        provider = house.call("tests.audit_world.provider_of", service)
        start_at = house.call("tests.booking_world.slot_at", 48)
        users = house.call("tests.booking_world.customers", BOOKINGS)
        booked = [("tests.booking_world.reserve", [user, service, start_at]) for user in users]
        return provider, booked

    def test_nothing_that_is_booked_meanwhile_is_lost(self, house):
        provider, booked = self.shop(house)
        name, arguments = booked[0]
        house.call(name, *arguments)
        house.call("tests.audit_world.distort", provider)
        repairs = [("tests.audit_world.repair", [provider])] * 5

        done = run_together(house.hands(HANDS), [repairs, *(booked[1 + n :: HANDS - 1] for n in range(HANDS - 1))])

        assert {outcome for of_hand in done for outcome, _ in of_hand} == {"ok"}
        assert sum(count for _, count in done[0]) > 0
        assert house.call("tests.audit_world.drifts", provider) == []

    def test_without_the_lock_it_would_be(self, house):
        """The negative control."""
        provider, booked = self.shop(house)

        [[repaired], _] = run_together(
            house.hands(2), [[("tests.audit_world.repair_after_a_look", [provider])], booked]
        )

        assert repaired == ["ok", None]
        assert house.call("tests.audit_world.drifts", provider) != []
