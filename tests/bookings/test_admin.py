"""What operators see of bookings, and which buttons they press."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import (
    Plan,
    Provider,
    ProviderDay,
    ProviderStats,
    Reservation,
    Review,
    ScheduledReminder,
    Service,
    Slot,
    SpecialDay,
    Subscription,
    WaitlistEntry,
)
from bookings.services import reservations, subscriptions, waiting
from payments.models import LedgerEntry, Payment
from tests.factories.accounts import UserFactory
from tests.factories.bookings import PlanFactory, ProviderFactory, ServiceFactory, on_the_hour

pytestmark = pytest.mark.django_db

LISTS = [
    "provider", "service", "plan", "slot", "reservation", "waitlistentry", "review", "providerday", "subscription",
    "invoice", "scheduledreminder",
]  # fmt: skip


@pytest.fixture
def onlooker(client: Client) -> Client:
    """May look at everything, and press nothing."""
    user = UserFactory(is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="bookings", codename__startswith="view_")
    )
    client.force_login(user)
    return client


@pytest.fixture
def subscription(customer, now) -> Subscription:
    """Paid at the desk, which has not said so yet."""
    plan = PlanFactory(provider=ProviderFactory(accepts_cash=True))
    return subscriptions.subscribe(customer, plan, by="cash", subscribers=[{"name": "Nadia"}], now=now)


@pytest.fixture
def busy(service, provider, customer, reserve, subscription, now) -> Reservation:
    """A reservation with all that can be beside it."""
    reservation = reserve(service, customer, attendees=[{"name": "Mona", "type": "family"}], notes="Allergic to nuts.")
    over = reserve(service, customer, start_at=on_the_hour(50, since=now))
    reservations.complete_reservation(over, now=over.start_at)
    reservations.review_reservation(over, rating=4, comment="Calm.")
    reserve(service)
    waiting.join_waitlist(UserFactory(), service, start_at=reservation.start_at, now=now)
    ProviderDay.objects.get_or_create(
        provider=provider,
        date=now.date() - timedelta(days=1),
        defaults={"created": 1, "revenue": 0, "offered_minutes": 1, "used_minutes": 1, "load": {}, "lengths": {}},
    )
    return reservation


def url(name: str, *arguments: Any) -> str:
    return reverse(f"admin:bookings_{name}", args=arguments)


def press(office: Client, action: str, *things: Any) -> list[str]:
    page = reverse(f"admin:{things[0]._meta.label_lower.replace('.', '_')}_changelist")
    return said(office.post(page, {"action": action, "_selected_action": [str(one.pk) for one in things]}, follow=True))


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))


def status_of(reservation: Reservation) -> tuple[str, str]:
    reservation = Reservation.objects.get(pk=reservation.pk)
    return reservation.status, reservation.payment_status


class TestReservations:
    def test_an_operator_cancels_and_all_is_given_back(self, office, customer, reserve, now):
        service = ServiceFactory(paid=True, provider__accepts_cash=True, provider__policy=[])
        reservation = reserve(service, customer)
        reservations.take_cash(reservation, now=now)

        assert press(office, "cancel", reservation) == ["Cancelled (1)."]

        assert Reservation.objects.get().cancelled_by == "admin"
        assert Payment.objects.get().refunds.get().amount == 500_00
        assert LogEntry.objects.get().get_change_message() == "Cancelled"

    def test_a_refusal_is_shown_and_the_others_are_done(self, office, service, reserve, now):
        begun, ahead = reserve(service), reserve(service, start_at=on_the_hour(50, since=now))
        Reservation.objects.filter(pk=begun.pk).update(start_at=now)

        assert press(office, "complete", begun, ahead) == [f"{ahead}: It has not begun.", "Completed (1)."]
        assert press(office, "mark_no_show", begun) == ["Marked as missed (1)."]
        assert (status_of(begun)[0], status_of(ahead)[0]) == ("no_show", "confirmed")

    def test_cash_at_the_desk_is_written_down(self, office, reserve):
        reservation = reserve(ServiceFactory(paid=True, provider__accepts_cash=True))

        assert press(office, "take_cash", reservation) == ["Paid in cash (1)."]
        assert status_of(reservation) == ("confirmed", "completed")
        assert LedgerEntry.objects.get().amount == 500_00

    @pytest.mark.parametrize(
        "question",
        [
            lambda reservation: str(reservation.pk),
            lambda reservation: str(reservation.pk)[-8:],
            lambda reservation: reservation.user.email,
            lambda reservation: reservation.provider.business_name,
        ],
    )
    def test_they_are_found_by_id_customer_and_provider(self, office, service, reserve, question):
        reservation = reserve(service)
        reserve(ServiceFactory(provider__business_name="Elsewhere"))

        answer = office.get(url("reservation_changelist"), {"q": question(reservation)})

        assert list(answer.context["cl"].queryset) == [reservation]

    @pytest.mark.parametrize("nonsense", ["qzqzqz", "';--", "00000000-0000-7000-8000-000000000000", "%"])
    def test_nonsense_is_not_found(self, office, service, reserve, nonsense):
        reserve(service)

        assert list(office.get(url("reservation_changelist"), {"q": nonsense}).context["cl"].queryset) == []

    def test_who_comes_along_and_what_was_written_is_nobodys_business(self, office, busy, subscription):
        pages = [url("reservation_change", busy.pk), url("slot_change", busy.slot_id)]
        pages += [url("subscription_change", subscription.pk), url("reservation_changelist")]

        shown = "".join(office.get(page).text for page in pages)

        assert busy.user.full_name in shown
        assert [word for word in ("Mona", "nuts", "Nadia") if word in shown] == []

    def test_its_payments_are_a_click_away(self, office, reserve):
        reservation = reserve(ServiceFactory(paid=True, provider__accepts_cash=True))
        press(office, "take_cash", reservation)
        page = office.get(url("reservation_change", reservation.pk)).text

        [link] = re.findall(r'href="(/admin/payments/payment/\?[^"]*)"', page)

        assert list(office.get(link).context["cl"].queryset) == list(Payment.objects.all())


class TestSlots:
    def test_one_that_is_closed_cannot_be_booked_until_it_is_opened(self, office, service, reserve):
        slot = reserve(service).slot

        assert press(office, "close", slot) == ["Closed (1)."]
        assert Slot.objects.get().is_closed
        assert press(office, "reopen", slot) == ["Opened (1)."]
        assert not Slot.objects.get().is_closed

    def test_a_page_says_who_is_booked_and_who_waits(self, office, busy):
        text = text_of(office.get(url("slot_change", busy.slot_id)))

        waiter = WaitlistEntry.objects.get().user
        assert busy.user.full_name in text
        assert waiter.full_name in text


class TestSubscriptions:
    def test_an_operator_cancels(self, office, subscription):
        assert press(office, "cancel", subscription) == ["Cancelled (1)."]
        assert press(office, "cancel", subscription) == ["Cancelled (1)."]

        subscription.refresh_from_db()
        assert (subscription.status, subscription.cancelled_by) == ("cancelled", "admin")

    def test_cash_that_the_desk_takes_later_stays_with_it(self, office, subscription):
        assert press(office, "settle_at_desk", Payment.objects.get()) == ["Paid in cash (1)."]

        assert list(LedgerEntry.objects.values_list("amount", flat=True)) == [299_99]
        assert (Payment.objects.get().status, Payment.objects.get().refunds.count()) == ("succeeded", 0)
        assert subscription.invoices.get().status == "paid"

    def test_a_page_shows_invoices_and_reminders(self, office, subscription):
        text = text_of(office.get(url("subscription_change", subscription.pk)))

        assert "299.99 EGP" in text
        assert text.count("subscription_renewal") == ScheduledReminder.objects.count() == 2


class TestProviders:
    FORM = {
        "business_name": "Nile Spa", "category": "spa", "description": "", "zone": "Africa/Cairo", "capacity": "",
        "hours": '[{"weekday": 0, "start": "08:00", "end": "17:00"}]', "accepts_cash": "on", "is_approved": "on",
        "policy": '[{"hours": 48, "percent": 50}]', "is_active": "on",
    }  # fmt: skip
    # What the other parts of the page send.
    ROWS = {
        f"{prefix}-{name}_FORMS": "0"
        for prefix in ("stats", "services", "plans", "special_days")
        for name in ("TOTAL", "INITIAL")
    }

    @pytest.mark.parametrize(
        ("action", "before", "done"),
        [
            ("approve", {"is_approved": False}, "Approved (1)."),
            ("reopen", {"is_active": False}, "Opened (1)."),
        ],
    )
    def test_one_is_let_in(self, office, action, before, done):
        provider = ProviderFactory(**before)

        assert press(office, action, provider) == [done]
        assert Provider.objects.get().is_open

    def test_one_is_closed(self, office, provider):
        assert press(office, "close", provider) == ["Closed (1)."]
        assert not Provider.objects.get().is_open

    def test_one_is_added_with_counters_of_its_own(self, office):
        owner, colleague = UserFactory(), UserFactory()
        form = {**self.FORM, "owner": owner.pk, "staff": [colleague.pk], "currency": "EGP"}

        assert office.post(url("provider_add"), form).status_code == 302

        provider = Provider.objects.get(owner=owner)
        assert (provider.business_name, provider.is_open, list(provider.staff.all())) == ("Nile Spa", True, [colleague])
        assert ProviderStats.objects.get(provider=provider).total_reservations == 0

    def test_what_is_changed_is_written_and_what_was_sold_in_it_is_not(self, office, provider):
        form = {**self.FORM, **self.ROWS, "currency": "JPY"}

        assert office.post(url("provider_change", provider.pk), form).status_code == 302

        owner = provider.owner
        provider = Provider.objects.get()
        assert (provider.zone, provider.policy) == ("Africa/Cairo", [{"hours": 48, "percent": 50}])
        assert (provider.currency, provider.owner) == ("EGP", owner)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("hours", '[{"weekday": 9}]'), ("policy", '[{"hours": 1, "percent": 101}]'), ("zone", "Nowhere/City")],
    )
    def test_what_makes_no_sense_is_refused_by_field(self, office, provider, field, value):
        answer = office.post(url("provider_change", provider.pk), {**self.FORM, **self.ROWS, field: value})

        assert answer.context["adminform"].form.errors.keys() == {field}

    def test_special_days_come_and_go(self, office, provider):
        page, day = url("provider_change", provider.pk), "2027-01-07"
        added = {"special_days-TOTAL_FORMS": "1", "special_days-0-date": day, "special_days-0-spans": "[]"}
        office.post(page, {**self.FORM, **self.ROWS, **added})
        special = SpecialDay.objects.get()
        counts = {"special_days-TOTAL_FORMS": "1", "special_days-INITIAL_FORMS": "1"}
        gone = {**counts, "special_days-0-id": special.pk, "special_days-0-DELETE": "on"}

        assert (str(special.date), special.spans) == (day, [])
        office.post(page, {**self.FORM, **self.ROWS, **gone})
        assert SpecialDay.objects.count() == 0

    def test_drifts_are_found_and_repaired(self, office, service, provider, reserve):
        reserve(service)
        assert press(office, "audit", provider) == [f"{provider}: all is as it should be."]
        ProviderStats.objects.update(total_reservations=9)

        assert press(office, "audit", provider) == [f"{provider}: total_reservations is 9, and should be 1."]
        assert press(office, "repair", provider) == ["Counted anew (1)."]
        assert ProviderStats.objects.get().total_reservations == 1


class TestOffers:
    def test_more_seats_count_for_slots_to_come(self, office, service, reserve):
        slot = reserve(service).slot

        assert self._revised(office, service, capacity="5") == 302

        slot.refresh_from_db()
        assert (Service.objects.get().capacity, slot.capacity) == (5, 5)

    def test_fewer_than_are_booked_are_refused_in_words(self, office, service, reserve):
        reserve(service, seats=2)
        page = url("service_change", service.pk)

        answer = office.post(page, self._form(office, page, capacity="1"), follow=True)

        assert said(answer) == ["More seats than that are booked."]
        assert Service.objects.get().capacity == 2

    def test_plans_and_services_are_added(self, office, provider):
        service = {
            "provider": provider.pk, "name": "Sauna", "duration_minutes": "45", "buffer_minutes": "0", "capacity": "4",
            "price": "1000", "hold_minutes": "10", "notice_minutes": "0", "horizon_days": "30", "hours": "[]",
        }  # fmt: skip
        plan = {"provider": provider.pk, "name": "Ten", "features": "[]", "price": "5", "interval": "week"}

        assert office.post(url("service_add"), service).status_code == 302
        assert office.post(url("plan_add"), {**plan, "interval_count": "1"}).status_code == 302

        assert Service.objects.get(name="Sauna").capacity == 4
        assert Plan.objects.get(name="Ten").interval == "week"

    def test_a_plan_is_revised(self, office):
        plan = PlanFactory()

        page = url("plan_change", plan.pk)
        office.post(page, self._form(office, page, price="5000"))

        assert Plan.objects.get().price == 5000

    def _revised(self, office: Client, service: Service, **changes: str) -> int:
        page = url("service_change", service.pk)
        return office.post(page, self._form(office, page, **changes)).status_code

    def _form(self, office: Client, page: str, **changes: str) -> dict[str, Any]:
        """As a browser would send it back."""
        form = office.get(page).context["adminform"].form
        sent = {name: form[name].value() for name in form.fields}
        return {name: value for name, value in {**sent, **changes}.items() if value is not None and value is not False}


class TestRights:
    @pytest.mark.parametrize("page", LISTS)
    def test_the_lists_open(self, onlooker, busy, page):
        assert onlooker.get(url(f"{page}_changelist"), {"q": "a"}).status_code == 200

    @pytest.mark.parametrize("who", ["office", "onlooker"])
    def test_the_pages_open(self, request, busy, who):
        client = request.getfixturevalue(who)

        for name in LISTS:
            thing = apps.get_model("bookings", name).objects.first()
            assert client.get(url(f"{name}_change", thing.pk)).status_code == 200

    @pytest.mark.parametrize("page", LISTS)
    def test_a_list_takes_as_many_queries_for_many_as_for_one(self, office, busy, subscription, now, page):
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                office.get(url(f"{page}_changelist"))
            return len(captured)

        few = queries()
        for _ in range(3):
            self._more(now)

        assert queries() == few

    def _more(self, now) -> None:
        """A row more of everything."""
        service, user = ServiceFactory(provider__accepts_cash=True), UserFactory()
        booked = {"start_at": on_the_hour(since=now), "now": now}
        reservation = reservations.reserve(user, service, seats=2, **booked)
        waiting.join_waitlist(UserFactory(), service, **booked)
        reservations.complete_reservation(reservation, now=reservation.start_at)
        reservations.review_reservation(reservation, rating=5)
        subscriptions.subscribe(user, PlanFactory(provider=service.provider), by="cash", now=now)

    def test_staff_without_a_right_see_nothing(self, client):
        client.force_login(UserFactory(is_staff=True))

        assert [client.get(url(f"{name}_changelist")).status_code for name in LISTS] == [403] * len(LISTS)

    def test_who_works_for_a_provider_has_no_way_in(self, client, provider):
        client.force_login(provider.owner)

        assert "/login/" in client.get(url("reservation_changelist")).url

    def test_who_may_only_look_presses_nothing(self, onlooker, busy, provider):
        for action, thing in [("cancel", busy), ("close", busy.slot), ("close", provider)]:
            press(onlooker, action, thing)

        assert Reservation.objects.get(pk=busy.pk).status == "confirmed"
        assert Provider.objects.get(pk=provider.pk).is_active
        assert not Slot.objects.filter(is_closed=True).exists()

    def test_what_was_sold_is_neither_written_nor_deleted_by_hand(self, office, busy, subscription):
        for model in (Reservation, Slot, Subscription, WaitlistEntry, Review):
            name, thing = model._meta.model_name, model.objects.first()
            assert office.get(url(f"{name}_add")).status_code == 403
            assert office.post(url(f"{name}_change", thing.pk), {"status": "pending"}).status_code == 403
            assert office.post(url(f"{name}_delete", thing.pk), {"post": "yes"}).status_code == 403
        for model in (Provider, Service, Plan):
            name, thing = model._meta.model_name, model.objects.first()
            assert office.post(url(f"{name}_delete", thing.pk), {"post": "yes"}).status_code == 403
