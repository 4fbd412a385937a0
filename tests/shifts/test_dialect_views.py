"""Seed 002's REST, byte for byte as its app reads it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from realtime.models import Connection, Node
from realtime.nodes import node_name
from shifts import services, wire
from shifts.dialect_views import AnswersPerUser
from shifts.models import Shift, ShiftOffer
from tests.factories.accounts import UserFactory
from tests.factories.shifts import EmployeeFactory, ShiftFactory
from tests.shifts.hearing import heard
from tests.throttled import use_up

pytestmark = pytest.mark.django_db

RESPOND = "/api/shift_offer/respond"


@pytest.fixture
def phone(nurse, api_of):
    return api_of(nurse.user, long_lived=True)


@pytest.fixture
def desk(coordinator, api_of):
    return api_of(coordinator, long_lived=True)


def answer(employee, shift, **said):
    return {"emp_id": employee.pk, "shift_id": shift.pk, **(said or {"response": "accepted"})}


class TestRespond:
    def test_the_first_yes_is_assigned(self, phone, nurse, offered):
        shift = offered()

        response = phone.post(RESPOND, {**answer(nurse, shift), "timestamp": "2026-01-20T09:00:00.123"})

        assert response.status_code == 200
        assert response.json() == {"success": True, "assigned": True, "message": "Shift assigned to you"}
        assert Shift.objects.get(pk=shift.pk).assignee == nurse

    def test_the_web_page_says_status(self, phone, nurse, offered):
        assert phone.post(RESPOND, answer(nurse, offered(), status="accepted")).json()["assigned"] is True

    def test_a_retry_of_the_winner_has_won_again(self, phone, nurse, offered):
        shift = offered()

        answers = [phone.post(RESPOND, answer(nurse, shift)).json() for _ in range(2)]

        assert [said["assigned"] for said in answers] == [True, True]

    def test_a_lost_race_is_no_failure_and_her_stream_says_it_at_once(
        self, phone, nurse, colleague, offered, offer_to, now
    ):
        shift = offered()
        services.accept_offer(offer_to(colleague, shift), now=now)

        response = phone.post(RESPOND, answer(nurse, shift))

        assert response.status_code == 200
        assert response.json() == {"success": True, "assigned": False, "message": "Shift already taken"}
        assert heard(nurse.user) == ["shift_offered", "offer_closed", "offer_closed"]

    def test_a_no_is_a_success(self, phone, nurse, offered):
        shift = offered()

        response = phone.post(RESPOND, answer(nurse, shift, response="rejected"))

        assert (response.status_code, response.json()) == (
            200,
            {"success": True, "assigned": False, "message": "Shift declined"},
        )
        assert shift.offers.get().status == "rejected"

    def test_an_expired_offer_is_no_failure(self, phone, nurse, offered, now):
        shift = offered()
        shift.offers.update(expires_at=now - timedelta(seconds=1))

        response = phone.post(RESPOND, answer(nurse, shift))

        assert response.json() == {"success": True, "assigned": False, "message": "This offer has expired."}

    def test_a_no_after_a_yes_says_that_the_shift_is_hers(self, phone, nurse, offered):
        shift = offered()
        phone.post(RESPOND, answer(nurse, shift))

        response = phone.post(RESPOND, answer(nurse, shift, response="rejected"))

        assert (response.status_code, response.json()["assigned"]) == (200, True)

    def test_an_unknown_offer_is_not_found(self, phone, nurse, colleague, now):
        hers = services.offer_shift_to(ShiftFactory(), [colleague], now=now)

        for body in (
            answer(nurse, hers),
            answer(colleague, hers),
            {"emp_id": nurse.pk, "shift_id": 99, "response": "accepted"},
        ):
            response = phone.post(RESPOND, body)
            assert (response.status_code, response.json()) == (404, {"error": "Offer not found"})

    def test_nobody_answers_for_somebody_else(self, phone, nurse, colleague, offered):
        shift = offered()

        response = phone.post(RESPOND, answer(colleague, shift))

        assert (response.status_code, response.json()) == (404, {"error": "Offer not found"})
        assert Shift.objects.get(pk=shift.pk).status == "open"

    @pytest.mark.parametrize(
        "body",
        [
            {},
            [],
            None,
            "accepted",
            7,
            {"emp_id": 1},
            {"emp_id": 1, "shift_id": 2},
            {"emp_id": 1, "shift_id": 2, "response": "maybe"},
            {"emp_id": 1, "shift_id": 2, "response": None},
            {"emp_id": 1, "shift_id": 2, "response": ["accepted"]},
            {"emp_id": 1, "shift_id": 2, "response": "accepted", "status": "rejected"},
            {"emp_id": "x", "shift_id": 2, "response": "accepted"},
            {"emp_id": True, "shift_id": 2, "response": "accepted"},
            {"emp_id": 2**40, "shift_id": 2, "response": "accepted"},
            {"emp_id": 1, "shift_id": 2**70, "response": "accepted"},
            {"emp_id": 1, "shift_id": -2, "response": "accepted"},
            {"emp_id": {}, "shift_id": [], "response": {}},
        ],
    )
    def test_an_invalid_body_is_refused(self, phone, body):
        response = phone.post(RESPOND, body)

        assert (response.status_code, response.json()) == (400, {"error": "Invalid payload"})

    @pytest.mark.parametrize("text", ["", "{", "\x00", "nonsense", '{"emp_id": 1e999}'])
    def test_what_is_not_json_is_refused(self, phone, text):
        response = phone.post(RESPOND, text, content_type="application/json")

        assert (response.status_code, response.json()) == (400, {"error": "Invalid payload"})

    def test_answers_are_limited_per_user(self, phone, nurse, offered):
        shift = offered()
        assert phone.post(RESPOND, answer(nurse, shift)).status_code == 200
        cache.clear()
        use_up(AnswersPerUser, nurse.user)

        assert phone.post(RESPOND, answer(nurse, shift)).status_code == 429

    def test_the_token_may_stand_in_the_query(self, client, phone, nurse, offered):
        token = phone._credentials.get("HTTP_AUTHORIZATION", phone.defaults["HTTP_AUTHORIZATION"]).split()[1]

        response = client.post(f"{RESPOND}?token={token}", answer(nurse, offered()), content_type="application/json")

        assert response.json()["assigned"] is True

    def test_without_a_token_there_is_an_error_in_their_form(self, client):
        response = client.post(RESPOND, {}, content_type="application/json")

        assert (response.status_code, list(response.json())) == (401, ["error"])


class TestLists:
    def test_pending_is_a_bare_array_in_the_words_of_the_seed(self, phone, nurse, now):
        shift = ShiftFactory(
            start_at=datetime(2031, 1, 20, 14, tzinfo=UTC),
            end_at=datetime(2031, 1, 20, 22, tzinfo=UTC),
            zone="America/Toronto",
            client_name="",
        )
        services.offer_shift_to(shift, [nurse], now=now)

        response = phone.get(f"/api/shift_offers/pending/{nurse.pk}")

        assert response.json() == [
            {
                "type": "shift_offer",
                "shift_id": shift.pk,
                "date": "2031-01-20",
                "start_time": "09:00",
                "end_time": "17:00",
                "location_name": "Willow Place",
                "client_name": None,
                "service_type": "Home Care",
                "description": None,
            }
        ]

    def test_several_offers_wait_priority_first(self, phone, nurse, offered, now):
        usual = offered()
        urgent = offered(start_at=now + timedelta(days=9), priority=1)

        listed = phone.get(f"/api/shift_offers/pending/{nurse.pk}").json()

        assert [offer["shift_id"] for offer in listed] == [urgent.pk, usual.pk]

    def test_what_is_answered_or_expired_is_history(self, phone, nurse, offered, offer_to, now):
        shifts = [offered(start_at=now + timedelta(days=3 + day)) for day in range(3)]
        services.reject_offer(offer_to(nurse, shifts[0]), now=now)
        shifts[1].offers.update(expires_at=now - timedelta(seconds=1))

        pending = phone.get(f"/api/shift_offers/pending/{nurse.pk}").json()
        history = phone.get(f"/api/shift_offers/history/{nurse.pk}?limit=50").json()

        assert [offer["shift_id"] for offer in pending] == [shifts[2].pk]
        assert {(offer["shift_id"], offer["status"]) for offer in history} == {
            (shifts[0].pk, "rejected"),
            (shifts[1].pk, "pending"),
            (shifts[2].pk, "pending"),
        }

    def test_history_has_a_limit(self, phone, nurse, offered, now):
        for day in range(3):
            offered(start_at=now + timedelta(days=3 + day))

        assert len(phone.get(f"/api/shift_offers/history/{nurse.pk}?limit=2").json()) == 2
        assert len(phone.get(f"/api/shift_offers/history/{nurse.pk}").json()) == 3

    @pytest.mark.parametrize("limit", ["0", "-1", "x", "1000", "1e3"])
    def test_a_bad_limit_is_refused(self, phone, nurse, limit):
        response = phone.get(f"/api/shift_offers/history/{nurse.pk}?limit={limit}")

        assert (response.status_code, response.json()) == (400, {"error": "Invalid payload"})

    @pytest.mark.parametrize("name", ["pending", "history"])
    def test_a_colleagues_list_does_not_exist_for_her_and_does_for_staff(self, phone, desk, colleague, name):
        refused = phone.get(f"/api/shift_offers/{name}/{colleague.pk}")

        assert (refused.status_code, refused.json()) == (404, {"error": "Employee not found"})
        assert desk.get(f"/api/shift_offers/{name}/{colleague.pk}").json() == []
        assert desk.get(f"/api/shift_offers/{name}/{2**70}").status_code == 404

    def test_the_documented_shape_is_the_shape(self, phone, nurse, offered):
        offered()

        [pending] = phone.get(f"/api/shift_offers/pending/{nurse.pk}").json()
        [past] = phone.get(f"/api/shift_offers/history/{nurse.pk}").json()

        assert list(pending) == list(wire.SeedOfferOut().fields)
        assert set(past) == set(wire.PastOfferOut().fields)


class TestAvailable:
    def test_a_shift_is_available_until_somebody_has_it(self, phone, nurse, colleague, offered, offer_to, now):
        shift = offered()
        path = f"/api/shift_offer/{shift.pk}/available"
        assert phone.get(path).json() == {"available": True}

        services.accept_offer(offer_to(colleague, shift), now=now)

        assert phone.get(path).json() == {"available": False}

    def test_nothing_is_said_of_shifts_she_was_not_offered(self, phone, desk, colleague, now):
        shift = services.offer_shift_to(ShiftFactory(), [colleague], now=now)

        assert phone.get(f"/api/shift_offer/{shift.pk}/available").json() == {"available": False}
        assert desk.get(f"/api/shift_offer/{shift.pk}/available").json() == {"available": True}
        assert phone.get(f"/api/shift_offer/{2**70}/available").json() == {"available": False}


class TestSendOffer:
    def test_the_seeds_own_line_sends_an_offer(self, desk, nurse):
        response = desk.post(f"/api/test/send_offer/{nurse.pk}?shift_id=456")

        assert response.json() == {"status": "pending", "emp_id": nurse.pk, "shift_id": 456}
        assert ShiftOffer.objects.get().shift_id == 456
        assert heard(nurse.user) == ["shift_offered"]

    def test_it_is_sent_to_a_socket_that_is_open(self, desk, nurse):
        Node.objects.create(name=node_name("web"), role="web", seen_at=timezone.now())
        Connection.objects.create(
            user=nurse.user, device="d", protocol="shift_offers", node=node_name("web"), since=timezone.now()
        )

        assert desk.post(f"/api/test/send_offer/{nurse.pk}?shift_id=456").json()["status"] == "sent"
        assert desk.get("/api/connections").json() == {
            "active_connections": [nurse.pk],
            "total": 1,
            "pending_offers": {str(nurse.pk): 1},
        }

    def test_without_a_number_the_shift_gets_one(self, desk, nurse):
        response = desk.post(f"/api/test/send_offer/{nurse.pk}").json()

        assert response["shift_id"] == Shift.objects.get().pk

    def test_one_shift_may_be_sent_to_several_and_again(self, desk, nurse, colleague):
        for employee in (nurse, colleague, nurse):
            assert desk.post(f"/api/test/send_offer/{employee.pk}?shift_id=456").status_code == 200

        assert Shift.objects.get().offers.count() == 2
        assert heard(nurse.user) == ["shift_offered", "shift_offered"]

    def test_a_test_offer_is_accepted_like_any_other(self, desk, phone, nurse, colleague, api_of):
        for employee in (nurse, colleague):
            desk.post(f"/api/test/send_offer/{employee.pk}?shift_id=456")
        body = {"emp_id": nurse.pk, "shift_id": 456, "response": "accepted"}

        assert phone.post(RESPOND, body).json()["assigned"] is True
        lost = api_of(colleague.user, long_lived=True).post(RESPOND, {**body, "emp_id": colleague.pk})
        assert lost.json()["assigned"] is False
        assert desk.post(f"/api/test/send_offer/{nurse.pk}?shift_id=456").json() == {"error": "Shift already taken"}

    @pytest.mark.parametrize("shift_id", ["x", "-1", "0", str(2**70), "1.5"])
    def test_a_bad_number_is_refused(self, desk, nurse, shift_id):
        response = desk.post(f"/api/test/send_offer/{nurse.pk}?shift_id={shift_id}")

        assert (response.status_code, response.json()) == (400, {"error": "Invalid payload"})

    def test_an_unknown_employee_is_not_found(self, desk):
        response = desk.post("/api/test/send_offer/77?shift_id=456")

        assert (response.status_code, response.json()) == (404, {"error": "Employee not found"})

    def test_only_staff_send_offers_and_see_connections(self, phone, nurse):
        assert phone.post(f"/api/test/send_offer/{nurse.pk}?shift_id=456").status_code == 403
        assert phone.get("/api/connections").status_code == 403


def test_the_root_says_that_the_server_runs(client, db):
    body = client.get("/api/").json()

    assert (body["status"], body["active_connections"]) == ("running", 0)
    assert set(body["endpoints"]) == {"websocket", "respond", "pending", "send_test"}


def test_somebody_who_is_no_employee_is_told_so(db, api_of):
    outsider = api_of(UserFactory(), long_lived=True)
    body = answer(EmployeeFactory(), ShiftFactory())

    assert outsider.post(RESPOND, body).json() == {"error": "You are not on the list of employees."}
