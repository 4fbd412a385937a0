"""What an owner does with her reports."""

from datetime import timedelta

import pytest

from dispatch import deadlines, distribution
from dispatch.conf import POLICIES, limits
from dispatch.errors import (
    NoSuchPhoto,
    NoSuchReport,
    PhotoTaken,
    ReportAssigned,
    ReportClosed,
    ReportNotCompleted,
    ReportNotInProgress,
    ReviewedAlready,
    TooManyReports,
)
from dispatch.events import REQUEST
from dispatch.models import DamageReport, Professional, Review
from dispatch.selectors import report_of
from dispatch.services import estimates, reports
from tests.dispatch.hearing import folded, fresh, heard
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import PhotoFactory, ProfessionalFactory, SkillFactory, north

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def assigned(pro, distributed, estimated, now):
    report = distributed()
    estimates.accept_estimate(estimated(pro, report), now=now)
    return report


@pytest.fixture
def completed(assigned, now):
    return reports.complete_report(assigned, now=now)


def asked(report):
    return set(report.requests.values_list("professional", flat=True))


class TestOpening:
    @pytest.mark.parametrize(("priority", "hours"), [("low", 48), ("medium", 24), ("high", 8), ("urgent", 2)])
    def test_the_more_urgent_it_is_the_sooner_answers_are_wanted(self, opened, now, priority, hours):
        report = opened(priority=priority)

        assert (report.status, report.generation) == ("pending", 1)
        assert (report.ring, report.wave, report.look_at) == (POLICIES[DamageReport.Priority(priority)].ring, 0, now)
        assert report.answer_by == now + hours * HOUR
        assert report.expires_at == now + 72 * HOUR

    def test_an_owner_may_say_when_and_has_a_day_to_decide_after_it(self, opened, now):
        report = opened(answer_by=now + 60 * HOUR)

        assert (report.answer_by, report.expires_at) == (now + 60 * HOUR, now + 84 * HOUR)

    def test_one_owner_has_so_many_open_reports_and_no_more(self, owner, opened, now):
        first, *_ = [opened() for _ in range(limits.open_reports)]
        with pytest.raises(TooManyReports):
            opened()

        opened(owner=UserFactory())
        reports.cancel_report(first, now=now)
        opened()

        assert DamageReport.objects.pending().filter(owner=owner).count() == limits.open_reports


class TestPhotos:
    def test_who_uploaded_them_says_what_they_show(self, owner, opened):
        photos = PhotoFactory.create_batch(2, uploader=owner)
        report = opened(photos=[photo.pk for photo in photos])

        assert set(report.photos.all()) == set(photos)

    def test_the_same_photo_twice_is_one_photo(self, owner, opened):
        photo = PhotoFactory(uploader=owner)

        assert opened(photos=[photo.pk, photo.pk]).photos.count() == 1

    def test_nobody_shows_photos_of_others(self, opened):
        with pytest.raises(NoSuchPhoto):
            opened(photos=[PhotoFactory().pk])

        assert DamageReport.objects.count() == 0

    def test_a_photo_belongs_to_one_report(self, owner, opened):
        photo = PhotoFactory(uploader=owner)
        report = opened(photos=[photo.pk])

        with pytest.raises(PhotoTaken):
            opened(photos=[photo.pk, PhotoFactory(uploader=owner).pk])

        assert list(report.photos.all()) == [photo]
        assert DamageReport.objects.count() == 1


class TestRevising:
    def test_all_who_were_asked_see_it_as_it_is_now(self, owner, pro, rival, distributed, now):
        report = distributed()

        reports.revise_report(report, description="The left door only, after all.", notes="Ring twice.", now=now)

        assert fresh(pro.user)[REQUEST][str(report.pk)]["description"] == "The left door only, after all."
        for user in (owner, pro.user, rival.user):
            assert heard(user)[-1] == "report_revised"
            assert folded(user) == fresh(user)

    def test_every_revision_is_another_question(self, pro, distributed, now):
        report = distributed()

        generations = [reports.revise_report(report, notes="More.", now=now).generation for _ in range(2)]

        assert generations == [2, 3]

    def test_who_fits_only_now_is_asked(self, distributed, now):
        near = ProfessionalFactory.create_batch(5, skills=["painters"])
        mechanic = ProfessionalFactory(skills=["mechanics"])
        report = distributed(skills=["painters"])

        reports.revise_report(report, skills=[SkillFactory(code="mechanics")], now=now)
        distribution.go_on(report.pk, now)

        assert asked(report) == {mechanic.pk, *(professional.pk for professional in near)}

    def test_it_is_asked_around_the_new_place(self, pro, distributed, now):
        there = ProfessionalFactory(latitude=40, longitude=20)
        report = distributed()

        reports.revise_report(report, latitude=40, longitude=20, now=now)
        distribution.go_on(report.pk, now)

        assert asked(report) == {pro.pk, there.pk}

    def test_how_far_it_is_now_shows_to_those_who_were_asked(self, pro, distributed, now):
        report = distributed()
        reports.revise_report(report, latitude=north(40)["latitude"], now=now)

        request = report.requests.get()
        assert round(request.distance_km, 3) == 40
        assert fresh(pro.user)[REQUEST][str(report.pk)]["distance_km"] == request.rough_km
        assert 38 <= request.rough_km <= 42
        assert folded(pro.user) == fresh(pro.user)

    def test_what_becomes_urgent_goes_to_all_who_are_in_range_of_that(self, distributed, now):
        near = ProfessionalFactory.create_batch(5)
        farther = ProfessionalFactory.create_batch(6, radius_km=500, **north(45))
        report = distributed(priority="low")
        assert asked(report) == {professional.pk for professional in near}

        reports.revise_report(report, priority="urgent", now=now)
        distribution.go_on(report.pk, now)

        assert asked(report) == {professional.pk for professional in near + farther}

    def test_what_becomes_less_urgent_is_not_drawn_in(self, distributed, now):
        report = distributed(priority="urgent")

        assert reports.revise_report(report, priority="low", now=now).ring == report.ring

    def test_who_was_passed_over_is_looked_at_anew(self, owner, distributed, now):
        professional = ProfessionalFactory(radius_km=5, **north(9))
        report = distributed()
        assert asked(report) == set()

        reports.revise_report(report, latitude=north(6)["latitude"], now=now)
        distribution.go_on(report.pk, now)

        assert asked(report) == {professional.pk}

    def test_mere_words_bring_no_new_look(self, opened, now):
        report = opened()
        distribution.go_on(report.pk, now)
        before = DamageReport.objects.get().look_at

        assert reports.revise_report(report, description="Scratched along one door.", now=now).look_at == before

    def test_a_new_last_moment_moves_the_end_with_it(self, opened, now):
        revised = reports.revise_report(opened(), answer_by=now + 100 * HOUR, now=now)

        assert (revised.answer_by, revised.expires_at) == (now + 100 * HOUR, now + 124 * HOUR)

    def test_what_is_assigned_closed_or_past_its_time_stays_as_it_is(self, assigned, opened, now):
        cancelled, lapsed = opened(), opened()
        reports.cancel_report(cancelled, now=now)

        with pytest.raises(ReportAssigned):
            reports.revise_report(assigned, notes="Too late.", now=now)
        with pytest.raises(ReportClosed):
            reports.revise_report(cancelled, notes="Too late.", now=now)
        with pytest.raises(ReportClosed):
            reports.revise_report(lapsed, notes="Too late.", now=lapsed.expires_at)

    def test_estimates_show_the_vehicle_as_it_is_called_now(self, owner, pro, distributed, estimated, now):
        report = distributed()
        estimate = estimated(pro, report)
        reports.revise_report(report, vehicle_model="Accord", now=now)

        for user in (owner, pro.user):
            assert fresh(user)["dispatch.estimate"][str(estimate.pk)]["vehicle"] == "2019 Honda Accord"
            assert folded(user) == fresh(user)


class TestCompleting:
    def test_a_repair_is_completed_once(self, owner, pro, rival, assigned, now):
        done = reports.complete_report(assigned, now=now)
        again = reports.complete_report(assigned, now=now + HOUR)

        assert (done.status, done.closed_at, again.closed_at) == ("completed", now, now)
        for user in (owner, pro.user, rival.user):
            assert heard(user).count("report_completed") == 1
            assert folded(user) == fresh(user)

    def test_what_nobody_repairs_cannot_be_completed(self, pro, distributed, now):
        with pytest.raises(ReportNotInProgress):
            reports.complete_report(distributed(), now=now)


class TestCancelling:
    def test_an_open_one_ends_for_everybody(self, owner, pro, rival, distributed, estimated, now):
        report = distributed()
        estimated(pro, report)

        cancelled = reports.cancel_report(report, now=now)

        assert (cancelled.status, cancelled.closed_at, cancelled.generation) == ("cancelled", now, 2)
        assert (report.estimates.get().status, report.estimates.get().declined_because) == ("declined", "report")
        assert report.requests.unanswered().count() == 0
        for user in (owner, pro.user, rival.user):
            assert heard(user)[-1] == "report_cancelled"
            assert folded(user) == fresh(user)

    def test_one_in_work_ends_as_well(self, owner, pro, assigned, now):
        cancelled = reports.cancel_report(assigned, now=now)

        assert cancelled.status == "cancelled"
        assert assigned.estimates.get().status == "accepted"
        for user in (owner, pro.user):
            assert heard(user)[-1] == "report_cancelled"
            assert folded(user) == fresh(user)

    def test_cancelling_twice_is_cancelling_once(self, owner, opened, now):
        report = opened()
        reports.cancel_report(report, now=now)

        assert reports.cancel_report(report, now=now + HOUR).closed_at == now
        assert heard(owner) == ["report_opened", "report_cancelled"]

    def test_what_is_over_is_not_cancelled(self, completed, opened, now):
        lapsed = opened()
        deadlines.expire(lapsed.pk, lapsed.expires_at)

        for report in (completed, lapsed):
            with pytest.raises(ReportClosed):
                reports.cancel_report(report, now=now)


class TestReviewing:
    def test_a_completed_repair_is_reviewed_once(self, pro, completed):
        review = reports.review_report(completed, rating=4, comment="As good as new.")
        with pytest.raises(ReviewedAlready):
            reports.review_report(completed, rating=1)

        assert list(Review.objects.all()) == [review]
        assert (review.professional, review.rating, review.comment) == (pro, 4, "As good as new.")
        rated = Professional.objects.get(pk=pro.pk)
        assert (rated.rating_sum, rated.rating_count, rated.rating) == (4, 1, 4.0)

    def test_only_what_is_completed_is_reviewed(self, assigned):
        with pytest.raises(ReportNotCompleted):
            reports.review_report(assigned, rating=5)


def test_a_report_of_another_owner_does_not_exist(opened):
    with pytest.raises(NoSuchReport):
        report_of(UserFactory(), opened().pk)
