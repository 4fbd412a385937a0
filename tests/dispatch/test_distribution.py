"""Whom a report goes to, in which order, and when nobody else is bothered."""

from datetime import timedelta

import pytest

from core.unit import unit
from dispatch import distribution, newcomers, tasks
from dispatch.conf import POLICIES, limits
from dispatch.eligibility import judge
from dispatch.errors import ReportAssigned, ReportClosed
from dispatch.models import DamageReport, EstimateRequest, Professional
from dispatch.services import estimates, reports
from notifications.models import Notice
from realtime.models import Entry
from tests.dispatch.hearing import heard, told
from tests.factories.dispatch import KINGSTON, ProfessionalFactory, crowd, north

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def asked(report):
    """In the order in which they were asked."""
    return list(report.requests.order_by("pk").values_list("professional", flat=True))


def waves(report):
    return list(report.requests.order_by("pk").values_list("wave", flat=True))


def garages(count, **facts):
    return [ProfessionalFactory(radius_km=500, **facts) for _ in range(count)]


def garages_at(*kilometres):
    return [ProfessionalFactory(radius_km=500, **north(km)) for km in kilometres]


def closed_at(moment):
    """Working hours that are over when it is `moment`, and begin a day later."""
    tomorrow = moment + timedelta(days=1)
    return [{"weekday": tomorrow.weekday(), "start": "00:00", "end": "23:59"}]


class TestAsking:
    def test_the_owner_does_not_wait_for_whom_it_goes_to(self, owner, pro, opened):
        report = opened()

        assert (asked(report), heard(owner), heard(pro.user)) == ([], ["report_opened"], [])

        tasks.go_on(str(report.pk))

        assert asked(report) == [pro.pk]

    def test_who_fits_hears_of_it_and_is_told_in_words(self, owner, pro, distributed, now):
        report = distributed()

        request = report.requests.get()
        assert (request.status, request.reason, request.wave) == ("notified", "near", 1)
        assert (request.asked_at, request.told_at, request.prompted_at) == (now, now, None)
        assert heard(pro.user) == ["estimate_requested"]
        assert told(pro.user) == ["New Damage Report Available"]
        assert heard(owner) == ["report_opened", "report_distributed"]
        assert report.professionals_notified == 1

    def test_nobody_is_asked_twice_however_often_it_goes_on(self, pro, distributed, now):
        report = distributed()

        for seconds in (0, 1, 60, 120, 3600, 7200):
            distribution.go_on(report.pk, now + seconds * SECOND)
            distribution.go_on_everywhere(now + seconds * SECOND)

        assert asked(report) == [pro.pk]
        assert heard(pro.user) == ["estimate_requested"]
        assert told(pro.user) == ["New Damage Report Available"]

    def test_who_is_near_goes_before_who_is_far(self, distributed):
        far, near, between = garages_at(9, 1, 5)

        assert asked(distributed()) == [near.pk, between.pk, far.pk]

    def test_the_best_standing_makes_up_for_a_whole_ring(self, distributed):
        worst_here = ProfessionalFactory(standing=0)
        best_far = ProfessionalFactory(standing=1, **north(9.9))
        middling = ProfessionalFactory(standing=0.5, **north(4))
        worst_away = ProfessionalFactory(standing=0, **north(0.1))

        assert asked(distributed()) == [middling.pk, best_far.pk, worst_here.pk, worst_away.pk]

    def test_the_date_line_parts_nobody(self, distributed):
        fijian = ProfessionalFactory(latitude=-17, longitude=-179.99)
        other = ProfessionalFactory(latitude=-17, longitude=179.98)
        ProfessionalFactory(latitude=-17, longitude=-179.0, radius_km=20)

        report = distributed(latitude=-17, longitude=179.99)

        assert asked(report) == [other.pk, fijian.pk]
        assert [round(km, 1) for km in report.requests.order_by("pk").values_list("distance_km", flat=True)] == [
            1.1,
            2.1,
        ]

    def test_a_report_whose_time_is_over_asks_nobody_though_no_sweep_came_by(self, opened):
        report = opened()
        ProfessionalFactory()

        distribution.go_on(report.pk, report.expires_at)

        assert asked(report) == []


class TestRings:
    @pytest.mark.parametrize(("priority", "reached"), [("low", 5), ("medium", 5), ("high", 6), ("urgent", 7)])
    def test_the_more_urgent_it_is_the_wider_it_begins(self, distributed, priority, reached):
        expected = garages_at(0.1, 0.2, 0.3, 0.4, 9, 20, 45, 90)[:reached]

        assert asked(distributed(priority=priority)) == [professional.pk for professional in expected]

    def test_a_ring_with_few_in_it_is_widened_at_once(self, distributed):
        everybody = garages_at(0, 1, 20, 45, 90, 110)

        report = distributed()

        assert asked(report) == [professional.pk for professional in everybody[:5]]
        assert waves(report) == [1, 1, 2, 3, 4]
        assert report.ring == 3

    def test_it_is_not_widened_once_enough_are_asked(self, distributed):
        everybody = garages_at(0, 1, 2, 3, 20, 45)

        report = distributed()

        assert asked(report) == [professional.pk for professional in everybody[:5]]
        assert report.ring == 1

    def test_a_report_with_nobody_near_waits_in_the_widest_ring(self, owner, distributed, now):
        report = distributed()

        assert (report.ring, report.wave, report.look_at) == (3, 0, now + MINUTE)
        assert heard(owner) == ["report_opened"]

    def test_who_is_in_the_corner_of_the_box_is_not_in_the_ring(self, distributed):
        garages(5)
        corner = {"latitude": north(9)["latitude"], "longitude": KINGSTON["longitude"] + 0.085}
        ProfessionalFactory(radius_km=500, **corner)

        assert len(asked(distributed())) == 5


class TestWaves:
    @pytest.mark.parametrize("priority", ["low", "medium", "high"])
    def test_some_are_asked_and_after_a_pause_as_many_more(self, distributed, now, priority):
        policy = POLICIES[DamageReport.Priority(priority)]
        crowd(2 * policy.wave + 1)
        report = distributed(priority=priority)
        assert (len(asked(report)), report.look_at) == (policy.wave, now + policy.pause)

        distribution.go_on(report.pk, now + policy.pause - SECOND)
        assert len(asked(report)) == policy.wave
        distribution.go_on_everywhere(now + policy.pause)
        assert waves(report) == [1] * policy.wave + [2] * policy.wave
        distribution.go_on_everywhere(now + 2 * policy.pause)

        assert waves(report) == [1] * policy.wave + [2] * policy.wave + [3]

    def test_an_urgent_report_goes_to_all_in_range_at_once(self, distributed):
        crowd(limits.lot + 5, **north(45))
        ProfessionalFactory(radius_km=500, **north(60))

        report = distributed(priority="urgent")

        assert (report.professionals_notified, report.wave, report.ring) == (limits.lot + 5, 2, 2)
        assert report.requests.filter(told_at=None).count() == 0
        assert Notice.objects.filter(title="New Damage Report Available").count() == limits.lot + 5
        assert Entry.objects.filter(event__name="dispatch.estimate_requested").count() == limits.lot + 5

    def test_who_is_passed_over_takes_nobodys_place(self, distributed, now):
        closed = garages(3, hours=closed_at(now))
        fitting = garages(6, **north(1))

        report = distributed(priority="low")

        assert asked(report) == [professional.pk for professional in fitting[:5]]
        assert report.passed_over.count() == len(closed)
        assert report.look_at == now + POLICIES[DamageReport.Priority.LOW].pause

    def test_a_whole_lot_that_does_not_fit_is_passed_over_to_the_next(self, distributed, now):
        crowd(limits.lot, hours=closed_at(now))
        fitting = garages_at(1, 2)

        report = distributed()

        assert asked(report) == [professional.pk for professional in fitting]
        assert report.passed_over.count() == limits.lot

    def test_when_everybody_near_is_asked_it_is_looked_again_every_minute(self, distributed, now):
        garages(5)
        report = distributed()
        late = ProfessionalFactory()

        distribution.go_on_everywhere(now + MINUTE - SECOND)
        assert late.pk not in asked(report)
        distribution.go_on_everywhere(now + MINUTE)

        assert asked(report)[-1] == late.pk
        assert waves(report) == [1, 1, 1, 1, 1, 2]

    def test_of_two_reports_the_more_urgent_finds_her_free(self, owner, opened, now):
        low, urgent = opened(priority="low"), opened(priority="urgent")
        ProfessionalFactory(most_open=1)

        distribution.go_on_everywhere(now)

        assert (len(asked(low)), len(asked(urgent))) == (0, 1)


class TestEnough:
    @pytest.fixture
    def report(self, distributed, estimated):
        """Five of a dozen were asked, and all have answered."""
        garages(12)
        report = distributed(priority="low")
        for request in report.requests.select_related("professional__user"):
            estimated(request.professional, report)
        return report

    def test_with_enough_to_choose_from_nobody_new_is_asked(self, report, now):
        for minutes in range(30, 120, 10):
            distribution.go_on_everywhere(now + minutes * MINUTE)

        report.refresh_from_db()
        assert (len(asked(report)), report.wave, report.ring) == (limits.enough_estimates, 1, 0)

    def test_the_asking_goes_on_when_one_is_withdrawn(self, report, now):
        distribution.go_on_everywhere(now + 30 * MINUTE)
        estimates.withdraw_estimate(report.estimates.first(), now=now + 30 * MINUTE)

        distribution.go_on_everywhere(now + 31 * MINUTE)

        assert waves(report) == [1] * 5 + [2] * 5

    def test_what_was_declined_is_nothing_to_choose_from(self, report, now):
        estimates.decline_estimate(report.estimates.first(), now=now)

        distribution.go_on_everywhere(now + 30 * MINUTE)

        assert len(asked(report)) == 10


class TestStopping:
    def test_after_acceptance_nobody_is_asked_by_any_way(self, pro, distributed, estimated, now):
        report = distributed()
        estimates.accept_estimate(estimated(pro, report), now=now)
        late = ProfessionalFactory()

        distribution.go_on(report.pk, now)
        distribution.go_on_everywhere(now + timedelta(hours=2))
        newcomers.consider(late.pk, now)
        with pytest.raises(ReportAssigned):
            reports.redistribute(report, now=now)

        assert asked(report) == [pro.pk]
        assert (heard(late.user), told(late.user)) == ([], [])

    def test_a_cancelled_report_is_not_distributed_anew(self, opened, now):
        report = opened()
        reports.cancel_report(report, now=now)
        ProfessionalFactory()

        with pytest.raises(ReportClosed):
            reports.redistribute(report, now=now)
        distribution.go_on(report.pk, now)

        assert asked(report) == []


class TestRepeating:
    @pytest.fixture
    def half_way(self, pro, opened, now):
        """Somebody asked, and died before anybody was told in words."""
        report = opened()
        with unit():
            verdicts = judge(report, [pro], now)
            distribution.ask(distribution.locked(report.pk), verdicts, EstimateRequest.Reason.NEAR, now)
        DamageReport.objects.update(look_at=now + MINUTE)
        return report

    def test_the_sweep_tells_whom_a_dead_worker_has_only_asked(self, half_way, pro, now):
        assert told(pro.user) == []

        distribution.go_on_everywhere(now)
        distribution.go_on_everywhere(now)

        assert told(pro.user) == ["New Damage Report Available"]
        assert heard(pro.user) == ["estimate_requested"]

    def test_who_has_answered_before_she_was_told_is_not_told(self, half_way, pro, estimated, now):
        estimated(pro, half_way)

        distribution.go_on_everywhere(now)

        assert told(pro.user) == []

    def test_a_lost_ring_is_found_by_the_sweep(self, pro, opened):
        report = opened()

        tasks.go_on_everywhere()

        assert asked(report) == [pro.pk]


class TestRedistributing:
    def test_all_who_were_passed_over_are_looked_at_now(self, pro, distributed, now):
        Professional.objects.update(hours=closed_at(now))
        report = distributed()
        assert asked(report) == []

        Professional.objects.update(hours=[])
        reports.redistribute(report, now=now)
        distribution.go_on(report.pk, now)

        assert asked(report) == [pro.pk]
        assert report.passed_over.count() == 0

    def test_whom_it_went_to_before_it_does_not_go_to_again(self, pro, distributed, now):
        report = distributed()

        reports.redistribute(report, now=now)
        distribution.go_on(report.pk, now)

        assert heard(pro.user) == ["estimate_requested"]
        assert told(pro.user) == ["New Damage Report Available"]
