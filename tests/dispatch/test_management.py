"""What operators ask and do from a terminal."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dispatch.models import DamageReport, PassedOver
from dispatch.selectors import request_of
from dispatch.services import estimates, requests
from tests.factories.dispatch import ProfessionalFactory, north

pytestmark = pytest.mark.django_db

UNKNOWN = "00000000-0000-7000-8000-000000000000"


def run(command, *arguments):
    said = StringIO()
    call_command(command, *map(str, arguments), stdout=said)
    return said.getvalue().splitlines()


def why(report, professional):
    return run("distributionstatus", report.pk, "--professional", professional)[-1].partition(": ")[2]


class TestDistributionStatus:
    def test_it_says_what_the_seeds_tool_says_and_more(self, distributed, estimated, pro, rival, now):
        ProfessionalFactory(radius_km=1, **north(5))
        report = distributed()
        DamageReport.objects.update(look_at=now - timedelta(seconds=9))
        estimated(pro, report)
        requests.see_request(request_of(rival.user, report.pk), now=now)

        status, *lines = run("distributionstatus", report.pk)

        assert json.loads(status) == {
            "reportId": str(report.pk),
            "professionalsNotified": 2,
            "estimatesSubmitted": 1,
            "isActive": True,
        }
        assert lines == [
            "2019 Honda Civic: pending, medium, within 100 km, wave 1",
            "asked: 1 seen, 1 answered",
            "passed over: 1 out of her area",
            f"next look: {now - timedelta(seconds=9):%Y-%m-%d %H:%M:%S} UTC (due)",
        ]

    def test_a_closed_report_is_looked_at_no_more(self, distributed, estimated, pro, now):
        report = distributed()
        estimates.accept_estimate(estimated(pro, report), now=now)

        assert [line for line in run("distributionstatus", report.pk) if line.startswith("next look")] == []

    def test_the_end_of_an_id_is_enough(self, opened):
        report = opened()

        assert str(report.pk) in run("distributionstatus", str(report.pk)[-8:].upper())[0]

    @pytest.mark.parametrize("unknown", [UNKNOWN, "nonsense", "%%%%%%%%", "", "1"])
    def test_an_unknown_or_too_short_id_is_refused(self, opened, unknown):
        opened()

        with pytest.raises(CommandError, match="There is no such report here"):
            run("distributionstatus", unknown)

    def test_an_end_that_several_ids_have_is_refused(self, opened):
        first, second = opened(), opened()
        twin = f"{str(second.pk)[:8]}{str(first.pk)[8:]}" if str(second.pk)[:8] != str(first.pk)[:8] else None
        DamageReport.objects.filter(pk=second.pk).update(id=twin or f"00000000{str(first.pk)[8:]}")

        with pytest.raises(CommandError, match="Several reports end so"):
            run("distributionstatus", str(first.pk)[-8:])


class TestWhy:
    def test_who_was_asked_is_told_when_and_what_she_did(self, distributed, estimated, pro, now):
        report = distributed()
        assert why(report, pro.pk) == (
            f"asked at {now:%Y-%m-%d %H:%M:%S} in wave 1 (one of the best near it), 0.0 km away; notified"
        )

        estimated(pro, report)
        assert why(report, pro.user.email).endswith(f"0.0 km away; answered at {now:%Y-%m-%d %H:%M:%S}")

    def test_who_was_not_asked_is_told_what_speaks_against_it(self, opened):
        report = opened()
        far = ProfessionalFactory(is_available=False, **north(12))

        assert why(report, far.user.email) == "not asked: unavailable, too far (12.0 km away; the ring is 10 km)"

    def test_who_fits_and_was_not_asked_yet(self, opened, pro):
        assert why(opened(), pro.pk) == "not asked yet: she fits"

    def test_where_there_is_enough_to_choose_from_nobody_new_is_asked(self, distributed, estimated):
        first = [ProfessionalFactory() for _ in range(5)]
        report = distributed()
        for professional in first:
            estimated(professional, report)

        assert why(report, ProfessionalFactory().pk) == (
            "not asked: she fits, but there are estimates enough to choose from"
        )

    def test_of_a_closed_report_nobody_is_asked(self, distributed, estimated, pro, now):
        report = distributed()
        estimates.accept_estimate(estimated(pro, report), now=now)

        assert why(report, ProfessionalFactory().pk) == "not asked, and nobody is any more"

    @pytest.mark.parametrize("unknown", [UNKNOWN, "nobody@example.test", "+14155550123", "nonsense"])
    def test_somebody_unknown_is_refused(self, opened, unknown):
        with pytest.raises(CommandError, match="There is no such professional here"):
            why(opened(), unknown)


class TestRedistribute:
    def test_who_was_passed_over_and_fits_by_now_is_asked_at_once(self, distributed, pro, now):
        report = distributed()
        late = ProfessionalFactory()
        PassedOver.objects.create(
            report=report, professional=late, reasons=["out_of_hours"], look_again_at=now + timedelta(days=1), at=now
        )

        assert run("redistribute", report.pk) == ["1 asked now, 2 in all."]
        assert run("redistribute", report.pk) == ["0 asked now, 2 in all."]
        assert report.requests.filter(professional=late).count() == 1

    def test_a_report_that_is_taken_is_refused(self, distributed, estimated, pro, now):
        report = distributed()
        estimates.accept_estimate(estimated(pro, report), now=now)

        with pytest.raises(CommandError, match="An estimate for this report has been accepted already"):
            run("redistribute", report.pk)

    def test_an_unknown_one_too(self):
        with pytest.raises(CommandError, match="There is no such report here"):
            run("redistribute", UNKNOWN)
