import pytest

from dispatch.services import estimates
from tests.dispatch.hearing import folded, fresh, heard, told

pytestmark = pytest.mark.django_db


def test_the_whole_life_of_a_report_that_is_repaired(owner, pro, rival, distributed, estimated, now):
    report = distributed()
    estimate = estimated(pro, report)
    estimated(rival, report)
    estimates.accept_estimate(estimate, now=now)

    report.refresh_from_db()
    assert report.status == "in_progress"
    assert heard(owner) == [
        "report_opened",
        "report_distributed",
        "estimate_submitted",
        "report_answered",
        "estimate_submitted",
        "report_answered",
        "estimate_declined",
        "estimate_accepted",
        "report_assigned",
    ]
    assert heard(pro.user) == [
        "estimate_requested",
        "estimate_submitted",
        "request_answered",
        "estimate_accepted",
        "report_assigned",
    ]
    assert told(pro.user) == ["Estimate Accepted!"]
    assert told(rival.user) == ["Report No Longer Available"]
    assert told(owner) == ["Estimate Accepted!"]


def test_who_gives_a_job_back_opens_the_report_again(owner, pro, rival, distributed, estimated, now):
    report = distributed()
    estimate = estimated(pro, report)
    other = estimated(rival, report)
    estimates.accept_estimate(estimate, now=now)
    estimates.give_job_back(estimate, now=now)

    report.refresh_from_db()
    other.refresh_from_db()
    assert (report.status, other.status) == ("pending", "pending")
    for user in (owner, pro.user, rival.user):
        assert folded(user) == fresh(user)
