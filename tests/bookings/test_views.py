"""What a customer does by REST."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from uuid_utils.compat import uuid7

from bookings.models import Reservation, Slot
from bookings.services import providers, reservations
from payments.models import Payment
from tests.bookings.refusals import named_in
from tests.factories.accounts import UserFactory
from tests.factories.bookings import PlanFactory, ProviderFactory, ServiceFactory, on_the_hour

pytestmark = pytest.mark.django_db

NOWHERE = UUID("0199f0a0-6c1e-7cc0-9a55-0d2b7f3a4e10")
NOT_AN_ID = [None, "x", 5.5, [], {}, "\u0661", 10**400]
NOT_A_MOMENT = [None, True, 5, "x", "NaN", [], {}, 10**400, "2026-13-01T00:00:00Z", "2031-05-01T10:00:00"]
FAR_MOMENTS = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1999-12-31T23:59:59Z"]
NOT_SEATS = [None, True, "x", "NaN", 0, -1, 1.5, 51, 10**400, [], {}]
TEXTS = ["بجانب النافذة من فضلك", "窓際の席 🪟", "\u202eright to left\u202c", "Z̸a̷l̴g̵o̶"]


def wanted(service, now, **more):
    return {"service_id": str(service.pk), "start_at": on_the_hour(since=now).isoformat(), **more}


class TestProviders:
    def test_open_ones_are_listed_newest_first_and_found_by_text_and_category(self, phone, service):
        hair = ProviderFactory(business_name="Salon Ümit", category="Hair", description="Beards too")
        ProviderFactory(business_name="Waiting", is_approved=False)
        ProviderFactory(business_name="Gone", is_active=False)

        def names(query=""):
            found = phone.get(f"/api/bookings/providers{query}").data["results"]
            return [one["business_name"] for one in found]

        assert names() == [hair.business_name, service.provider.business_name]
        assert names("?search=ümit") == names("?search=beard") == names("?category=hair") == [hair.business_name]
        assert names("?search=nobody") == names("?category=hair&search=spa") == []

    def test_a_page_shows_what_is_offered_and_nothing_that_is_not(self, phone, service):
        ServiceFactory(provider=service.provider, is_active=False)
        plan = PlanFactory(provider=service.provider)
        PlanFactory(provider=service.provider, is_active=False)

        page = phone.get(f"/api/bookings/providers/{service.provider_id}").data

        assert [one["service_id"] for one in page["services"]] == [str(service.pk)]
        assert [one["plan_id"] for one in page["plans"]] == [str(plan.pk)]
        assert page["hours"] == service.provider.hours
        assert phone.get(f"/api/bookings/plans/{plan.pk}").data["provider_name"] == service.provider.business_name

    def test_a_rating_is_shown_from_three_reviews_on(self, phone, service, reserve, customer, api_of, now):
        past = {"start_at": now - timedelta(hours=3), "end_at": now - timedelta(hours=2)}
        path = f"/api/bookings/providers/{service.provider_id}"
        shown = []
        for stars in (5, 4, 4):
            guest = UserFactory()
            visit = reserve(service, guest, start_at=on_the_hour(50 + len(shown), since=now))
            Reservation.objects.filter(pk=visit.pk).update(**past)
            reservations.complete_reservation(visit, now=now)
            said = {"rating": stars, "comment": "ممتاز 👍"}
            reviewed = api_of(guest).post(f"/api/bookings/reservations/{visit.pk}/review", said)
            assert (reviewed.status_code, reviewed.data["comment"]) == (201, "ممتاز 👍")
            shown.append(phone.get(path).data["rating"])

        assert shown == [None, None, 4.33]
        reviews = phone.get(f"{path}/reviews?page_size=2").data
        assert [one["rating"] for one in reviews["results"]] == [4, 4]
        assert [one["rating"] for one in phone.get(reviews["next"]).data["results"]] == [5]
        assert {key for one in reviews["results"] for key in one} == {"rating", "comment", "created_at"}

    def test_stars_are_one_to_five(self, phone, service, reserve, customer):
        path = f"/api/bookings/reservations/{reserve(service, customer).pk}/review"

        assert named_in(phone, path, {}, "rating", [0, 6, None, True, "x", "NaN", 4.5, 10**400]) == {"rating"}

    def test_who_cannot_be_booked_is_not_there(self, phone, service):
        providers.revise_provider(service.provider, is_active=False)
        plan = PlanFactory(provider=service.provider)

        for path in (f"providers/{service.provider_id}", f"services/{service.pk}/slots", f"plans/{plan.pk}"):
            assert phone.get(f"/api/bookings/{path}").status_code == 404


class TestSlots:
    def test_slots_of_a_day_have_the_seeds_keys(self, phone, service, reserve, now):
        held = reserve(service)
        day = held.start_at.date()

        found = phone.get(f"/api/bookings/services/{service.pk}/slots?date={day}").data

        assert (found["serviceId"], found["zone"], len(found["slots"])) == (str(service.pk), "UTC", 24)
        one = next(slot for slot in found["slots"] if slot["startAt"] == f"{held.start_at:%Y-%m-%dT%H:%M:%SZ}")
        assert dict(one) == {
            "time": f"{held.start_at:%H:%M}",
            "date": day.isoformat(),
            "startAt": f"{held.start_at:%Y-%m-%dT%H:%M:%SZ}",
            "endAt": f"{held.end_at:%Y-%m-%dT%H:%M:%SZ}",
            "totalCapacity": 2,
            "bookedCapacity": 1,
            "availableCapacity": 1,
            "capacityPercentage": 0.5,
            "status": "halfFull",
            "label": "Half Full",
        }

    def test_days_from_one_on_and_the_clock_of_the_place(self, phone, now):
        hours = [{"weekday": day, "start": "09:00", "end": "11:00"} for day in range(7)]
        service = ServiceFactory(provider__zone="Africa/Cairo", provider__hours=hours)
        day = (now + timedelta(days=3)).date()

        found = phone.get(f"/api/bookings/services/{service.pk}/slots?from={day}&days=2").data["slots"]

        days = [day, day + timedelta(days=1)]
        expected = [(each.isoformat(), time) for each in days for time in ("09:00", "10:00")]
        assert [(slot["date"], slot["time"]) for slot in found] == expected

    def test_fresh_ones_are_counted_anew(self, phone, service, now):
        path = f"/api/bookings/services/{service.pk}/slots?date={on_the_hour(since=now).date()}"
        before = phone.get(path).data["slots"]
        Slot.objects.create(
            provider=service.provider,
            service=service,
            start_at=on_the_hour(since=now),
            end_at=on_the_hour(49, since=now),
            capacity=2,
            confirmed=2,
        )

        assert phone.get(path).data["slots"] == before
        fresh = phone.get(f"{path}&refresh=1").data["slots"]
        assert [slot["label"] for slot in fresh if slot not in before] == ["Fully Booked"]

    def test_what_nobody_can_book_is_not_listed(self, phone, service, now):
        path = f"/api/bookings/services/{service.pk}/slots"

        assert phone.get(f"{path}?date={now.date() - timedelta(days=2)}").data["slots"] == []
        assert phone.get(f"{path}?date=2099-12-31").data["slots"] == []
        assert len(phone.get(f"{path}?from=2000-01-01&days=31").data["slots"]) == 0

    def test_a_bad_query_is_refused(self, phone, service):
        queries = [
            "date=x",
            "date=9999-12-31",
            "date=0001-01-01",
            "date=\u0661\u0662",
            "from=2026-02-30",
            "days=0",
            "days=32",
        ]
        queries += ["days=NaN", f"days={10**400}", "days=true", "refresh=maybe"]

        refusals = [phone.get(f"/api/bookings/services/{service.pk}/slots?{query}") for query in queries]

        assert {one.status_code for one in refusals} == {400}
        assert [list(one.data["details"]) for one in refusals] == [[query.partition("=")[0]] for query in queries]


class TestReserving:
    def test_one_is_made_read_moved_and_cancelled(self, phone, service, now):
        made = phone.post("/api/bookings/reservations", wanted(service, now, attendees=[{"name": "Ada"}]))
        path = f"/api/bookings/reservations/{made.data['reservation_id']}"

        assert (made.status_code, made.data["status"], made.data["seats"]) == (201, "confirmed", 1)
        assert made.data["attendees"] == [{"name": "Ada", "type": "guest"}]
        assert phone.get(path).data == made.data
        later = on_the_hour(72, since=now)
        moved = phone.post(f"{path}/reschedule", {"start_at": later.isoformat()})
        assert (moved.status_code, moved.data["start_at"]) == (200, f"{later:%Y-%m-%dT%H:%M:%SZ}")
        cancelled = phone.post(f"{path}/cancel", {"reason": "مسافر"})
        assert (cancelled.status_code, cancelled.data["status"]) == (200, "cancelled")
        assert (cancelled.data["cancelled_by"], cancelled.data["cancelled_because"]) == ("user", "مسافر")

    def test_a_repeated_post_reserves_once(self, phone, service, now):
        key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}

        first, again = (phone.post("/api/bookings/reservations", wanted(service, now), **key) for _ in range(2))

        assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
        assert first.data["reservation_id"] == again.data["reservation_id"]
        assert Reservation.objects.count() == 1

    def test_notes_are_written_in_any_script(self, phone, service, now):
        for n, text in enumerate(TEXTS):
            at = {"start_at": on_the_hour(48 + n, since=now).isoformat()}
            made = phone.post("/api/bookings/reservations", wanted(service, now, notes=text) | at)

            assert (made.status_code, made.data["notes"]) == (201, text)

    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("service_id", NOT_AN_ID),
            ("start_at", [*NOT_A_MOMENT, *FAR_MOMENTS]),
            ("seats", NOT_SEATS),
            ("attendees", [None, 5, "x", {}, [5], [{}], [{"name": ""}], [{"name": "x" * 121}]]),
            ("attendees", [[{"name": "Ada", "type": "boss"}], [{"name": "Ada"}] * 2]),
            ("notes", [None, [], {}, "x" * 1001, "a NUL \x00 in it"]),
        ],
    )
    def test_a_bad_field_is_named(self, phone, service, now, field, values):
        assert named_in(phone, "/api/bookings/reservations", wanted(service, now), field, values) == {field}
        assert Reservation.objects.count() == 0

    def test_a_body_that_is_none_is_refused(self, phone, db):
        paths = ["reservations", "reservations?shape=seed", "waitlist", "subscriptions", "subscriptions?shape=seed"]

        refusals = [phone.post(f"/api/bookings/{path}", body) for path in paths for body in [None, [], "x", 5, {}]]
        assert {one.status_code for one in refusals} == {400}

    def test_a_full_slot_says_how_many_are_left(self, phone, service, reserve, now):
        reserve(service, seats=2)

        refused = phone.post("/api/bookings/reservations", wanted(service, now))

        assert (refused.status_code, refused.data["code"]) == (409, "slot_full")
        assert refused.data["details"] == {"available": 0}

    def test_a_move_says_where_to(self, phone, service, reserve, customer):
        path = f"/api/bookings/reservations/{reserve(service, customer).pk}/reschedule"

        assert named_in(phone, path, {}, "start_at", NOT_A_MOMENT) == {"start_at"}

    def test_a_batch_of_commands_stands_or_falls_as_one(self, phone, service, reserve, now):
        def command(hours):
            data = wanted(service, now) | {"start_at": on_the_hour(hours, since=now).isoformat()}
            return {"id": str(uuid7()), "name": "bookings.reserve", "data": data}

        reserve(service, seats=2, start_at=on_the_hour(72, since=now))
        refused = phone.post("/api/commands", {"atomic": True, "commands": [command(48), command(72)]})
        assert (refused.status_code, refused.data["code"]) == (409, "batch_refused")
        assert (refused.data["details"]["place"], refused.data["details"]["error"]["code"]) == (1, "slot_full")
        assert Reservation.objects.count() == 1

        done = phone.post("/api/commands", {"atomic": True, "commands": [command(48), command(96)]})
        assert [reply["data"]["status"] for reply in done.data["replies"]] == ["confirmed"] * 2
        assert Reservation.objects.count() == 3


class TestListing:
    def test_newest_come_first_twenty_on_a_page(self, phone, service, reserve, customer, now):
        made = [reserve(service, customer, start_at=on_the_hour(48 + n, since=now)) for n in range(21)]
        for n, one in enumerate(made):
            Reservation.objects.filter(pk=one.pk).update(created_at=now + timedelta(seconds=n))
        reserve(service)

        page = phone.get("/api/bookings/reservations").data
        rest = phone.get(page["next"]).data

        assert (len(page["results"]), rest["next"]) == (20, None)
        listed = [one["reservation_id"] for one in page["results"] + rest["results"]]
        assert listed == [str(one.pk) for one in reversed(made)]

    def test_they_are_filtered_by_status_and_by_what_is_to_come(self, phone, service, reserve, customer, now):
        coming = reserve(service, customer)
        over = reserve(service, customer, start_at=on_the_hour(50, since=now))
        cancelled = reserve(service, customer, start_at=on_the_hour(52, since=now))
        past = {"start_at": now - timedelta(hours=3), "end_at": now - timedelta(hours=2)}
        Reservation.objects.filter(pk=over.pk).update(**past)
        reservations.cancel_reservation(cancelled, by=Reservation.By.USER, now=now)

        def listed(query):
            found = phone.get(f"/api/bookings/reservations?{query}").data["results"]
            return {one["reservation_id"] for one in found}

        assert listed("when=upcoming") == {str(coming.pk)}
        assert listed("when=past") == {str(over.pk), str(cancelled.pk)}
        assert listed("status=cancelled") == listed("status=cancelled&when=past") == {str(cancelled.pk)}
        assert listed("status=confirmed&when=upcoming") == {str(coming.pk)}

    def test_a_bad_query_is_refused(self, phone, db):
        queries = ["status=lost", "when=never", "shape=round", "when=%00"]

        assert {phone.get(f"/api/bookings/reservations?{query}").status_code for query in queries} == {400}

    def test_lists_take_as_many_queries_for_many_as_for_one(
        self, phone, desk, service, reserve, customer, now, django_assert_max_num_queries
    ):
        for n in range(4):
            reserve(service, customer, start_at=on_the_hour(48 + n, since=now))
        team = f"providers/{service.provider_id}"
        day = on_the_hour(since=now).date()
        mine = ["reservations", "reservations?shape=seed", "waitlist", "subscriptions?shape=seed", "providers"]
        theirs = [f"{team}/agenda?from={day}&until={day + timedelta(days=1)}", f"{team}/confirmedReservations"]

        for client, paths in ((phone, mine), (desk, theirs)):
            for path in paths:
                with django_assert_max_num_queries(6):  # two of them are the session's
                    assert client.get(f"/api/bookings/{path}").status_code == 200


class TestPaying:
    def test_a_held_seat_is_paid_for_and_confirmed_as_the_gateway_says(
        self, gate, phone, paid_service, reserve, customer
    ):
        held = reserve(paid_service, customer)
        path = f"/api/bookings/reservations/{held.pk}"
        payment = phone.post(f"{path}/pay", {"gateway": "stripe"}).data
        named = {"payment_id": payment["id"]}
        assert (payment["amount"], payment["currency"], payment["status"]) == (500_00, "EGP", "created")
        intent = phone.post(f"/api/payments/{payment['id']}/intent").data["intent_id"]

        refused = phone.post(f"{path}/confirm-payment", named)
        assert (refused.status_code, refused.data["code"], refused.data["temporary"]) == (
            409,
            "payment_under_way",
            True,
        )
        gate.world.stripe.pay(intent)
        confirmed = phone.post(f"{path}/confirm-payment", named)

        assert (confirmed.status_code, confirmed.data["status"]) == (200, "confirmed")
        assert confirmed.data["payment_status"] == "completed"
        asked = gate.asked("payment_intents.retrieve")
        assert phone.post(f"{path}/confirm-payment", {"payment_id": intent}).data["status"] == "confirmed"
        assert gate.asked("payment_intents.retrieve") == asked

    def test_one_that_was_given_up_says_so(self, gate, phone, paid_service, reserve, customer, now):
        held = reserve(paid_service, customer)
        payment = reservations.pay_reservation(held, by="stripe", now=now)
        path = f"/api/bookings/reservations/{held.pk}"
        phone.post(f"{path}/cancel")

        refused = phone.post(f"{path}/confirm-payment", {"payment_id": str(payment.pk)})

        assert (refused.status_code, refused.data["code"]) == (409, "reservation_over")
        assert refused.data["details"] == {"status": "cancelled"}

    def test_a_payment_of_another_is_not_found(self, gate, phone, paid_service, reserve, customer, now):
        mine = reserve(paid_service, customer)
        theirs = reservations.pay_reservation(reserve(paid_service), by="stripe", now=now)
        path = f"/api/bookings/reservations/{mine.pk}/confirm-payment"

        for key in (str(theirs.pk), str(NOWHERE), "x", "pi_1", "\u0661"):
            assert phone.post(path, {"payment_id": key}).status_code == 404
        assert gate.asked("payment_intents.retrieve") == 0

    def test_while_the_gateway_is_away_the_customer_is_asked_to_come_again(
        self, gate, phone, paid_service, reserve, customer
    ):
        held = reserve(paid_service, customer)
        path = f"/api/bookings/reservations/{held.pk}"
        payment = phone.post(f"{path}/pay", {}).data
        phone.post(f"/api/payments/{payment['id']}/intent")
        gate.world.control("stripe", outage="unavailable")

        refused = phone.post(f"{path}/confirm-payment", {"payment_id": payment["id"]})

        assert (refused.status_code, refused.data["code"], refused.data["temporary"]) == (503, "gateway_away", True)

    def test_cash_confirms_where_it_is_taken(self, phone, paid_service, reserve, customer):
        path = f"/api/bookings/reservations/{reserve(paid_service, customer).pk}"
        assert phone.post(f"{path}/pay", {"gateway": "cash"}).data["code"] == "no_cash"

        providers.revise_provider(paid_service.provider, accepts_cash=True)
        assert phone.post(f"{path}/pay", {"gateway": "cash"}).data["status"] == "created"
        assert phone.get(path).data["status"] == "confirmed"

    def test_there_are_no_other_ways_to_pay(self, phone, paid_service, reserve, customer):
        path = f"/api/bookings/reservations/{reserve(paid_service, customer).pk}/pay"

        refusals = [phone.post(path, {"gateway": by}) for by in [None, True, 5, "barter", "x" * 400, [], {}]]
        assert {one.status_code for one in refusals} == {400}
        assert Payment.objects.count() == 0


class TestWaiting:
    def test_a_place_is_taken_listed_offered_and_confirmed(self, phone, service, reserve, now):
        held = reserve(service, seats=2)
        entry = phone.post("/api/bookings/waitlist", wanted(service, now))
        assert (entry.status_code, entry.data["status"]) == (201, "waiting")
        reservations.cancel_reservation(held, by=Reservation.By.USER, now=now)

        [shown] = phone.get("/api/bookings/waitlist").data["results"]
        offered = phone.post(f"/api/bookings/reservations/{shown['reservation_id']}/confirm")

        assert (shown["status"], offered.status_code, offered.data["status"]) == ("offered", 200, "confirmed")
        assert phone.get("/api/bookings/waitlist").data["results"][0]["status"] == "booked"

    def test_a_place_is_given_up(self, phone, service, reserve, now):
        reserve(service, seats=2)
        entry = phone.post("/api/bookings/waitlist", wanted(service, now)).data

        assert phone.delete(f"/api/bookings/waitlist/{entry['entry_id']}").status_code == 204
        assert phone.get("/api/bookings/waitlist").data["results"][0]["status"] == "left"

    @pytest.mark.parametrize(
        ("field", "values"), [("service_id", NOT_AN_ID), ("seats", NOT_SEATS), ("start_at", NOT_A_MOMENT)]
    )
    def test_a_bad_field_is_named(self, phone, service, now, field, values):
        assert named_in(phone, "/api/bookings/waitlist", wanted(service, now), field, values) == {field}


class TestSubscribing:
    def test_a_plan_is_subscribed_to_paid_and_cancelled(self, gate, phone, db):
        plan = PlanFactory()
        made = phone.post("/api/bookings/subscriptions", {"plan_id": str(plan.pk), "subscribers": [{"name": "Ada"}]})
        path = f"/api/bookings/subscriptions/{made.data['subscription_id']}"
        assert (made.status_code, made.data["status"], made.data["price"]) == (201, "pending", 299_99)

        payment = phone.post(f"{path}/pay").data
        gate.world.stripe.pay(phone.post(f"/api/payments/{payment['id']}/intent").data["intent_id"])
        phone.post(f"/api/payments/{payment['id']}/refresh")

        assert phone.get(path).data["status"] == "active"
        [listed] = phone.get("/api/bookings/subscriptions").data["results"]
        assert listed == phone.get(path).data
        cancelled = phone.post(f"{path}/cancel", {})
        assert (cancelled.data["status"], cancelled.data["cancelled_because"]) == ("cancelled", "Cancelled by user")
        assert phone.post(f"{path}/pay").data["code"] == "nothing_to_pay"

    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("plan_id", NOT_AN_ID),
            ("gateway", [None, "barter", [], {}]),
            ("subscribers", [None, 5, [{}], [{"name": "Ada"}] * 21]),
        ],
    )
    def test_a_bad_field_is_named(self, phone, db, field, values):
        body = {"plan_id": str(PlanFactory().pk)}

        assert named_in(phone, "/api/bookings/subscriptions", body, field, values) == {field}


def test_times_are_told_in_utc_whatever_offset_they_came_with(phone, service, now):
    start_at = on_the_hour(since=now).astimezone(UTC)
    made = phone.post(
        "/api/bookings/reservations",
        {"service_id": str(service.pk), "start_at": start_at.strftime("%Y-%m-%dT%H:%M:%S+00:00")},
    )

    assert made.data["start_at"] == f"{start_at:%Y-%m-%dT%H:%M:%SZ}"
    assert datetime.fromisoformat(made.data["end_at"]) == start_at + timedelta(hours=1)
