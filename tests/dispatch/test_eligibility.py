"""What speaks against asking somebody, what is written down of it, and when she is looked at again."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch import distribution
from dispatch.conf import limits
from dispatch.eligibility import judge
from dispatch.models import EstimateRequest, PassedOver, Professional
from dispatch.services import professionals, requests
from tests.dispatch.hearing import heard
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import ProfessionalFactory, SkillFactory, north

pytestmark = pytest.mark.django_db

MONDAY_MORNING = datetime(2031, 1, 6, 8, tzinfo=UTC)
AFTERNOON = [{"weekday": 0, "start": "14:00", "end": "18:00"}]
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def now() -> datetime:
    return MONDAY_MORNING


def reasons(report, professional, now):
    [verdict] = judge(report, [Professional.objects.select_related("user").get(pk=professional.pk)], now)
    return verdict.reasons


def passed_over(report):
    return {one.professional_id: (one.reasons, one.look_again_at) for one in report.passed_over.all()}


def busy(opened, now, **facts):
    """With as many requests to answer as she wants."""
    professional = ProfessionalFactory(most_open=1, **facts)
    distribution.go_on(opened().pk, now)
    return professional


class TestReasons:
    def test_nothing_speaks_against_who_is_near_and_at_work(self, pro, opened, now):
        assert reasons(opened(), pro, now) == []

    @pytest.mark.parametrize(
        ("facts", "reason"),
        [
            ({"user__is_active": False}, "inactive"),
            ({"is_approved": False}, "not_approved"),
            ({"is_available": False}, "unavailable"),
            ({"skills": ["roofers"]}, "unskilled"),
            ({**north(10.01), "radius_km": 100}, "too_far"),
            ({**north(9), "radius_km": 8}, "out_of_her_area"),
            ({"hours": AFTERNOON}, "out_of_hours"),
            ({"hours": [{"weekday": 0, "start": "08:00", "end": "12:00"}], "zone": "America/Jamaica"}, "out_of_hours"),
        ],
    )
    def test_one_thing_is_enough(self, opened, now, facts, reason):
        professional = ProfessionalFactory(**{"skills": ["mechanics"], **facts})

        assert reasons(opened(skills=["mechanics"]), professional, now) == [reason]

    def test_nobody_is_asked_about_her_own_vehicle(self, opened, owner, now):
        assert reasons(opened(), ProfessionalFactory(user=owner), now) == ["own_report"]

    @pytest.mark.parametrize("is_the_owner_who_blocks", [True, False])
    def test_a_block_works_both_ways(self, pro, owner, opened, now, is_the_owner_who_blocks):
        pair = (owner, pro.user) if is_the_owner_who_blocks else (pro.user, owner)
        professionals.block(*pair)

        assert reasons(opened(), pro, now) == ["blocked"]

    def test_blocks_among_others_are_nobody_elses_business(self, pro, owner, opened, now):
        professionals.block(owner, UserFactory())
        professionals.block(UserFactory(), pro.user)

        assert reasons(opened(), pro, now) == []

    def test_every_skill_is_needed(self, opened, now):
        report = opened(skills=["painters", "mechanics"])

        assert reasons(report, ProfessionalFactory(skills=["painters"]), now) == ["unskilled"]
        assert reasons(report, ProfessionalFactory(skills=["painters", "mechanics", "roofers"]), now) == []

    def test_all_that_speaks_against_her_is_said(self, opened, owner, now):
        SkillFactory()
        professional = ProfessionalFactory(
            user__is_active=False, is_approved=False, is_available=False, hours=AFTERNOON, radius_km=1, **north(11)
        )
        professionals.block(owner, professional.user)

        assert reasons(opened(skills=["mechanics"]), professional, now) == [
            "inactive",
            "not_approved",
            "unavailable",
            "unskilled",
            "too_far",
            "out_of_her_area",
            "out_of_hours",
            "blocked",
        ]


class TestTooManyOpen:
    def test_who_has_enough_to_answer_is_asked_no_more(self, opened, now):
        professional = busy(opened, now)

        assert reasons(opened(), professional, now) == ["too_many_open"]

    def test_what_she_has_looked_at_is_still_to_be_answered(self, opened, now):
        professional = busy(opened, now)
        requests.see_request(EstimateRequest.objects.get(), now=now)

        assert reasons(opened(), professional, now) == ["too_many_open"]

    def test_what_she_has_answered_does_not_count(self, opened, estimated, now):
        professional = busy(opened, now)
        estimated(professional, EstimateRequest.objects.get().report)

        assert reasons(opened(), professional, now) == []

    def test_nor_does_what_she_does_not_want(self, opened, now):
        professional = busy(opened, now)
        requests.decline_request(EstimateRequest.objects.get(), now=now)

        assert reasons(opened(), professional, now) == []


class TestWhatIsWrittenDown:
    def test_who_is_closed_is_looked_at_when_she_opens(self, distributed, now):
        professional = ProfessionalFactory(hours=AFTERNOON)
        report = distributed(answer_by=now + 24 * HOUR)
        opening = now + 6 * HOUR
        assert passed_over(report) == {professional.pk: (["out_of_hours"], opening)}

        distribution.go_on_everywhere(opening - SECOND)
        assert heard(professional.user) == []
        distribution.go_on_everywhere(opening + 60 * SECOND)

        assert heard(professional.user) == ["estimate_requested"]
        assert passed_over(report) == {}

    def test_who_is_busy_is_left_alone_for_some_minutes(self, opened, distributed, now):
        professional = busy(opened, now)
        report = distributed()
        again = now + limits.busy_seconds * SECOND
        assert passed_over(report) == {professional.pk: (["too_many_open"], again)}
        requests.decline_request(EstimateRequest.objects.get(), now=now)

        distribution.go_on_everywhere(again - SECOND)
        assert heard(professional.user) == ["estimate_requested", "request_declined"]
        distribution.go_on_everywhere(again + 60 * SECOND)

        assert heard(professional.user) == ["estimate_requested", "request_declined", "estimate_requested"]

    def test_who_still_does_not_fit_is_left_alone_for_as_long_again(self, opened, distributed, now):
        professional = busy(opened, now)
        report = distributed()
        again = now + limits.busy_seconds * SECOND

        distribution.go_on(report.pk, again)

        assert passed_over(report) == {
            professional.pk: (["too_many_open"], again + limits.busy_seconds * SECOND),
        }

    def test_anybody_else_is_looked_at_once_in_an_hour(self, owner, distributed, now):
        blocked = ProfessionalFactory()
        far = ProfessionalFactory(radius_km=1, **north(2))
        both = ProfessionalFactory(hours=AFTERNOON, radius_km=1, **north(2))
        professionals.block(owner, blocked.user)

        again = now + HOUR
        assert passed_over(distributed()) == {
            blocked.pk: (["blocked"], again),
            far.pk: (["out_of_her_area"], again),
            both.pk: (["out_of_her_area", "out_of_hours"], again),
        }

    def test_of_whom_no_index_finds_nothing_is_written_down(self, distributed):
        ProfessionalFactory(is_available=False)
        ProfessionalFactory(is_approved=False)
        ProfessionalFactory(skills=["painters"])
        ProfessionalFactory(radius_km=500, **north(101))

        assert passed_over(distributed(skills=["mechanics"])) == {}


def test_a_crowd_is_judged_by_as_many_queries_as_one(opened, now, django_assert_num_queries):
    ProfessionalFactory.create_batch(20)
    report, crowd = opened(), list(Professional.objects.all())

    for few_or_many in (crowd[:1], crowd):
        with django_assert_num_queries(5):
            assert len(judge(report, few_or_many, now)) == len(few_or_many)

    assert PassedOver.objects.count() == 0
