import pytest

from accounts.selectors import personal_data
from bookings.models import SpecialDay
from bookings.services import reservations, subscriptions, waiting
from tests.factories.accounts import UserFactory
from tests.factories.bookings import PlanFactory, on_the_hour

pytestmark = pytest.mark.django_db


def test_a_customer_takes_home_what_is_kept_of_him(service, customer, reserve, now):
    attendees = [{"name": "Mona", "type": "family"}]
    mine = reserve(service, customer, attendees=attendees, notes="The quiet room.")
    over = mine.start_at
    reservations.complete_reservation(mine, now=over)
    reservations.review_reservation(mine, rating=5, comment="Calm.")
    later = {"start_at": on_the_hour(72, since=now)}
    reserve(service, seats=2, **later)
    entry = waiting.join_waitlist(customer, service, **later, now=now)
    subscription = subscriptions.subscribe(customer, PlanFactory(price=0), now=now)

    kept = personal_data(customer)["bookings"]

    assert [(one["reservation_id"], one["attendees"], one["notes"]) for one in kept["reservations"]] == [
        (str(mine.pk), attendees, "The quiet room.")
    ]
    assert [(one["reservation_id"], one["rating"], one["comment"]) for one in kept["reviews"]] == [
        (mine.pk, 5, "Calm.")
    ]
    assert [one["entry_id"] for one in kept["waitlist"]] == [str(entry.pk)]
    assert [one["subscription_id"] for one in kept["subscriptions"]] == [str(subscription.pk)]
    assert (kept["works_for"], kept["providers"]) == ([], [])


def test_an_owner_takes_home_settings_and_references_and_nothing_of_his_customers(service, provider, reserve, now):
    SpecialDay.objects.create(provider=provider, date=now.date(), spans=[])
    reservation = reserve(service, UserFactory(email="sara@example.test"), notes="Allergic to nuts.")

    [kept] = personal_data(provider.owner)["bookings"]["providers"]

    assert (kept["business_name"], kept["hours"]) == (provider.business_name, provider.hours)
    assert kept["special_days"] == [{"date": now.date(), "spans": []}]
    assert [one["id"] for one in kept["services"]] == [service.pk]
    assert [one["reservationId"] for one in kept["reservations"]] == [str(reservation.pk)]
    assert not any(word in str(kept) for word in ("sara@", "nuts", reservation.user.full_name))


def test_who_works_for_a_provider_takes_home_for_whom(provider):
    colleague = UserFactory()
    provider.staff.add(colleague)

    kept = personal_data(colleague)["bookings"]

    assert (kept["works_for"], kept["providers"]) == ([provider.pk], [])


def test_of_others_nothing_is_kept():
    kept = personal_data(UserFactory())["bookings"]

    assert [name for name, found in kept.items() if found] == []
