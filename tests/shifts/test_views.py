import json
from datetime import timedelta
from uuid import uuid4

import pytest

from accounts import keys
from accounts.models import ApiKey
from shifts import services
from shifts.models import Shift
from tests.factories.accounts import UserFactory
from tests.factories.shifts import EmployeeFactory, QualificationFactory, ShiftFactory
from tests.shifts.hearing import heard
from tests.signing import Machine

pytestmark = pytest.mark.django_db

NIGHT = {"date": "2031-01-20", "start_time": "23:00", "end_time": "07:00", "zone": "America/Toronto"}


@pytest.fixture
def desk(coordinator, api_of):
    return api_of(coordinator)


@pytest.fixture
def phone(nurse, api_of):
    return api_of(nurse.user)


class TestPlanning:
    def test_a_night_shift_ends_on_the_next_day(self, desk):
        created = desk.post("/api/shifts", {**NIGHT, "client_name": "Ms. Frost"})

        assert created.status_code == 201
        assert created.data["start_at"] == "2031-01-21T04:00:00Z"
        assert created.data["end_at"] == "2031-01-21T12:00:00Z"
        assert (created.data["date"], created.data["end_time"]) == ("2031-01-20", "07:00")
        assert (created.data["shift_status"], created.data["assignee"]) == ("draft", None)

    def test_a_shift_may_be_given_in_instants(self, desk):
        QualificationFactory()
        body = {
            "start_at": "2031-01-20T09:00:00+02:00",
            "end_at": "2031-01-20T17:00:00+02:00",
            "qualifications": ["rn"],
            "priority": 1,
            "mode": "sequential",
            "window_minutes": 15,
        }

        created = desk.post("/api/shifts", body).data

        assert (created["start_time"], created["zone"]) == ("07:00", "UTC")
        assert (created["qualifications"], created["mode"], created["priority"]) == (["rn"], "sequential", 1)
        assert desk.get(f"/api/shifts/{created['shift_id']}").data == created

    @pytest.mark.parametrize(
        "body",
        [
            {},
            [],
            None,
            "shift",
            {"start_at": "2031-01-20T09:00:00Z"},
            {"start_at": "2031-01-20T09:00:00Z", "end_at": "2031-01-20T09:00:00Z"},
            {"start_at": "2031-01-20T09:00:00Z", "end_at": "2031-01-21T10:00:01Z"},
            {"start_at": "0001-01-01T00:00:00+14:00", "end_at": "0001-01-01T08:00:00Z"},
            {"start_at": "9999-12-31T20:00:00Z", "end_at": "9999-12-31T23:00:00Z"},
            {"start_at": 5, "end_at": {}},
            {**NIGHT, "date": "9999-12-31"},
            {**NIGHT, "zone": "Mars/Olympus"},
            {**NIGHT, "zone": None},
            {**NIGHT, "start_at": "2031-01-20T09:00:00Z", "end_at": "2031-01-20T10:00:00Z"},
            {**NIGHT, "date": "2031-03-09", "start_time": "02:30", "end_time": "06:00"},
            {**NIGHT, "client_name": "\x00"},
            {**NIGHT, "client_name": "x" * 121},
            {**NIGHT, "qualifications": ["unheard-of"]},
            {**NIGHT, "qualifications": 5},
            {**NIGHT, "priority": 7},
            {**NIGHT, "mode": "lottery"},
            {**NIGHT, "window_minutes": 2**40},
        ],
    )
    def test_a_bad_body_is_refused(self, desk, body):
        refused = desk.post("/api/shifts", body)

        assert (refused.status_code, refused.data["code"]) == (400, "invalid")
        assert Shift.objects.count() == 0

    @pytest.mark.parametrize("text", ["", "{", '{"client_name": NaN}', '{"client_name": "\\ud800"}', "[" * 10_000])
    def test_what_is_hardly_json_is_refused(self, desk, text):
        assert desk.post("/api/shifts", text, content_type="application/json").status_code == 400

    def test_a_repeated_post_creates_one_shift(self, desk):
        key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}

        first = desk.post("/api/shifts", NIGHT, **key)
        again = desk.post("/api/shifts", NIGHT, **key)

        assert (first.status_code, again.status_code) == (201, 201)
        assert first.data["shift_id"] == again.data["shift_id"]
        assert Shift.objects.count() == 1

    def test_a_draft_is_revised_and_an_offer_is_not(self, desk, nurse):
        shift = ShiftFactory()

        revised = desk.put(f"/api/shifts/{shift.pk}", {**NIGHT, "client_name": "Mr. Hill"})
        desk.post(f"/api/shifts/{shift.pk}/offer", {})
        refused = desk.put(f"/api/shifts/{shift.pk}", NIGHT)

        assert (revised.status_code, revised.data["client_name"]) == (200, "Mr. Hill")
        assert (refused.status_code, refused.data["code"]) == (409, "shift_offered")

    def test_shifts_are_listed_newest_first_in_pages_and_by_status_and_time(self, desk, now):
        shifts = [ShiftFactory(start_at=now + timedelta(days=day)) for day in range(3)]
        ShiftFactory(status="unfilled", start_at=now - timedelta(days=40))

        page = desk.get("/api/shifts?page_size=2&status=draft")
        rest = desk.get(page.data["next"])
        since = (now + timedelta(days=1)).isoformat().replace("+00:00", "Z")

        listed = [shift["shift_id"] for shift in page.data["results"] + rest.data["results"]]
        assert listed == [shift.pk for shift in reversed(shifts)]
        assert len(desk.get(f"/api/shifts?since={since}").data["results"]) == 2

    @pytest.mark.parametrize("query", ["status=lost", "since=yesterday", "until=0", "cursor=x"])
    def test_a_bad_query_is_refused(self, desk, query):
        assert desk.get(f"/api/shifts?{query}").status_code in {400, 404}

    def test_a_list_takes_as_many_queries_for_many_as_for_one(self, desk, nurse, django_assert_max_num_queries):
        for _ in range(5):
            ShiftFactory(assignee=nurse, status="completed")

        with django_assert_max_num_queries(6):  # two of them are the session's
            desk.get("/api/shifts")


class TestCoordinating:
    def test_offering_shows_who_was_asked_and_why_others_were_not(self, desk, nurse):
        busy = EmployeeFactory(availability=None)
        shift = ShiftFactory()

        offered = desk.post(f"/api/shifts/{shift.pk}/offer", {})
        considered = desk.get(f"/api/shifts/{shift.pk}/offers").data["results"]

        assert offered.data["shift_status"] == "open"
        assert [(entry["employee"]["id"], entry["reasons"]) for entry in considered] == [
            (nurse.pk, []),
            (busy.pk, ["unavailable"]),
        ]
        assert considered[0]["offer"]["status"] == "pending"
        assert considered[1]["offer"] is None

    def test_the_named_are_asked_alone(self, desk, nurse, colleague):
        shift = ShiftFactory()

        desk.post(f"/api/shifts/{shift.pk}/offer", {"employee_ids": [colleague.pk]})

        assert heard(nurse.user) == []
        assert heard(colleague.user) == ["shift_offered"]

    @pytest.mark.parametrize("ids", [[0], [-1], ["x"], [2**40], "all", [None], list(range(1, 300))])
    def test_bad_names_are_refused(self, desk, ids):
        assert desk.post(f"/api/shifts/{ShiftFactory().pk}/offer", {"employee_ids": ids}).status_code == 400

    def test_an_unknown_name_is_said_to_be_missing(self, desk, nurse):
        refused = desk.post(f"/api/shifts/{ShiftFactory().pk}/offer", {"employee_ids": [nurse.pk, 77]})

        assert (refused.status_code, refused.data["details"]) == (404, {"employee_ids": [77]})

    def test_a_shift_is_assigned_withdrawn_and_cancelled(self, desk, nurse, colleague):
        shift = ShiftFactory()
        path = f"/api/shifts/{shift.pk}"

        desk.post(f"{path}/offer", {})
        assert desk.post(f"{path}/withdraw").data["shift_status"] == "draft"
        assigned = desk.post(f"{path}/assign", {"employee_id": nurse.pk})
        assert (assigned.data["shift_status"], assigned.data["assignee"]["id"]) == ("assigned", nurse.pk)
        assert desk.post(f"{path}/assign", {"employee_id": colleague.pk}).data["code"] == "shift_taken"
        assert desk.post(f"{path}/cancel").data["shift_status"] == "cancelled"
        assert desk.post(f"{path}/offer", {}).data["code"] == "shift_closed"

    def test_what_speaks_against_an_assignment_is_listed(self, desk):
        busy = EmployeeFactory(availability=None)

        refused = desk.post(f"/api/shifts/{ShiftFactory().pk}/assign", {"employee_id": busy.pk})

        assert (refused.status_code, refused.data["code"]) == (409, "not_eligible")
        assert refused.data["details"] == {"reasons": ["unavailable"]}

    def test_analytics_say_of_when_they_are(self, desk, offered, nurse):
        offered()

        shown = desk.get("/api/shifts/analytics")

        assert shown.data["by_status"]["open"] == 1
        assert desk.get("/api/shifts/analytics?since=2020-01-01T00:00:00Z").data["since"] == "2020-01-01T00:00:00Z"
        assert desk.get("/api/shifts/analytics?since=x").status_code == 400

    @pytest.mark.parametrize("shift_id", [0, 12345, 2**70])
    def test_an_unknown_shift_is_not_found(self, desk, nurse, shift_id):
        assert desk.get(f"/api/shifts/{shift_id}").status_code == 404
        assert desk.get(f"/api/shifts/{shift_id}/offers").status_code == 404
        assert desk.post(f"/api/shifts/{shift_id}/offer", {}).status_code == 404
        assert desk.post(f"/api/shifts/{shift_id}/assign", {"employee_id": nurse.pk}).status_code == 404


COORDINATION = [
    ("get", ""),
    ("post", ""),
    ("get", "/analytics"),
    ("get", "/{}"),
    ("put", "/{}"),
    ("post", "/{}/offer"),
    ("get", "/{}/offers"),
    ("post", "/{}/withdraw"),
    ("post", "/{}/assign"),
    ("post", "/{}/cancel"),
]
EMPLOYMENT = [
    ("get", "/offers"),
    ("get", "/offers/history"),
    ("post", "/{}/accept"),
    ("post", "/{}/reject"),
    ("post", "/{}/drop"),
]


class TestRights:
    @pytest.mark.parametrize(("method", "path"), COORDINATION)
    def test_coordination_is_for_staff(self, phone, method, path):
        assert getattr(phone, method)(f"/api/shifts{path.format(ShiftFactory().pk)}").status_code == 403

    @pytest.mark.parametrize(("method", "path"), EMPLOYMENT)
    def test_employment_is_for_employees(self, api_of, method, path):
        outsider = api_of(UserFactory())
        assert getattr(outsider, method)(f"/api/shifts{path.format(ShiftFactory().pk)}").status_code == 403

    @pytest.mark.parametrize(("method", "path"), COORDINATION + EMPLOYMENT)
    def test_nobody_comes_in_without_a_token(self, client, method, path):
        assert getattr(client, method)(f"/api/shifts{path.format(1)}").status_code == 401

    def test_the_seeds_long_lived_token_does_not_open_the_native_side(self, nurse, api_of):
        assert api_of(nurse.user, long_lived=True).get("/api/shifts/offers").status_code == 401


class TestSchedulers:
    """Programs with an API key."""

    @pytest.fixture
    def scheduler(self, coordinator, now):
        key, secret = keys.create_key(coordinator, name="Rota", scopes=["shifts.schedule"], now=now)
        return Machine(key.pk, secret)

    def test_a_scheduler_plans_offers_and_takes_back(self, scheduler, client, nurse):
        shift = scheduler.send(client, "POST", "/api/shifts", json.dumps(NIGHT).encode()).data
        path = f"/api/shifts/{shift['shift_id']}"
        later = json.dumps({**NIGHT, "start_time": "22:00"}).encode()
        calls = [("PUT", "", later), ("POST", "/offer", b"{}"), ("POST", "/withdraw", b""), ("POST", "/cancel", b"")]
        answers = [scheduler.send(client, method, path + verb, body) for method, verb, body in calls]

        assert [(answer.status_code, answer.data["shift_status"]) for answer in answers] == [
            (200, "draft"),
            (200, "open"),
            (200, "draft"),
            (200, "cancelled"),
        ]
        assert scheduler.send(client, "GET", path).data == answers[-1].data
        assert len(scheduler.send(client, "GET", "/api/shifts").data["results"]) == 1

    @pytest.mark.parametrize(
        ("method", "path"),
        [("POST", "/assign"), ("GET", "/offers"), ("POST", "/accept"), ("POST", "/reject"), ("POST", "/drop")],
    )
    def test_who_works_is_decided_by_people(self, scheduler, client, offered, method, path):
        assert scheduler.send(client, method, f"/api/shifts/{offered().pk}{path}").status_code == 401

    def test_a_key_for_something_else_does_not_plan(self, scheduler, client):
        ApiKey.objects.update(scopes=["fleet.scans"])
        refused = scheduler.send(client, "POST", "/api/shifts", json.dumps(NIGHT).encode())

        assert (refused.status_code, refused.data["code"]) == (403, "scope_missing")
        assert not Shift.objects.exists()


class TestAnswering:
    def test_she_sees_accepts_and_drops(self, phone, offered):
        shift = offered()
        path = f"/api/shifts/{shift.pk}"

        [offer] = phone.get("/api/shifts/offers").data
        accepted = phone.post(f"{path}/accept")
        dropped = phone.post(f"{path}/drop")

        assert (offer["shift_id"], offer["status"]) == (shift.pk, "pending")
        assert (accepted.status_code, accepted.data["status"]) == (200, "accepted")
        assert (dropped.status_code, dropped.data["status"]) == (200, "dropped")
        assert phone.get("/api/shifts/offers").data == []

    def test_a_lost_race_is_a_conflict(self, phone, colleague, offered, offer_to, now):
        shift = offered()
        services.accept_offer(offer_to(colleague, shift), now=now)

        lost = phone.post(f"/api/shifts/{shift.pk}/accept")

        assert (lost.status_code, lost.data) == (409, {"code": "shift_taken", "message": "Shift already taken"})

    def test_a_rejected_offer_stays_in_her_history(self, phone, offered):
        shift = offered()
        phone.post(f"/api/shifts/{shift.pk}/reject")

        [past] = phone.get("/api/shifts/offers/history").data["results"]

        assert (past["shift_id"], past["status"]) == (shift.pk, "rejected")

    def test_history_comes_in_pages(self, phone, offered, now):
        for day in range(3):
            offered(start_at=now + timedelta(days=3 + day))

        page = phone.get("/api/shifts/offers/history?page_size=2")

        assert len(page.data["results"]) == 2
        assert len(phone.get(page.data["next"]).data["results"]) == 1

    def test_a_shift_offered_to_others_only_does_not_exist_for_her(self, phone, colleague, now):
        shift = services.offer_shift_to(ShiftFactory(), [colleague], now=now)

        for verb in ("accept", "reject", "drop"):
            assert phone.post(f"/api/shifts/{shift.pk}/{verb}").status_code == 404
        assert phone.post(f"/api/shifts/{2**70}/accept").status_code == 404
