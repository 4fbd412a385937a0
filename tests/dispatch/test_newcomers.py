"""Who becomes eligible while reports are open does not wait for a wave."""

from datetime import timedelta

import pytest

from dispatch import distribution, newcomers, tasks
from dispatch.conf import limits
from dispatch.models import Professional
from dispatch.services import estimates, professionals, reports
from tests.dispatch.hearing import folded, fresh, heard, told
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import ProfessionalFactory, SkillFactory, north

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(owner, distributed):
    """Five were asked already, so that its ring is not widened at once."""
    ProfessionalFactory.create_batch(5, skills=["mechanics"])
    return distributed(skills=["mechanics"])


def come_to_work(professional, report):
    professionals.set_availability(professional, is_available=True)


def move_there(professional, report):
    professionals.revise_profile(professional, **north(3))


def learn(professional, report):
    professionals.revise_profile(professional, skills=[SkillFactory(code="mechanics")])


def open_longer(professional, report):
    professionals.revise_profile(professional, hours=[])


def go_farther(professional, report):
    professionals.revise_profile(professional, radius_km=20)


def be_approved(professional, report):
    professionals.approve(professional)


def be_unblocked(professional, report):
    professionals.unblock(report.owner, professional.pk)


def closed_at(moment):
    return [{"weekday": (moment.weekday() + 3) % 7, "start": "10:00", "end": "11:00"}]


class TestBecomingEligible:
    @pytest.mark.parametrize(
        ("before", "change"),
        [
            ({"is_available": False}, come_to_work),
            (north(30), move_there),
            ({"skills": []}, learn),
            ({"radius_km": 2, **north(5)}, go_farther),
            ({"is_approved": False}, be_approved),
        ],
    )
    def test_she_is_asked_then(self, report, now, before, change):
        late = ProfessionalFactory(**{"skills": ["mechanics"], **before})
        newcomers.consider(late.pk, now)
        assert heard(late.user) == []

        change(late, report)
        tasks.consider(str(late.pk))

        request = report.requests.get(professional=late)
        assert (request.reason, request.status) == ("newcomer", "notified")
        assert heard(late.user) == ["estimate_requested"]
        assert told(late.user) == ["New Damage Report Available"]
        assert folded(late.user) == fresh(late.user)

    def test_longer_hours_count_at_once(self, report, now):
        late = ProfessionalFactory(skills=["mechanics"], hours=closed_at(now))
        newcomers.consider(late.pk, now)
        assert report.passed_over.get().reasons == ["out_of_hours"]

        open_longer(late, report)
        assert report.passed_over.count() == 0
        tasks.consider(str(late.pk))

        assert heard(late.user) == ["estimate_requested"]

    def test_so_does_the_end_of_a_block(self, report, owner, now):
        late = ProfessionalFactory(skills=["mechanics"])
        professionals.block(owner, late.user)
        newcomers.consider(late.pk, now)
        assert report.passed_over.get().reasons == ["blocked"]

        be_unblocked(late, report)
        tasks.consider(str(late.pk))

        assert heard(late.user) == ["estimate_requested"]

    def test_of_two_blocks_one_is_enough(self, report, owner, now):
        late = ProfessionalFactory(skills=["mechanics"])
        professionals.block(owner, late.user)
        professionals.block(late.user, owner)

        be_unblocked(late, report)
        newcomers.consider(late.pk, now)

        assert heard(late.user) == []

    def test_the_sweep_finds_her_where_the_ring_was_lost(self, report, now):
        late = ProfessionalFactory(skills=["mechanics"], is_available=False)
        come_to_work(late, report)

        distribution.go_on_everywhere(now + limits.look_again_seconds * timedelta(seconds=1))

        assert heard(late.user) == ["estimate_requested"]

    def test_what_did_not_block_anybody_is_lifted_without_a_word(self, report, pro):
        professionals.unblock(report.owner, pro.pk)
        professionals.unblock(report.owner, UserFactory().pk)


class TestConsidering:
    def test_nobody_is_asked_twice(self, report, now):
        late = ProfessionalFactory(skills=["mechanics"])

        for _ in range(3):
            newcomers.consider(late.pk, now)
            distribution.go_on_everywhere(now)

        assert heard(late.user) == ["estimate_requested"]
        assert told(late.user) == ["New Damage Report Available"]

    def test_she_does_not_wait_for_the_next_wave(self, distributed, now):
        ProfessionalFactory.create_batch(6)
        report = distributed(priority="low")
        late = ProfessionalFactory(**north(9))

        newcomers.consider(late.pk, now)

        assert report.requests.count() == 6
        assert report.requests.get(professional=late).wave == 1

    def test_with_enough_estimates_she_is_not_asked(self, report, estimated, now):
        for request in report.requests.select_related("professional__user"):
            estimated(request.professional, report)
        late = ProfessionalFactory(skills=["mechanics"])

        newcomers.consider(late.pk, now)

        assert heard(late.user) == []

    def test_nor_of_what_is_closed_or_past_its_time(self, owner, pro, opened, now):
        cancelled, lapsed = opened(), opened()
        reports.cancel_report(cancelled, now=now)

        newcomers.consider(pro.pk, lapsed.expires_at)

        assert heard(pro.user) == []

    def test_every_open_report_near_her_is_looked_at_the_most_urgent_first(self, opened, now):
        opened(priority="low")
        high, urgent = opened(priority="high"), opened(priority="urgent")
        late = ProfessionalFactory(most_open=2)

        newcomers.consider(late.pk, now)

        asked = late.requests.order_by("pk").values_list("report", flat=True)
        assert list(asked) == [urgent.pk, high.pk]

    def test_a_report_whose_ring_does_not_reach_her_leaves_no_trace(self, report, now):
        late = ProfessionalFactory(skills=["mechanics"], radius_km=500, **north(12))
        corner = ProfessionalFactory(skills=["mechanics"], latitude=north(9)["latitude"], longitude=-76.8 + 0.085)

        for professional in (late, corner):
            newcomers.consider(professional.pk, now)

        assert report.passed_over.count() == 0

    def test_the_date_line_parts_nobody(self, opened, now):
        opened(latitude=-17, longitude=179.99)
        fijian = ProfessionalFactory(latitude=-17, longitude=-179.99)

        newcomers.consider(fijian.pk, now)

        assert heard(fijian.user) == ["estimate_requested"]

    def test_who_has_gone_home_is_not_considered(self, report, now):
        gone = ProfessionalFactory(skills=["mechanics"])
        professionals.set_availability(gone, is_available=False)

        newcomers.consider(gone.pk, now)
        professionals.retire(gone.pk)
        newcomers.consider(gone.pk, now)
        Professional.objects.filter(pk=gone.pk).delete()
        newcomers.consider(gone.pk, now)

        assert report.passed_over.count() == 0

    def test_what_she_was_asked_before_she_went_home_stays_hers_to_answer(self, pro, distributed, estimated, now):
        report = distributed()
        professionals.set_availability(pro, is_available=False)
        newcomers.consider(pro.pk, now)

        estimates.accept_estimate(estimated(pro, report), now=now)

        report.refresh_from_db()
        assert report.status == "in_progress"
