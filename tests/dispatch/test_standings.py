"""Who is asked first."""

from datetime import timedelta

import pytest

from dispatch import standings, tasks
from dispatch.analytics import RECENTLY
from dispatch.models import Professional
from dispatch.services import estimates, reports, requests
from tests.factories.dispatch import ProfessionalFactory

NOTHING = {"answered": 0, "missed": 0, "won": 0, "lost": 0, "rating_sum": 0, "rating_count": 0}


def standing(**record):
    return round(standings.standing(**{**NOTHING, **record}), 4)


class TestFormula:
    def test_who_is_new_stands_in_the_middle(self):
        assert standing() == 0.5

    def test_answers_weigh_half_stars_a_third_and_jobs_a_fifth(self):
        many = 10**9

        assert standing(answered=many) == 0.75
        assert standing(rating_count=many, rating_sum=5 * many) == 0.65
        assert standing(won=many) == 0.6
        assert standing(answered=many, won=many, rating_count=many, rating_sum=5 * many) == 1
        assert standing(missed=many, lost=many, rating_count=many, rating_sum=many) == 0

    def test_a_little_evidence_moves_it_a_little(self):
        assert standing(answered=1) == 0.5417
        assert standing(answered=5) == 0.625
        assert standing(missed=5) == 0.375
        assert standing(rating_count=1, rating_sum=3) == 0.5


@pytest.mark.django_db
class TestRenewing:
    def standings(self, *people):
        stored = dict(Professional.objects.values_list("pk", "standing"))
        return [round(stored[one.pk], 4) for one in people]

    def test_it_follows_what_each_did_lately(self, pro, rival, distributed, estimated, now):
        silent, unwilling = ProfessionalFactory(), ProfessionalFactory()
        report = distributed()
        mine = estimated(pro, report)
        estimated(rival, report)
        requests.decline_request(report.requests.get(professional=unwilling), now=now)
        estimates.accept_estimate(mine, now=now)
        reports.complete_report(report, now=now)
        reports.review_report(report, rating=5)

        assert standings.renew(now) == 4

        assert self.standings(pro, rival, unwilling, silent) == [
            standing(answered=1, won=1, rating_sum=5, rating_count=1),
            standing(answered=1, lost=1),
            standing(answered=1),
            standing(missed=1),
        ]

    def test_what_moves_nobody_is_not_written(self, pro, distributed, estimated, now):
        estimated(pro, distributed())

        assert (standings.renew(now), standings.renew(now)) == (1, 0)

    def test_old_deeds_are_forgotten_but_not_the_stars(self, pro, distributed, estimated, now):
        report = distributed()
        estimates.accept_estimate(estimated(pro, report), now=now)
        reports.complete_report(report, now=now)
        reports.review_report(report, rating=1)

        standings.renew(now + RECENTLY + timedelta(seconds=1))

        assert self.standings(pro) == [standing(rating_sum=1, rating_count=1)]

    def test_an_estimate_that_ended_with_its_report_was_not_lost(self, pro, distributed, estimated, now):
        report = distributed()
        estimated(pro, report)
        reports.cancel_report(report, now=now)

        standings.renew(now)

        assert self.standings(pro) == [standing(answered=1)]

    def test_everybody_is_renewed_lot_after_lot(self, django_user_model, now):
        users = django_user_model.objects.bulk_create(
            django_user_model(email=f"garage{n}@example.test") for n in range(standings.LOT + 1)
        )
        Professional.objects.bulk_create(
            Professional(user=user, business_name="Garage", latitude=18, longitude=-76.8, standing=0.9)
            for user in users
        )

        tasks.renew_standings()

        assert set(Professional.objects.values_list("standing", flat=True)) == {0.5}

    def test_nobody_to_renew_is_nothing_to_do(self, now):
        assert standings.renew(now) == 0
