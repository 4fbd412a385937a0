"""Figures that several look at together, and who may."""

from uuid import uuid4

import pytest

from dispatch import boards
from dispatch.services import estimates
from realtime.models import BoardChange
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def changed():
    return set(BoardChange.objects.values_list("board", flat=True))


class TestReaders:
    def test_a_distribution_is_for_the_owner_who_was_asked_and_staff(self, owner, pro, operator, distributed):
        report = distributed()
        users = [owner.pk, pro.pk, operator.pk, UserFactory().pk, UserFactory(is_staff=True, is_active=False).pk]

        assert boards.sees_distribution(str(report.pk), users) == {owner.pk, pro.pk, operator.pk}

    @pytest.mark.parametrize("argument", ["", "nonsense", "00000000-0000-7000-8000-000000000000"])
    def test_there_is_none_of_what_is_no_report(self, operator, argument):
        assert boards.sees_distribution(argument, [operator.pk]) == set()

    def test_a_professionals_own_figures_are_for_her_alone(self, owner, pro, operator):
        users = [owner.pk, pro.pk, operator.pk]

        assert boards.is_professional(str(pro.pk), users) == {pro.pk}
        assert boards.is_professional(str(owner.pk), users) == set()
        assert boards.is_professional("nonsense", users) == set()

    def test_an_owners_likewise(self, owner, pro):
        users = [owner.pk, pro.pk]

        assert boards.is_owner(str(owner.pk), users) == {owner.pk}
        assert boards.is_owner(str(uuid4()), users) == set()
        assert boards.is_owner("", users) == set()

    def test_the_overview_is_for_operators(self, owner, operator):
        assert boards.operators("", [owner.pk, operator.pk]) == {operator.pk}
        assert boards.operators("anything", [operator.pk]) == set()


class TestShown:
    def test_what_analytics_count(self, owner, pro, distributed, estimated):
        report = distributed()
        estimated(pro, report)

        assert boards.show_distribution(str(report.pk)) == {
            "reportId": str(report.pk),
            "professionalsNotified": 1,
            "estimatesSubmitted": 1,
            "isActive": True,
        }
        assert boards.show_professional(str(pro.pk))["estimates"]["pending"] == 1
        assert boards.show_owner(str(owner.pk))["reports"]["pending"] == 1
        assert boards.show_overview("")["open"] == 1


class TestTouching:
    def test_what_happens_to_a_report_shows_on_its_boards(self, owner, distributed):
        report = distributed()

        assert changed() == {
            f"dispatch.distribution:{report.pk}",
            f"dispatch.owner:{owner.pk}",
            "dispatch.overview",
        }

    def test_an_answer_shows_on_hers_too(self, pro, rival, distributed, estimated):
        estimated(pro, distributed())

        assert f"dispatch.professional:{pro.pk}" in changed()
        assert f"dispatch.professional:{rival.pk}" not in changed()

    def test_a_decision_shows_on_those_of_all_who_had_answered(self, pro, rival, distributed, estimated, now):
        report = distributed()
        estimated(rival, report)
        estimate = estimated(pro, report)
        BoardChange.objects.all().delete()

        estimates.accept_estimate(estimate, now=now)

        assert {f"dispatch.professional:{one.pk}" for one in (pro, rival)} < changed()
