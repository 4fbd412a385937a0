import json
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from dispatch import distribution, selectors
from dispatch.boards import show_distribution, show_professional
from dispatch.models import Block, DamageReport, Estimate, PassedOver, Professional
from dispatch.services import estimates, reports
from tests.dispatch.hearing import folded, fresh, heard
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import CIVIC, KINGSTON, OFFER, ProfessionalFactory, north

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_skills")]

GARAGE = {"business_name": "Winston's Garage", **KINGSTON}
EXACT = {"latitude": 18.0123456, "longitude": -76.7912345, "address": "7 Hope Road", "notes": "Ring twice."}
NOWHERE = UUID("0199f0a0-6c1e-7cc0-9a55-0d2b7f3a4e10")

NUMBERS = [None, True, "x", "NaN", "nan", "Infinity", "-inf", "1e999", 10**400, [], {}]
TEXTS = {
    "Arabic": "باب مخدوش ومرآة مكسورة تماماً",
    "emoji": "👩‍🔧🚗💥 the door 🇯🇲 and the mirror",
    "right to left": "\u202emirror\u202c \u200fbroken and door",
    "combining": "Z̸a̷l̴g̵o̶ door and mirror broken",
}


class TestReports:
    def test_a_report_is_opened_read_revised_and_cancelled(self, home, owner):
        opened = home.post("/api/dispatch/reports", {**CIVIC, "estimated_cost": 100_00, "skills": ["painters"]})
        path = f"/api/dispatch/reports/{opened.data['report_id']}"

        assert opened.status_code == 201
        assert (opened.data["vehicle"], opened.data["estimated_cost"]) == ("2019 Honda Civic", 100_00)
        assert (opened.data["skills"], opened.data["report_status"]) == (["painters"], "pending")
        assert home.get(path).data == opened.data
        revised = home.patch(path, {"description": "Scratched, and the window is broken."})
        assert (revised.status_code, revised.data["generation"]) == (200, 2)
        cancelled = home.post(f"{path}/cancel")
        assert (cancelled.status_code, cancelled.data["report_status"]) == (200, "cancelled")
        assert heard(owner) == ["report_opened", "report_revised", "report_cancelled"]

    def test_a_repaired_report_is_completed_and_reviewed_once(self, home, pro, distributed, estimated, now):
        report = distributed()
        path = f"/api/dispatch/reports/{report.pk}"
        assert home.post(f"{path}/complete").data["code"] == "report_not_in_progress"
        estimates.accept_estimate(estimated(pro, report), now=now)
        assert home.post(f"{path}/review", {"rating": 5}).data["code"] == "report_not_completed"

        completed = home.post(f"{path}/complete")
        reviewed = home.post(f"{path}/review", {"rating": 4, "comment": "ممتاز 👍"})

        assert completed.data["report_status"] == "completed"
        assert (reviewed.status_code, reviewed.data["rating"], reviewed.data["comment"]) == (201, 4, "ممتاز 👍")
        assert home.post(f"{path}/review", {"rating": 1}).data["code"] == "reviewed_already"
        pro.refresh_from_db()
        assert (pro.rating_sum, pro.rating_count) == (4, 1)

    @pytest.mark.parametrize("rating", [0, 6, None, "x", 4.5, True, 10**30])
    def test_stars_are_one_to_five(self, home, pro, distributed, estimated, now, rating):
        report = distributed()
        estimates.accept_estimate(estimated(pro, report), now=now)
        reports.complete_report(report, now=now)

        assert home.post(f"/api/dispatch/reports/{report.pk}/review", {"rating": rating}).status_code == 400

    def test_a_repeated_post_opens_one_report(self, home):
        key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}

        first, again = (home.post("/api/dispatch/reports", CIVIC, **key) for _ in range(2))

        assert (first.status_code, again.status_code) == (201, 201)
        assert first.data["report_id"] == again.data["report_id"]
        assert DamageReport.objects.count() == 1

    @pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
    def test_a_report_is_written_in_any_script(self, home, text):
        opened = home.post("/api/dispatch/reports", {**CIVIC, "description": text, "vehicle_make": text[:30]})

        assert (opened.status_code, opened.data["description"]) == (201, text)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *(("latitude", value) for value in [*NUMBERS, 91, -90.0001]),
            *(("longitude", value) for value in [*NUMBERS, 181, -180.0001]),
            *(("estimated_cost", value) for value in [True, "x", "NaN", 0, -1, 12.5, 100.0, "100.0", 2**53, 10**30]),
            *(("vehicle_year", value) for value in [None, True, "x", 1899, 2200, 2019.5, -1, 10**30]),
            *(("currency", value) for value in ["XXX", "EURO", "", 5, None, "\u0395UR", [], {}]),
            *(
                ("description", value)
                for value in ["too short", " " * 30, "x" * 2001, None, 5, "with a NUL \x00 inside it"]
            ),
            *(("vehicle_make", value) for value in ["", "x" * 61, "\x00", None, [], {}]),
            *(("skills", value) for value in [["unheard-of"], "mechanics", 5, [None], [{}], ["\x00"], ["x"] * 31]),
            *(("photos", value) for value in ["x", ["x"], [5.5], [None], [str(uuid4()) for _ in range(11)]]),
            *(("priority", value) for value in ["asap", None, 5, []]),
            *(("answer_by", value) for value in ["x", 5, "2020-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]),
            *(("answer_by", value) for value in ["0001-01-01T00:00:00+14:00", None]),
        ],
    )
    def test_a_bad_field_is_named(self, home, field, value):
        refused = home.post("/api/dispatch/reports", {**CIVIC, field: value})

        assert (refused.status_code, refused.data["code"]) == (400, "invalid")
        assert list(refused.data["details"]) == [field]
        assert DamageReport.objects.count() == 0

    @pytest.mark.parametrize("body", [None, [], "report", 5, {}])
    def test_a_body_that_is_no_report_is_refused(self, home, body):
        assert home.post("/api/dispatch/reports", body).status_code == 400

    @pytest.mark.parametrize("text", ["", "{", '{"latitude": NaN}', '{"vehicle_make": "\\ud800"}', "[" * 10_000])
    def test_what_is_hardly_json_is_refused(self, home, text):
        assert home.post("/api/dispatch/reports", text, content_type="application/json").status_code == 400

    @pytest.mark.parametrize("body", [{}, {"unheard": "of"}, {"latitude": "NaN"}, {"description": "short"}, []])
    def test_a_change_says_what_changes(self, home, opened, body):
        report = opened()

        assert home.patch(f"/api/dispatch/reports/{report.pk}", body).status_code == 400
        report.refresh_from_db()
        assert report.generation == 1

    def test_who_has_many_open_reports_opens_no_other(self, home, owner, opened):
        DamageReport.objects.bulk_create(
            DamageReport(owner=owner, **CIVIC, look_at=one.look_at, answer_by=one.answer_by, expires_at=one.expires_at)
            for one in [opened()] * 19
        )

        refused = home.post("/api/dispatch/reports", CIVIC)

        assert (refused.status_code, refused.data["code"]) == (409, "too_many_reports")


class TestListing:
    def test_reports_are_listed_newest_first_in_pages(self, home, opened):
        made = [opened() for _ in range(3)]
        opened(owner=UserFactory())

        page = home.get("/api/dispatch/reports?page_size=2").data
        rest = home.get(page["next"]).data

        listed = [report["report_id"] for report in page["results"] + rest["results"]]
        assert listed == [str(report.pk) for report in reversed(made)]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("status=pending", ["Civic", "Corolla"]),
            ("status=cancelled", ["Leaf"]),
            ("vehicle_make=honda", ["Civic"]),
            ("vehicle_model=LEAF", ["Leaf"]),
            ("min_year=2019", ["Civic", "Leaf"]),
            ("max_year=2010", ["Corolla"]),
            ("min_year=2011&max_year=2019", ["Civic"]),
            ("min_cost=50000", ["Leaf"]),
            ("max_cost=50000", ["Civic"]),
            ("", ["Civic", "Corolla", "Leaf"]),
        ],
    )
    def test_reports_are_found_by_what_the_seed_searches_for(self, home, opened, query, expected, now):
        opened(estimated_cost=100_00)
        opened(vehicle_make="Toyota", vehicle_model="Corolla", vehicle_year=2005)
        leaf = opened(vehicle_make="Nissan", vehicle_model="Leaf", vehicle_year=2022, estimated_cost=900_00)
        reports.cancel_report(leaf, now=now)

        found = home.get(f"/api/dispatch/reports?{query}").data["results"]

        assert sorted(report["vehicle_model"] for report in found) == expected

    @pytest.mark.parametrize(
        "query", ["status=lost", "min_year=x", "max_year=-1", "min_cost=1.5", "max_cost=1e30", "all=maybe", "cursor=x"]
    )
    def test_a_bad_query_is_refused(self, home, query):
        assert home.get(f"/api/dispatch/reports?{query}").status_code in {400, 404}

    def test_staff_may_list_the_reports_of_all(self, desk, home, opened):
        report = opened()

        assert desk.get("/api/dispatch/reports").data["results"] == []
        assert [one["report_id"] for one in desk.get("/api/dispatch/reports?all=1").data["results"]] == [str(report.pk)]
        assert desk.get(f"/api/dispatch/reports/{report.pk}").status_code == 200
        assert home.get("/api/dispatch/reports?all=1").status_code == 403

    def test_lists_take_as_many_queries_for_many_as_for_one(
        self, home, phone, pro, rival, distributed, estimated, django_assert_max_num_queries
    ):
        for _ in range(4):
            report = distributed()
            estimated(pro, report)
            estimated(rival, report)
        paths = ["reports", "requests", "estimates", f"reports/{report.pk}/estimates", "professional/dashboard"]

        for path, client in zip(paths, [home, phone, phone, home, phone], strict=True):
            with django_assert_max_num_queries(12):  # two of them are the session's
                assert client.get(f"/api/dispatch/{path}").status_code == 200


class TestDeciding:
    def test_an_owner_sees_who_offers_what_and_accepts_one(self, home, pro, rival, distributed, estimated):
        report = distributed()
        Professional.objects.filter(pk=pro.pk).update(rating_sum=9, rating_count=2)
        estimate = estimated(pro, report)
        estimated(rival, report)

        listed = home.get(f"/api/dispatch/reports/{report.pk}/estimates").data["results"]
        accepted = home.post(f"/api/dispatch/estimates/{estimate.pk}/accept")

        assert [one["professional"]["business_name"] for one in listed] == [pro.business_name, rival.business_name]
        assert listed[0]["professional"]["rating"] == 4.5
        assert (accepted.status_code, accepted.data["status"]) == (200, "accepted")
        assert home.post(f"/api/dispatch/estimates/{estimate.pk}/accept").data["status"] == "accepted"
        lost = home.post(f"/api/dispatch/estimates/{listed[1]['estimate_id']}/accept")
        assert (lost.status_code, lost.data["code"]) == (409, "report_assigned")

    def test_an_owner_declines_one(self, home, pro, distributed, estimated):
        estimate = estimated(pro, distributed())

        declined = home.post(f"/api/dispatch/estimates/{estimate.pk}/decline")

        assert (declined.data["status"], declined.data["declined_because"]) == ("declined", "owner")

    def test_an_owner_reads_who_the_professional_is(self, home, api_of, pro, distributed, estimated, now):
        report = distributed()
        path = f"/api/dispatch/professionals/{pro.pk}"
        assert home.get(path).status_code == 404

        estimates.accept_estimate(estimated(pro, report), now=now)
        reports.complete_report(report, now=now)
        reports.review_report(report, rating=5, comment="Like new.")
        page = home.get(path).data

        assert (page["business_name"], page["rating"], page["rating_count"]) == (pro.business_name, 5.0, 1)
        assert [(review["rating"], review["comment"]) for review in page["reviews"]] == [(5, "Like new.")]
        assert page.keys().isdisjoint({"latitude", "longitude", "address", "email", "phone", "hours"})
        assert api_of(UserFactory()).get(path).status_code == 404

    def test_an_owner_has_it_all_on_one_page(self, home, pro, distributed, estimated, opened, now):
        estimate = estimated(pro, distributed())
        reports.cancel_report(opened(), now=now)

        shown = home.get("/api/dispatch/owner/dashboard").data

        assert (shown["figures"]["reports"]["pending"], shown["figures"]["reports"]["cancelled"]) == (1, 1)
        assert [report["report_id"] for report in shown["reports"]] == [str(estimate.report_id)]
        assert [one["professional"]["business_name"] for one in shown["estimates"]] == [pro.business_name]


class TestAnswering:
    def test_a_professional_looks_and_sends_an_estimate(self, phone, pro, rival, distributed):
        report = distributed()
        path = f"/api/dispatch/requests/{report.pk}"

        [listed] = phone.get("/api/dispatch/requests?status=live").data["results"]
        seen = phone.post(f"{path}/seen")
        sent = phone.post("/api/dispatch/estimates", {"report_id": str(report.pk), **OFFER})

        assert (listed["status"], listed["professionals_notified"]) == ("notified", 2)
        assert seen.data["status"] == "seen"
        assert (sent.status_code, sent.data["cost"], sent.data["currency"]) == (201, OFFER["cost"], "JMD")
        assert phone.get("/api/dispatch/requests?status=live").data["results"] == []
        assert phone.get(path).data["status"] == "answered"
        [mine] = phone.get("/api/dispatch/estimates?status=pending").data["results"]
        assert mine == sent.data == phone.get(f"/api/dispatch/estimates/{sent.data['estimate_id']}").data
        again = phone.post("/api/dispatch/estimates", {"report_id": str(report.pk), **OFFER})
        assert (again.status_code, again.data["code"]) == (409, "estimate_pending")

    def test_a_professional_withdraws_and_gives_a_job_back(self, phone, pro, distributed, estimated, now):
        report = distributed()
        first = estimated(pro, report)
        withdrawn = phone.post(f"/api/dispatch/estimates/{first.pk}/withdraw")
        second = estimated(pro, report)
        assert phone.post(f"/api/dispatch/estimates/{second.pk}/give-back").data["code"] == "not_your_job"
        estimates.accept_estimate(second, now=now)
        given_back = phone.post(f"/api/dispatch/estimates/{second.pk}/give-back")

        assert (withdrawn.status_code, withdrawn.data["status"]) == (200, "withdrawn")
        assert (given_back.status_code, given_back.data["status"]) == (200, "withdrawn")
        assert selectors.report(report.pk).status == "pending"

    def test_a_professional_declines_a_request(self, phone, pro, distributed):
        report = distributed()

        declined = phone.post(f"/api/dispatch/requests/{report.pk}/decline")

        assert (declined.status_code, declined.data["status"]) == (200, "declined")
        assert [one["status"] for one in phone.get("/api/dispatch/requests").data["results"]] == ["declined"]
        assert phone.get("/api/dispatch/requests?status=lost").status_code == 400

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *(("cost", value) for value in [None, True, "x", "NaN", 0, -1, 12.5, 100.0, 2**53, 10**30, [], {}]),
            *(("lead_time_days", value) for value in [None, True, 0, -1, 366, 1.5, 10**30]),
            *(("description", value) for value in ["short", None, "with \x00 in it all", "x" * 2001]),
            *(("currency", value) for value in ["USD", "XXX", 5, None]),
            *(("generation", value) for value in [0, "x", 2**31]),
            *(("report_id", value) for value in [None, "x", [], 5.5]),
            *(("photos", value) for value in ["x", ["x"], [str(uuid4()) for _ in range(11)]]),
        ],
    )
    def test_a_bad_field_is_named(self, phone, pro, distributed, field, value):
        body = {"report_id": str(distributed().pk), **OFFER, field: value}

        refused = phone.post("/api/dispatch/estimates", body)

        assert (refused.status_code, list(refused.data["details"])) == (400, [field])
        assert Estimate.objects.count() == 0

    def test_an_estimate_for_what_the_report_was_before_is_refused(self, phone, pro, distributed, now):
        report = distributed()
        reports.revise_report(report, description="Scratched, and the window is broken.", now=now)

        refused = phone.post("/api/dispatch/estimates", {"report_id": str(report.pk), **OFFER, "generation": 1})

        assert (refused.status_code, refused.data["code"]) == (409, "report_revised")
        assert refused.data["details"] == {"generation": 2}

    def test_a_professional_has_it_all_on_one_page(self, phone, pro, distributed, estimated):
        estimate = estimated(pro, distributed())
        live = distributed()

        shown = phone.get("/api/dispatch/professional/dashboard").data

        assert shown["figures"]["live_requests"] == 1
        assert [(one["report_id"], one["professionals_notified"]) for one in shown["live_requests"]] == [
            (str(live.pk), 1)
        ]
        assert [one["estimate_id"] for one in shown["estimates"]] == [str(estimate.pk)]


class TestProfiles:
    def test_who_applies_is_asked_once_staff_have_approved_her(self, api_of, distributed):
        applicant = UserFactory(zone="America/Jamaica")
        phone = api_of(applicant)

        applied = phone.post("/api/dispatch/professional", {**GARAGE, "skills": ["mechanics"]})
        distributed()

        assert (applied.status_code, applied.data["is_approved"], applied.data["zone"]) == (
            201,
            False,
            "America/Jamaica",
        )
        assert phone.get("/api/dispatch/professional").data == applied.data
        assert phone.get("/api/dispatch/requests").data["results"] == []
        assert phone.post("/api/dispatch/professional/availability", {"is_available": False}).status_code == 403
        again = phone.post("/api/dispatch/professional", GARAGE)
        assert (again.status_code, again.data["code"]) == (409, "professional_already")

    def test_a_professional_changes_what_she_does_and_where(self, phone, pro):
        hours = [{"weekday": 0, "start": "08:00", "end": "17:00"}]

        changed = phone.patch("/api/dispatch/professional", {"skills": ["painters"], "radius_km": 40, "hours": hours})
        away = phone.post("/api/dispatch/professional/availability", {"is_available": False})

        assert (changed.data["skills"], changed.data["radius_km"], changed.data["hours"]) == (["painters"], 40, hours)
        assert (away.status_code, away.data["is_available"]) == (200, False)
        assert phone.patch("/api/dispatch/professional", {}).status_code == 200

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *(("latitude", value) for value in [*NUMBERS, 91]),
            *(("hours", value) for value in [None, 5, "x", [{}], [5], [{"weekday": 9, "start": "08:00", "end": "9"}]]),
            *(("zone", value) for value in ["Mars/Olympus", None, "", "../etc/passwd"]),
            *(("radius_km", value) for value in [0, 501, -1, "x", 10**30]),
            *(("most_open", value) for value in [0, 101, True]),
            *(("business_name", value) for value in ["", None, "x" * 121, "\x00"]),
            *(("skills", value) for value in [["unheard-of"], ["\x00"], 5]),
        ],
    )
    def test_a_bad_field_is_named(self, phone, pro, field, value):
        refused = phone.patch("/api/dispatch/professional", {field: value})

        assert (refused.status_code, list(refused.data["details"])) == (400, [field])

    @pytest.mark.parametrize("value", [None, "x", [], {}, 5])
    def test_somebody_is_available_or_not(self, phone, value):
        assert phone.post("/api/dispatch/professional/availability", {"is_available": value}).status_code == 400

    def test_skills_are_listed(self, home):
        listed = home.get("/api/dispatch/skills").data

        assert len(listed) == 22
        assert {"code": "mechanics", "title": "Mechanics"} in listed


class TestBlocks:
    def test_an_owner_blocks_who_sent_an_estimate_and_takes_it_back(self, home, owner, pro, distributed, estimated):
        estimated(pro, distributed())

        blocked = home.post("/api/dispatch/blocks", {"professional_id": str(pro.pk)})
        again = home.post("/api/dispatch/blocks", {"professional_id": str(pro.pk)})

        assert (blocked.status_code, again.status_code) == (201, 201)
        assert (blocked.data["user_id"], blocked.data["professional_name"]) == (str(pro.pk), pro.business_name)
        assert home.get("/api/dispatch/blocks").data["results"] == [blocked.data]
        assert home.delete(f"/api/dispatch/blocks/{pro.pk}").status_code == 204
        assert Block.objects.count() == 0

    def test_a_professional_blocks_an_owner_by_his_report(self, phone, owner, pro, distributed):
        report = distributed()
        ProfessionalFactory(user=owner, business_name="A garage nobody need know of")

        blocked = phone.post("/api/dispatch/blocks", {"report_id": str(report.pk)})

        assert blocked.status_code == 201
        assert (blocked.data["report_id"], blocked.data["professional_name"]) == (str(report.pk), None)
        assert Block.objects.filter(blocker=pro.user, blocked=owner).exists()

    def test_who_exists_cannot_be_found_out(self, home, rival, opened):
        unseen = opened(owner=UserFactory())

        known, unknown = (
            home.post("/api/dispatch/blocks", {"professional_id": str(key)}) for key in (rival.pk, NOWHERE)
        )
        report, no_report = (home.post("/api/dispatch/blocks", {"report_id": str(key)}) for key in (unseen.pk, NOWHERE))

        assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
        assert (report.status_code, report.data) == (no_report.status_code, no_report.data) == (404, report.data)
        assert [home.delete(f"/api/dispatch/blocks/{key}").status_code for key in (rival.pk, NOWHERE)] == [204, 204]

    @pytest.mark.parametrize(
        "body", [{}, {"report_id": str(NOWHERE), "professional_id": str(NOWHERE)}, {"report_id": 5.5}, []]
    )
    def test_a_block_names_one(self, home, body):
        assert home.post("/api/dispatch/blocks", body).status_code == 400

    def test_nobody_blocks_herself(self, phone, pro):
        assert phone.post("/api/dispatch/blocks", {"professional_id": str(pro.pk)}).status_code == 400

    def test_who_is_blocked_does_not_learn_of_it(self, home, phone, pro, distributed, estimated):
        estimated(pro, distributed())
        home.post("/api/dispatch/blocks", {"professional_id": str(pro.pk)})

        assert phone.get("/api/dispatch/blocks").data["results"] == []


class TestDistribution:
    def test_owner_and_asked_see_how_far_it_has_come(self, home, phone, pro, rival, distributed, estimated):
        report = distributed()
        estimated(rival, report)
        path = f"/api/dispatch/reports/{report.pk}/distribution"
        state = {
            "reportId": str(report.pk),
            "professionalsNotified": 2,
            "estimatesSubmitted": 1,
            "isActive": True,
        }

        assert home.get(path).data == state
        assert phone.get(path).data == state
        assert phone.post(path).status_code == 404
        assert phone.get(f"{path}?professional={rival.pk}").status_code == 403
        assert home.get(f"{path}?professional={rival.pk}").status_code == 403

    def test_staff_see_who_was_asked_and_why_others_were_not(self, desk, pro, distributed):
        away = ProfessionalFactory(hours=[{"weekday": 0, "start": "00:00", "end": "00:01"}], zone="Etc/GMT+12")
        busy = ProfessionalFactory(radius_km=1, **north(5))
        report = distributed()

        shown = desk.get(f"/api/dispatch/reports/{report.pk}/distribution").data

        [asked] = shown["asked"]
        assert (asked["professional_id"], asked["business_name"]) == (str(pro.pk), pro.business_name)
        assert (asked["status"], asked["wave"], asked["reason"], asked["distance_km"]) == ("notified", 1, "near", 0.0)
        assert {one["professional_id"]: one["reasons"] for one in shown["passed_over"]} == {
            str(away.pk): ["out_of_hours"],
            str(busy.pk): ["out_of_her_area"],
        }
        assert all(one["look_again_at"] for one in shown["passed_over"])

    def test_staff_ask_about_one_who_was_never_considered(self, desk, pro, distributed):
        far = ProfessionalFactory(is_approved=False, **north(300))
        report = distributed()
        path = f"/api/dispatch/reports/{report.pk}/distribution"

        verdict = desk.get(f"{path}?professional={far.pk}").data["professional"]

        assert (verdict["business_name"], round(verdict["distance_km"])) == (far.business_name, 300)
        assert verdict["reasons"] == ["not_approved", "too_far", "out_of_her_area"]
        assert desk.get(f"{path}?professional={pro.pk}").data["professional"]["reasons"] == []
        assert desk.get(f"{path}?professional={NOWHERE}").status_code == 404
        assert desk.get(f"{path}?professional=x").status_code == 400

    def test_owner_and_staff_have_all_looked_at_anew(self, home, desk, distributed, now):
        far = ProfessionalFactory(radius_km=1, **north(5))
        report = distributed()
        assert PassedOver.objects.get().look_again_at > now
        Professional.objects.filter(pk=far.pk).update(radius_km=30)

        for client in (home, desk):
            again = client.post(f"/api/dispatch/reports/{report.pk}/distribution")
            assert (again.status_code, again.data["reportId"]) == (200, str(report.pk))
        distribution.go_on(report.pk, now + timedelta(seconds=5))

        assert heard(far.user) == ["estimate_requested"]

    def test_a_closed_report_is_not_distributed(self, home, distributed, now):
        report = distributed()
        reports.cancel_report(report, now=now)

        assert home.post(f"/api/dispatch/reports/{report.pk}/distribution").data["code"] == "report_closed"


OWNERS = [
    ("get", "/reports/{report}"),
    ("patch", "/reports/{report}"),
    ("post", "/reports/{report}/complete"),
    ("post", "/reports/{report}/cancel"),
    ("post", "/reports/{report}/review"),
    ("get", "/reports/{report}/estimates"),
    ("post", "/reports/{report}/distribution"),
    ("post", "/estimates/{estimate}/accept"),
    ("post", "/estimates/{estimate}/decline"),
]
PROFESSIONALS = [
    ("get", "/requests/{report}"),
    ("post", "/requests/{report}/seen"),
    ("post", "/requests/{report}/decline"),
    ("post", "/estimates/{estimate}/withdraw"),
    ("post", "/estimates/{estimate}/give-back"),
]
EITHERS = [("get", "/reports/{report}/distribution"), ("get", "/estimates/{estimate}")]
LISTS = [
    ("get", "/reports"),
    ("post", "/reports"),
    ("get", "/owner/dashboard"),
    ("get", "/blocks"),
    ("post", "/blocks"),
    ("delete", f"/blocks/{NOWHERE}"),
    ("get", "/skills"),
    ("post", "/photos"),
    ("get", f"/photos/{NOWHERE}"),
    ("get", "/calendar"),
    ("post", "/calendar/renew"),
    ("post", "/queue"),
    ("post", "/estimates"),
]
PROFESSIONALS_LISTS = [
    ("get", "/requests"),
    ("get", "/estimates"),
    ("get", "/professional"),
    ("patch", "/professional"),
    ("post", "/professional/availability"),
    ("get", "/professional/dashboard"),
]


def call(client, method, path, estimate):
    return getattr(client, method)(f"/api/dispatch{path.format(report=estimate.report_id, estimate=estimate.pk)}")


class TestRights:
    @pytest.mark.parametrize(("method", "path"), OWNERS + PROFESSIONALS + EITHERS)
    def test_what_is_not_hers_does_not_exist(self, api_of, rival, pro, distributed, estimated, method, path):
        rival.delete()
        estimate = estimated(pro, distributed())

        for stranger in (UserFactory(), ProfessionalFactory().user):
            assert call(api_of(stranger), method, path, estimate).status_code == 404

    @pytest.mark.parametrize(("method", "path"), OWNERS)
    def test_an_owners_report_does_not_exist_for_whom_she_asked(self, phone, pro, distributed, estimated, method, path):
        assert call(phone, method, path, estimated(pro, distributed())).status_code == 404

    @pytest.mark.parametrize(("method", "path"), PROFESSIONALS)
    def test_an_owner_does_not_answer_herself(self, home, pro, distributed, estimated, method, path):
        assert call(home, method, path, estimated(pro, distributed())).status_code == 404

    @pytest.mark.parametrize(("method", "path"), PROFESSIONALS_LISTS)
    def test_the_professionals_side_is_for_professionals(self, home, method, path):
        refused = getattr(home, method)(f"/api/dispatch{path}")

        assert (refused.status_code, refused.data["code"]) == (403, "not_a_professional")

    @pytest.mark.parametrize(("method", "path"), LISTS + PROFESSIONALS_LISTS)
    def test_nobody_comes_in_without_a_token(self, client, method, path):
        assert getattr(client, method)(f"/api/dispatch{path}").status_code == 401

    def test_the_seeds_long_lived_token_does_not_open_the_native_side(self, owner, api_of):
        assert api_of(owner, long_lived=True).get("/api/dispatch/reports").status_code == 401

    def test_a_professional_sees_only_reports_she_was_asked_for(self, phone, pro, distributed):
        hers = distributed()
        distributed(skills=["roofers"])

        assert [one["report_id"] for one in phone.get("/api/dispatch/requests").data["results"]] == [str(hers.pk)]
        [live] = phone.get("/api/dispatch/professional/dashboard").data["live_requests"]
        assert live["report_id"] == str(hers.pk)


class TestNonsense:
    BODIES = [
        None,
        [],
        "text",
        5,
        {},
        {"report_id": True, "estimate_id": [], "professional_id": {}, "rating": [5], "is_available": {}},
        {"latitude": {}, "longitude": [], "hours": {"a": []}, "skills": {"a": 1}, "photos": [[]], "zone": 5},
        {"vehicle_make": {}, "description": ["x"], "cost": {}, "currency": ["USD"], "lead_time_days": "3 days"},
        {"business_name": 5, "radius_km": {}, "most_open": 10**400, "answer_by": {}, "generation": -1},
    ]

    def test_no_body_makes_the_server_fail(self, home, phone, desk, pro, distributed, estimated):
        """On what exists, which is hard to guess."""
        estimate = estimated(pro, distributed())
        changes = [
            (method, path) for method, path in OWNERS + PROFESSIONALS + LISTS + PROFESSIONALS_LISTS if method != "get"
        ]
        seen = set()
        for client in (home, phone, desk):
            for method, path in [*changes, ("post", "/professional"), ("post", "/queue")]:
                url = f"/api/dispatch{path.format(report=estimate.report_id, estimate=estimate.pk)}"
                seen |= {getattr(client, method)(url, body).status_code for body in self.BODIES}

        assert max(seen) < 500


def all_she_can_read(client, professional, estimate):
    """All that goes to a professional over any wire."""
    report = estimate.report_id
    paths = [
        "/dispatch/requests",
        f"/dispatch/requests/{report}",
        "/dispatch/estimates",
        f"/dispatch/estimates/{estimate.pk}",
        "/dispatch/professional",
        "/dispatch/professional/dashboard",
        f"/dispatch/reports/{report}/distribution",
        "/dispatch/reports",
        "/dispatch/owner/dashboard",
        "/dispatch/blocks",
        "/dispatch/calendar",
        "/inbox",
        "/auth/me/export",
    ]
    answers = [client.get(f"/api{path}") for path in paths]
    answers.append(client.post(f"/api/dispatch/requests/{report}/seen"))
    answers.append(client.get(urlsplit(client.get("/api/dispatch/calendar").data["url"]).path))
    assert {answer.status_code for answer in answers} == {200}
    streamed = [folded(professional.user), fresh(professional.user)]
    shown = [show_professional(str(professional.pk)), show_distribution(str(report))]
    return "".join([*(answer.content.decode() for answer in answers), json.dumps([*streamed, *shown])])


class TestWhereItIs:
    SECRETS = [str(EXACT["latitude"]), str(EXACT["longitude"]), EXACT["address"], EXACT["notes"]]

    def test_nobody_who_was_asked_learns_where_exactly_before_her_estimate_is_accepted(
        self, phone, api_of, pro, rival, distributed, estimated, now
    ):
        report = distributed(**EXACT)
        mine, other = estimated(pro, report), estimated(rival, report)

        for client, professional, estimate in ((phone, pro, mine), (api_of(rival.user), rival, other)):
            text = all_she_can_read(client, professional, estimate)
            assert [secret for secret in self.SECRETS if secret in text] == []
            assert str(report.pk) in text

        estimates.accept_estimate(mine, now=now)

        text = all_she_can_read(phone, pro, mine)
        assert [secret for secret in self.SECRETS if secret in text] == self.SECRETS
        text = all_she_can_read(api_of(rival.user), rival, other)
        assert [secret for secret in self.SECRETS if secret in text] == []

    def test_it_is_forgotten_again_when_she_gives_the_job_back(self, phone, pro, distributed, estimated, now):
        report = distributed(**EXACT)
        estimate = estimated(pro, report)
        estimates.accept_estimate(estimate, now=now)
        phone.post(f"/api/dispatch/estimates/{estimate.pk}/give-back")

        text = all_she_can_read(phone, pro, estimate)
        assert [secret for secret in self.SECRETS if secret in text] == []

    def test_nothing_says_who_the_owner_is(self, phone, pro, owner, distributed, estimated):
        text = all_she_can_read(phone, pro, estimated(pro, distributed()))

        assert [word for word in (str(owner.pk), owner.email, owner.full_name) if word in text] == []
