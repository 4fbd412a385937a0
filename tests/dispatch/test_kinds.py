"""How reports, requests and estimates look, and to whom."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from dispatch import selectors
from dispatch.events import ESTIMATE, REPORT, REQUEST
from dispatch.geo import Point, coarse, distance_km
from dispatch.models import DamageReport, Estimate, EstimateRequest
from dispatch.serializers import EstimateOut, ReportOut, RequestOut
from dispatch.services import estimates, reports
from realtime import kinds
from realtime.models import Event
from tests.dispatch.hearing import folded, fresh
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import PhotoFactory, ProfessionalFactory

pytestmark = pytest.mark.django_db

PLACE = {"latitude": 18.012345, "longitude": -76.798765}
SECRETS = {**PLACE, "address": "7 Hope Road", "notes": "The key is under the mat."}


@pytest.fixture
def secret(distributed):
    """A report of which not everything is for everybody."""
    return distributed(**SECRETS)


def instant(at):
    return at.isoformat().replace("+00:00", "Z")


def leaks(text):
    return [str(value) for value in SECRETS.values() if str(value) in text]


def said_to_others():
    """What is stored once for all readers but the owner."""
    events = Event.objects.exclude(kind=REPORT).exclude(data=None)
    return "".join(events.values_list("data", flat=True))


class TestShapes:
    def test_a_report_looks_alike_in_the_view_in_events_and_over_rest(self, owner, pro, opened, now):
        photo = PhotoFactory(uploader=owner)
        report = opened(skills=["painters", "mechanics"], photos=[photo.pk], estimated_cost=30_000_00, **SECRETS)

        report = selectors.report_of(owner, report.pk)
        assert folded(owner)[REPORT] == fresh(owner)[REPORT] == {str(report.pk): dict(ReportOut(report).data)}
        assert fresh(owner)[REPORT][str(report.pk)] == {
            "report_id": str(report.pk),
            "vehicle": "2019 Honda Civic",
            "vehicle_make": "Honda",
            "vehicle_model": "Civic",
            "vehicle_year": 2019,
            "description": "Scratched along both doors, mirror broken.",
            "skills": ["mechanics", "painters"],
            "priority": "medium",
            "estimated_cost": 3000000,
            "currency": "JMD",
            "photos": [
                {
                    "id": str(photo.pk),
                    "url": f"/api/dispatch/photos/{photo.pk}",
                    "content_type": "image/jpeg",
                    "width": 640,
                    "height": 480,
                }
            ],
            "report_status": "pending",
            "generation": 1,
            "answer_by": instant(now + timedelta(hours=24)),
            "expires_at": instant(now + timedelta(hours=72)),
            "created_at": instant(report.created_at),
            "professionals_notified": 0,
            "estimates_submitted": 0,
            "accepted_at": None,
            "closed_at": None,
            "rating": None,
            **SECRETS,
        }

    def test_a_request_looks_alike_in_the_view_in_events_and_over_rest(self, pro, secret, now):
        request = selectors.request_of(pro.user, secret.pk)

        assert folded(pro.user)[REQUEST] == fresh(pro.user)[REQUEST] == {str(secret.pk): RequestOut(request).data}
        shown = fresh(pro.user)[REQUEST][str(secret.pk)]
        near = coarse(Point(**PLACE))
        assert shown["near"] == {"latitude": near.latitude, "longitude": near.longitude}
        mine = ["status", "distance_km", "asked_at", "seen_at", "answered_at", "job"]
        assert [shown[name] for name in mine] == ["notified", 1, instant(now), None, None, None]

    def test_an_estimate_looks_alike_to_both_sides(self, owner, pro, secret, estimated, now):
        estimate = estimated(pro, secret)

        expected = {str(estimate.pk): dict(EstimateOut(estimate).data)}
        for user in (owner, pro.user):
            assert folded(user)[ESTIMATE] == fresh(user)[ESTIMATE] == expected
        assert fresh(owner)[ESTIMATE][str(estimate.pk)] == {
            "estimate_id": str(estimate.pk),
            "report_id": str(secret.pk),
            "vehicle": "2019 Honda Civic",
            "professional_id": str(pro.pk),
            "professional_name": pro.business_name,
            "cost": 2500000,
            "currency": "JMD",
            "lead_time_days": 3,
            "description": "Two doors painted anew, mirror replaced.",
            "photos": [],
            "status": "pending",
            "declined_because": "",
            "generation": 1,
            "deposit": None,
            "submitted_at": instant(now),
            "decided_at": None,
        }


class TestWhere:
    def test_before_acceptance_nobody_knows_more_than_the_part_of_town(self, pro, secret, estimated):
        estimated(pro, secret)

        assert leaks(json.dumps([folded(pro.user), fresh(pro.user)])) == []
        assert leaks(said_to_others()) == []
        near = fresh(pro.user)[REQUEST][str(secret.pk)]["near"]
        assert distance_km(Point(**near), Point(**PLACE)) < 2

    def test_the_winner_alone_learns_where_to_go(self, pro, rival, secret, estimated, now):
        estimated(rival, secret)
        estimates.accept_estimate(estimated(pro, secret), now=now)

        assert fresh(pro.user)[REQUEST][str(secret.pk)]["job"] == SECRETS
        assert folded(pro.user) == fresh(pro.user)
        assert leaks(json.dumps([folded(rival.user), fresh(rival.user)])) == []
        assert leaks(said_to_others()) == []

    def test_who_gives_the_job_back_need_not_know_it_any_more(self, pro, secret, estimated, now):
        estimate = estimated(pro, secret)
        estimates.accept_estimate(estimate, now=now)
        estimates.give_job_back(estimate, now=now)

        assert fresh(pro.user)[REQUEST][str(secret.pk)]["job"] is None
        assert folded(pro.user) == fresh(pro.user)

    def test_looking_again_and_again_tells_nothing_more(self, pro, secret, now):
        before = fresh(pro.user)[REQUEST][str(secret.pk)]["near"]
        reports.revise_report(secret, latitude=PLACE["latitude"] + 0.0001, now=now)

        assert fresh(pro.user)[REQUEST][str(secret.pk)]["near"] == before


class TestReaders:
    def test_a_stranger_sees_nothing(self, owner, pro, secret, estimated):
        estimate, stranger = estimated(pro, secret), UserFactory()

        assert fresh(stranger) == {REPORT: {}, REQUEST: {}, ESTIMATE: {}}
        for kind, key in ((REPORT, secret.pk), (REQUEST, secret.pk), (ESTIMATE, estimate.pk)):
            assert kinds.render(kind, {str(key): [stranger.pk]}).own(str(key), [stranger.pk]) == [None]

    def test_a_report_in_the_owners_form_is_for_her_alone(self, owner, pro, secret):
        rendered = kinds.render(REPORT, {str(secret.pk): [owner.pk, pro.pk]})

        assert rendered.own(str(secret.pk), [owner.pk, pro.pk]) == ["{}", None]

    def test_an_estimate_is_for_its_two_sides_alone(self, owner, pro, rival, secret, estimated):
        estimate = estimated(pro, secret)
        readers = [owner.pk, pro.pk, rival.pk]

        rendered = kinds.render(ESTIMATE, {str(estimate.pk): readers})

        assert rendered.own(str(estimate.pk), readers) == ["{}", "{}", None]

    def test_who_is_asked_of_one_report_does_not_see_another(self, pro, owner, secret, opened):
        other = opened()

        rendered = kinds.render(REQUEST, {str(secret.pk): [pro.pk], str(other.pk): [pro.pk]})

        assert rendered.own(str(other.pk), [pro.pk]) == [None]
        assert rendered.own(str(secret.pk), [pro.pk]) != [None]

    def test_a_crowd_is_rendered_by_as_many_queries_as_one(self, distributed, django_assert_num_queries):
        ProfessionalFactory.create_batch(8)
        report = distributed()
        readers = list(report.requests.values_list("professional_id", flat=True))

        for few_or_many in (readers[:1], readers):
            with django_assert_num_queries(4):
                kinds.render(REQUEST, {str(report.pk): few_or_many})


class TestWindow:
    def requests(self, professional, now, **facts):
        reports = DamageReport.objects.bulk_create(
            DamageReport(
                owner=professional.user,
                description="Scratched along both doors.",
                latitude=18,
                longitude=-76.8,
                vehicle_year=2019,
                look_at=now,
                answer_by=now,
                expires_at=now,
                status="pending" if place < 5 else "expired",
            )
            for place in range(selectors.RECENT + 10)
        )
        EstimateRequest.objects.bulk_create(
            EstimateRequest(
                report=report,
                professional=professional,
                distance_km=1,
                rough_km=1,
                wave=1,
                asked_at=now + timedelta(minutes=place),
                prompt_at=now,
                **(facts if place < 5 else {"status": "ceased"}),
            )
            for place, report in enumerate(reports)
        )
        return [str(report.pk) for report in reports]

    @pytest.mark.parametrize("status", ["notified", "seen", "answered"])
    def test_it_holds_all_that_lives_and_the_newest_of_the_rest(self, pro, now, status):
        keys = self.requests(pro, now, status=status)

        assert sorted(selectors.recent_requests(pro.pk)) == sorted(keys[:5] + keys[10:])

    def test_what_she_did_not_want_goes_with_the_years(self, pro, now):
        keys = self.requests(pro, now, status="declined")

        assert sorted(selectors.recent_requests(pro.pk)) == sorted(keys[10:])

    def test_an_owner_keeps_all_that_is_open(self, pro, now):
        keys = self.requests(pro, now, status="notified")

        assert sorted(selectors.recent_reports(pro.pk)) == sorted(keys[:5] + keys[10:])

    def test_a_job_in_work_stays_with_both_sides_whatever_comes_after(self, owner, pro, distributed, estimated, now):
        report = distributed()
        estimate = estimates.accept_estimate(estimated(pro, report), now=now)
        later = [
            Estimate(
                report_id=key,
                professional=pro,
                cost=1,
                currency="JMD",
                lead_time_days=1,
                status="withdrawn",
                generation=1,
                submitted_at=now + timedelta(hours=1),
            )
            for key in self.requests(pro, now, status="declined")
        ]
        Estimate.objects.bulk_create(later)

        assert str(report.pk) in selectors.recent_requests(pro.pk)
        assert str(estimate.pk) in selectors.recent_estimates(pro.pk)
        assert len(selectors.recent_estimates(pro.pk)) > selectors.RECENT

    def test_somebody_who_has_nothing_sees_nothing(self, db):
        nobody = uuid4()

        windows = [selectors.recent_reports, selectors.recent_requests, selectors.recent_estimates]
        assert [window(nobody) for window in windows] == [[], [], []]
