"""What a professional does with a request besides answering it."""

from datetime import timedelta

import pytest

from dispatch import distribution, selectors
from dispatch.errors import NoSuchReport, ReportAssigned, ReportClosed, RequestCeased
from dispatch.models import EstimateRequest
from dispatch.services import estimates, professionals, reports, requests
from dispatch.tasks import part
from tests.dispatch.hearing import folded, fresh, heard, told

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def report(pro, rival, distributed):
    return distributed()


@pytest.fixture
def request_(pro, report):
    return selectors.request_of(pro.user, report.pk)


class TestLooking:
    def test_the_first_look_counts(self, pro, owner, request_, now):
        assert requests.see_request(request_, now=now).seen_at == now

        again = requests.see_request(request_, now=now + MINUTE)

        assert (again.status, again.seen_at) == ("seen", now)
        assert heard(pro.user) == ["estimate_requested", "request_seen"]
        assert "request_seen" not in heard(owner)
        assert told(pro.user) == ["New Damage Report Available"]
        assert folded(pro.user) == fresh(pro.user)

    def test_a_look_at_what_was_answered_changes_nothing(self, pro, report, request_, estimated, now):
        estimated(pro, report)

        assert requests.see_request(request_, now=now + MINUTE).status == "answered"

    def test_nor_does_one_at_what_is_gone(self, pro, report, request_, now):
        reports.cancel_report(report, now=now)

        seen = requests.see_request(request_, now=now)

        assert (seen.status, seen.seen_at) == ("ceased", None)


class TestDeclining:
    def test_she_is_left_alone_and_the_report_goes_on(self, owner, pro, rival, report, request_, now):
        declined = requests.decline_request(request_, now=now)
        again = requests.decline_request(request_, now=now + MINUTE)

        assert (declined.status, declined.answered_at, again.answered_at) == ("declined", now, now)
        assert heard(pro.user) == ["estimate_requested", "request_declined"]
        assert (told(pro.user), told(rival.user)) == ([], ["New Damage Report Available"])
        distribution.go_on(report.pk, report.look_at)
        assert report.requests.filter(professional=pro).count() == 1
        for user in (owner, pro.user, rival.user):
            assert folded(user) == fresh(user)

    def test_who_has_looked_may_decline_as_well(self, request_, now):
        requests.see_request(request_, now=now)

        assert requests.decline_request(request_, now=now).status == "declined"

    def test_who_has_answered_withdraws_instead(self, pro, report, request_, estimated, now):
        estimated(pro, report)

        with pytest.raises(RequestCeased):
            requests.decline_request(request_, now=now)

    def test_what_is_gone_need_not_be_declined(self, owner, pro, rival, report, request_, estimated, now):
        estimates.accept_estimate(estimated(rival, report), now=now)
        with pytest.raises(ReportAssigned):
            requests.decline_request(request_, now=now)

        reports.cancel_report(report, now=now)
        with pytest.raises(ReportClosed):
            requests.decline_request(request_, now=now)

    def test_nor_what_a_block_has_ended(self, owner, pro, request_, now):
        professionals.block(owner, pro.user)
        part()

        with pytest.raises(RequestCeased):
            requests.decline_request(request_, now=now)


def test_a_report_exists_for_those_who_were_asked(pro, owner, report, opened):
    assert selectors.request_of(pro.user, report.pk).professional == pro
    for user, hidden in ((pro.user, opened()), (owner, report)):
        with pytest.raises(NoSuchReport):
            selectors.request_of(user, hidden.pk)


def test_only_the_winner_has_the_job(pro, rival, report, estimated, now):
    estimated(rival, report)
    estimates.accept_estimate(estimated(pro, report), now=now)

    jobs = {one.professional_id: one.has_job for one in selectors.with_jobs(EstimateRequest.objects.all())}
    assert jobs == {pro.pk: True, rival.pk: False}
