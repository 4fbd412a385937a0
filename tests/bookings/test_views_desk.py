"""What those who work for a provider do by REST."""

from datetime import timedelta
from uuid import uuid4

import pytest

from bookings.conf import limits
from bookings.models import Provider, ProviderStats, Reservation, Service, Slot, Subscription
from bookings.names import display_name
from bookings.services import reservations, subscriptions
from tests.bookings.refusals import named_in
from tests.factories.accounts import UserFactory
from tests.factories.bookings import PlanFactory, ServiceFactory, on_the_hour

pytestmark = pytest.mark.django_db

SPA = {"business_name": "Spa Nefertiti", "zone": "Africa/Cairo", "currency": "EGP"}
MASSAGE = {"name": "Massage", "duration_minutes": 60, "price": 500_00}
MEMBERSHIP = {"name": "Premium", "price": 299_99}
NOT_NUMBERS = [None, True, "x", "NaN", 1.5, 10**400, [], {}]
NOT_TEXT = [None, [], {}, "", "x" * 121, "a NUL \x00 in it"]
NOT_HOURS = [
    "always",
    5,
    None,
    {},
    [5],
    [{"weekday": True, "start": "09:00", "end": "10:00"}],
    [{"weekday": 7, "start": "09:00", "end": "10:00"}],
    [{"weekday": 0, "start": "9", "end": "10:00"}],
    [{"weekday": 0, "start": "09:00", "end": "24:00"}],
    [{"weekday": 0, "start": "\u0660\u0669:\u0660\u0660", "end": "10:00"}],
    [{"weekday": 0, "start": "09:00", "end": "12:00"}, {"weekday": 0, "start": "11:00", "end": "13:00"}],
]


@pytest.fixture
def team(provider):
    return f"/api/bookings/providers/{provider.pk}"


@pytest.fixture
def clerk(provider):
    """Works there, and owns nothing."""
    user = UserFactory()
    provider.staff.add(user)
    return user


class TestTerms:
    def test_who_applies_waits_for_approval(self, phone, customer):
        applied = phone.post("/api/bookings/providers", SPA)

        assert (applied.status_code, applied.data["is_approved"], applied.data["zone"]) == (201, False, "Africa/Cairo")
        assert Provider.objects.get().owner == customer
        path = f"/api/bookings/providers/{applied.data['provider_id']}"
        assert phone.get(path).status_code == 404
        assert phone.get(f"{path}/settings").data == applied.data

    def test_an_owner_changes_the_terms_and_staff_see_them(self, desk, team, clerk, api_of, provider):
        hours = [{"weekday": 4, "start": "22:00", "end": "06:00"}]
        policy = [{"hours": 48, "percent": 50}]
        changes = {"hours": hours, "policy": policy, "capacity": 5, "zone": "Asia/Tokyo", "accepts_cash": True}

        changed = desk.patch(f"{team}/settings", changes)

        assert changed.status_code == 200
        assert {name: changed.data[name] for name in changes} == changes
        assert api_of(clerk).get(f"{team}/settings").data == changed.data
        assert desk.patch(f"{team}/settings", {"capacity": None}).data["capacity"] is None
        assert desk.patch(f"{team}/settings", {}).status_code == 200
        desk.patch(f"{team}/settings", {"currency": "EUR", "is_approved": False})
        provider.refresh_from_db()
        assert (provider.currency, provider.is_approved) == ("EGP", True)

    def test_services_and_plans_are_added_and_changed(self, desk, team):
        service = desk.post(f"{team}/services", MASSAGE)
        plan = desk.post(f"{team}/plans", MEMBERSHIP | {"features": ["ساونا", "🧖"], "interval": "year"})
        assert (service.status_code, plan.status_code) == (201, 201)

        services, plans = f"{team}/services/{service.data['service_id']}", f"{team}/plans/{plan.data['plan_id']}"
        assert desk.patch(services, {"capacity": 9, "name": "مساج"}).data["name"] == "مساج"
        assert desk.patch(services, {}).data["capacity"] == 9
        assert desk.patch(plans, {"is_active": False}).data["features"] == ["ساونا", "🧖"]
        shown = desk.get(f"{team}/settings").data
        assert [one["is_active"] for one in shown["plans"]] == [False]
        assert "مساج" in [one["name"] for one in shown["services"]]

    def test_a_capacity_below_what_is_booked_is_refused(self, desk, team, service, reserve):
        reserve(service, seats=2)

        refused = desk.patch(f"{team}/services/{service.pk}", {"capacity": 1})

        assert (refused.status_code, refused.data["code"]) == (409, "below_booked")

    def test_a_special_day_is_set_and_unset(self, desk, phone, team, service, now):
        day = on_the_hour(since=now).date()
        slots = f"/api/bookings/services/{service.pk}/slots?date={day}&refresh=1"

        set_day = desk.put(f"{team}/special-days/{day}", {"spans": [{"start": "10:00", "end": "12:00"}]})
        assert (set_day.status_code, len(phone.get(slots).data["slots"])) == (200, 2)
        assert desk.get(f"{team}/settings").data["special_days"] == [set_day.data]
        assert desk.put(f"{team}/special-days/{day}", {"spans": []}).status_code == 200
        assert phone.get(slots).data["slots"] == []
        assert desk.delete(f"{team}/special-days/{day}").status_code == 204
        assert len(phone.get(slots).data["slots"]) == 24

    def test_a_day_is_one_of_the_calendar(self, desk, team):
        for day in ["x", "2026-02-30", "9999-12-31", "0001-01-01", "1999-12-31", "\u0661"]:
            assert desk.put(f"{team}/special-days/{day}", {"spans": []}).status_code == 400
            assert desk.delete(f"{team}/special-days/{day}").status_code == 400

    def test_hours_of_a_day_are_a_list_of_spans(self, desk, team):
        for spans in [None, 5, {}, "x", [5], [{}], [{"weekday": 0, "start": "10:00", "end": "12:00"}]]:
            refused = desk.put(f"{team}/special-days/2027-01-01", {"spans": spans})
            assert (refused.status_code, list(refused.data["details"])) == (400, ["spans"])

    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("business_name", NOT_TEXT),
            ("zone", ["Mars/Olympus", "", None, 5, [], "../etc/passwd"]),
            ("currency", ["XXX", "", 5, None, "\u0395UR", [], {}]),
            ("hours", NOT_HOURS),
            ("policy", [5, "x", {}, [5], [{}], [{"hours": True, "percent": 5}], [{"hours": 1, "percent": 101}]]),
            ("capacity", [0, -1, 10**6, *NOT_NUMBERS[1:]]),
            ("accepts_cash", [None, "maybe", 5, [], {}]),
        ],
    )
    def test_a_bad_field_is_named(self, phone, field, values):
        assert named_in(phone, "/api/bookings/providers", SPA, field, values) == {field}
        assert Provider.objects.count() == 0

    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("duration_minutes", [0, 1441, *NOT_NUMBERS]),
            ("capacity", [0, *NOT_NUMBERS]),
            ("name", NOT_TEXT),
            ("price", [-1, 100.0, "100.0", 2**53, *NOT_NUMBERS]),
            ("hold_minutes", [0, 61]),
            ("horizon_days", [-1, 731]),
            ("notice_minutes", [-1, 2**31]),
            ("buffer_minutes", [-1, 1441]),
            ("hours", NOT_HOURS),
        ],
    )
    def test_a_bad_field_of_a_service_is_named(self, desk, team, service, field, values):
        assert named_in(desk, f"{team}/services", MASSAGE, field, values) == {field}
        changes = [desk.patch(f"{team}/services/{service.pk}", {field: value}) for value in values]
        assert {(one.status_code, *one.data["details"]) for one in changes} == {(400, field)}
        assert Service.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("price", [-1, *NOT_NUMBERS]),
            ("interval", ["decade", None, 5, []]),
            ("interval_count", [0, 37, *NOT_NUMBERS]),
            ("features", [None, "x", {}, [{}], [""], ["x"] * 31]),
        ],
    )
    def test_a_bad_field_of_a_plan_is_named(self, desk, team, field, values):
        assert named_in(desk, f"{team}/plans", MEMBERSHIP, field, values) == {field}


class TestStaff:
    def test_somebody_is_added_by_address_removed_and_leaves(self, desk, team, api_of, now):
        clerk = UserFactory(email="clerk@example.test", email_verified_at=now)
        till = api_of(clerk)
        assert till.get(f"{team}/agenda").status_code == 404

        assert desk.post(f"{team}/staff", {"email": "Clerk@Example.test"}).status_code == 204
        assert till.get(f"{team}/agenda").status_code == 200
        assert desk.post(f"{team}/staff/remove", {"email": clerk.email}).status_code == 204
        assert till.get(f"{team}/agenda").status_code == 404
        desk.post(f"{team}/staff", {"email": clerk.email})
        assert till.post(f"{team}/staff/leave").status_code == 204
        assert till.get(f"{team}/agenda").status_code == 404

    def test_nobody_learns_from_it_who_has_an_account(self, desk, team, now):
        known, unproved = UserFactory(email_verified_at=now).email, UserFactory().email
        emails = [known, unproved, f"{uuid4().hex}@example.test"]

        def answers(path):
            return {(one.status_code, one.content) for one in (desk.post(path, {"email": email}) for email in emails)}

        before = desk.get(f"{team}/settings").data
        assert answers(f"{team}/staff") == {(204, b"")}
        assert desk.get(f"{team}/settings").data == before
        assert answers(f"{team}/staff/remove") == {(204, b"")}

    def test_an_address_that_nobody_has_proved_gives_no_access(self, desk, team, api_of):
        pretender = UserFactory(email="boss@example.test")
        desk.post(f"{team}/staff", {"email": pretender.email})

        assert api_of(pretender).get(f"{team}/agenda").status_code == 404

    def test_a_bad_address_is_refused(self, desk, team):
        emails = [None, True, "x", "a@b", "x" * 400 + "@example.test", [], {}]

        assert named_in(desk, f"{team}/staff", {}, "email", emails) == {"email"}

    def test_staff_change_no_terms(self, clerk, api_of, team, service):
        till = api_of(clerk)
        plan = PlanFactory(provider=service.provider)
        refusals = [
            till.patch(f"{team}/settings", {"capacity": 1}),
            till.post(f"{team}/services", MASSAGE),
            till.patch(f"{team}/services/{service.pk}", {"price": 1}),
            till.post(f"{team}/plans", MEMBERSHIP),
            till.patch(f"{team}/plans/{plan.pk}", {"price": 1}),
            till.put(f"{team}/special-days/2027-01-01", {"spans": []}),
            till.delete(f"{team}/special-days/2027-01-01"),
            till.post(f"{team}/staff", {"email": "a@example.test"}),
            till.post(f"{team}/staff/remove", {"email": "a@example.test"}),
        ]

        assert {(one.status_code, one.data["code"]) for one in refusals} == {(403, "not_your_provider")}


class TestLists:
    def test_lists_are_as_long_as_the_counters_say(self, desk, team, service, paid_service, reserve, provider, now):
        statuses = [Reservation.Status.COMPLETED, Reservation.Status.NO_SHOW]
        Service.objects.filter(pk=paid_service.pk).update(provider=provider)
        paid_service.refresh_from_db()
        pending = reserve(paid_service)
        seated = [reserve(service, start_at=on_the_hour(48 + n, since=now)) for n in range(3)]
        past = {"start_at": now - timedelta(hours=3), "end_at": now - timedelta(hours=2)}
        Reservation.objects.filter(pk__in=[one.pk for one in seated[1:]]).update(**past)
        reservations.complete_reservation(seated[1], now=now)
        reservations.mark_no_show(seated[2], now=now)
        gone = reservations.cancel_reservation(reserve(service), by=Reservation.By.USER, now=now)
        free, ending = (PlanFactory(provider=provider, price=0) for _ in "ab")
        active = subscriptions.subscribe(UserFactory(), free, now=now)
        ended = subscriptions.cancel_subscription(subscriptions.subscribe(UserFactory(), ending, now=now), now=now)

        def listed(name):
            key = "subscriptionId" if name.endswith("Subscriptions") else "reservationId"
            return {one[key] for one in desk.get(f"{team}/{name}").data["results"]}

        lists = {
            "pendingReservations": {str(pending.pk)},
            "confirmedReservations": {str(one.pk) for one in seated},
            "cancelledReservations": {str(gone.pk)},
            "activeSubscriptions": {str(active.pk)},
            "cancelledSubscriptions": {str(ended.pk)},
        }
        assert {name: listed(name) for name in lists} == lists
        stats = ProviderStats.objects.get(provider=provider)
        assert [stats.pending_reservations, stats.confirmed_reservations, stats.cancelled_reservations] == [1, 3, 1]
        assert [stats.active_subscriptions, stats.cancelled_subscriptions] == [1, 1]
        assert {one.status for one in Reservation.objects.filter(pk__in=[one.pk for one in seated[1:]])} == {*statuses}

    def test_a_reference_says_what_the_seed_says_and_no_more(self, desk, team, service, reserve, provider, now):
        held = reserve(service, UserFactory(), notes="Ring twice", attendees=[{"name": "Ada", "type": "guest"}])
        subscription = subscriptions.subscribe(UserFactory(), PlanFactory(provider=provider, price=0), now=now)

        [reference] = desk.get(f"{team}/confirmedReservations").data["results"]
        [subscribed] = desk.get(f"{team}/activeSubscriptions").data["results"]

        assert dict(reference) == {
            "reservationId": str(held.pk),
            "userId": str(held.user_id),
            "status": "confirmed",
            "timestamp": f"{now:%Y-%m-%dT%H:%M:%S.%fZ}",
            "confirmedAt": f"{now:%Y-%m-%dT%H:%M:%S.%fZ}",
            "cancelledAt": None,
            "cancelledBy": "",
        }
        assert dict(subscribed) == {
            "subscriptionId": str(subscription.pk),
            "userId": str(subscription.user_id),
            "status": "active",
            "timestamp": f"{now:%Y-%m-%dT%H:%M:%S.%fZ}",
            "cancelledAt": None,
            "cancelledBy": "",
        }

    def test_newest_come_first_twenty_on_a_page(self, desk, team, provider, reserve, now):
        service = ServiceFactory(provider=provider, capacity=21)
        made = [reserve(service) for _ in range(21)]
        for n, one in enumerate(made):
            Reservation.objects.filter(pk=one.pk).update(created_at=now + timedelta(seconds=n))

        page = desk.get(f"{team}/confirmedReservations").data
        rest = desk.get(page["next"]).data

        assert (len(page["results"]), rest["next"]) == (20, None)
        listed = [one["reservationId"] for one in page["results"] + rest["results"]]
        assert listed == [str(one.pk) for one in reversed(made)]
        assert desk.get(f"{team}/confirmedReservations?cursor=x").status_code == 404


class TestAgenda:
    def test_it_says_who_comes_when_and_for_how_many(self, desk, team, service, reserve, now):
        sara = UserFactory(full_name="Sara Ahmed Ali")
        held = reserve(service, sara, seats=2, notes="Ring twice")
        reserve(service, start_at=on_the_hour(96, since=now))

        [shown] = desk.get(f"{team}/agenda?date={held.start_at.date()}").data["results"]

        assert dict(shown) == {
            "reservation_id": str(held.pk),
            "service_id": str(service.pk),
            "service_name": "Massage",
            "start_at": f"{held.start_at:%Y-%m-%dT%H:%M:%SZ}",
            "end_at": f"{held.end_at:%Y-%m-%dT%H:%M:%SZ}",
            "seats": 2,
            "name": "Sara A.",
            "status": "confirmed",
            "payment_status": "completed",
        }

    def test_a_span_is_in_order_of_time_and_without_whoever_cancelled(self, desk, team, service, reserve, now):
        later, sooner, gone = (reserve(service, start_at=on_the_hour(hours, since=now)) for hours in (75, 50, 51))
        reservations.cancel_reservation(gone, by=Reservation.By.USER, now=now)
        first, last = sooner.start_at.date(), later.start_at.date()

        shown = desk.get(f"{team}/agenda?from={first}&until={last}").data["results"]

        assert [one["reservation_id"] for one in shown] == [str(sooner.pk), str(later.pk)]
        assert desk.get(f"{team}/agenda").data["results"] == []

    def test_a_bad_query_is_refused(self, desk, team):
        queries = ["date=x", "date=9999-12-31", "from=2026-05-01&until=2026-04-30", "from=2026-05-01&until=2026-06-01"]
        queries += ["until=2026-05-01", "from=NaN"]

        assert {desk.get(f"{team}/agenda?{query}").status_code for query in queries} == {400}

    @pytest.mark.parametrize(
        ("full_name", "shown"),
        [
            ("Sara Ahmed Ali", "Sara A."),
            ("Sara", "Sara"),
            ("", ""),
            ("سارة أحمد علي", "سارة ع."),
            ("Anne-Marie O'Neil", "Anne-Marie O."),
            ("sara@example.com", ""),
            ("Sara sara@example.com", "Sara"),
            ("+20 100 123 4567", ""),
            ("Sara +201001234567", "Sara"),
        ],
    )
    def test_a_customer_is_called_by_a_given_name_and_an_initial(self, full_name, shown):
        assert display_name(full_name) == shown


class TestReservations:
    def test_they_are_completed_missed_and_cancelled(self, desk, team, service, reserve, now):
        came, missed, refused = (reserve(service, start_at=on_the_hour(48 + n, since=now)) for n in range(3))
        assert desk.post(f"{team}/reservations/{came.pk}/complete").data["code"] == "not_yet"
        past = {"start_at": now - timedelta(hours=3), "end_at": now - timedelta(hours=2)}
        Reservation.objects.filter(pk__in=[came.pk, missed.pk]).update(**past)

        answers = [
            desk.post(f"{team}/reservations/{came.pk}/complete"),
            desk.post(f"{team}/reservations/{missed.pk}/no-show"),
            desk.post(f"{team}/reservations/{refused.pk}/cancel", {"reason": "Closed for repairs"}),
        ]

        assert [one.data["status"] for one in answers] == ["completed", "no_show", "cancelled"]
        refused.refresh_from_db()
        assert (refused.cancelled_by, refused.cancelled_because) == ("provider", "Closed for repairs")

    def test_cash_is_settled_at_the_desk(self, desk, team, provider, reserve):
        Provider.objects.filter(pk=provider.pk).update(accepts_cash=True)
        service = ServiceFactory(provider=Provider.objects.get(pk=provider.pk), paid=True)
        held = reserve(service)

        settled = desk.post(f"{team}/reservations/{held.pk}/settle")

        held.refresh_from_db()
        assert (settled.status_code, held.status, held.payment_status) == (200, "confirmed", "completed")
        assert ProviderStats.objects.get(provider=provider).revenue == 500_00

    def test_a_slot_is_closed_and_opened(self, desk, phone, team, service, now):
        start_at = on_the_hour(since=now).isoformat()
        named = {"service_id": str(service.pk), "start_at": start_at}

        closed = desk.post(f"{team}/slots/close", named)
        refused = phone.post("/api/bookings/reservations", named)
        opened = desk.post(f"{team}/slots/open", named)

        assert (closed.status_code, closed.data["is_closed"], refused.data["code"]) == (200, True, "slot_closed")
        assert (opened.status_code, opened.data["is_closed"]) == (200, False)
        assert phone.post("/api/bookings/reservations", named).status_code == 201

    def test_only_slots_that_are_there_and_have_not_begun_are_closed(self, desk, team, service, now):
        def close(**named):
            return desk.post(f"{team}/slots/close", {"service_id": str(service.pk), **named}).data["code"]

        between = on_the_hour(since=now) + timedelta(minutes=30)
        assert close(start_at=between.isoformat()) == "no_such_slot"
        assert close(start_at=on_the_hour(-1, since=now).isoformat()) == "begun_already"
        assert close(start_at="2031-05-01T10:00:00") == close(start_at=True) == "invalid"
        assert Slot.objects.count() == 0

    def test_figures_are_those_of_the_board(self, desk, team, service, reserve):
        reserve(service)

        figures = desk.get(f"{team}/analytics")

        assert figures.status_code == 200
        assert (figures.data["totalReservations"], figures.data["confirmedReservations"]) == (1, 1)
        assert figures.data["averageRating"] is None


def test_the_agenda_gives_no_more_days_than_slots_do(desk, team, now):
    day = now.date()
    last = day + timedelta(days=limits.slots_days - 1)

    assert desk.get(f"{team}/agenda?from={day}&until={last}").status_code == 200
    assert desk.get(f"{team}/agenda?from={day}&until={last + timedelta(days=1)}").status_code == 400


def test_a_subscription_that_was_never_paid_is_in_no_list(desk, team, provider, gate, now):
    subscriptions.subscribe(UserFactory(), PlanFactory(provider=provider), now=now)

    lists = [desk.get(f"{team}/{name}Subscriptions").data["results"] for name in ("active", "cancelled")]
    assert (lists, Subscription.objects.count()) == ([[], []], 1)
