import pytest

from accounts import services as accounts
from accounts.selectors import personal_data
from dispatch.models import Professional
from dispatch.services import estimates, professionals, reports
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def test_an_owner_takes_home_what_is_kept_of_him(owner, pro, distributed, estimated, now):
    report = distributed(notes="Ring twice.")
    estimates.accept_estimate(estimated(pro, report), now=now)
    reports.complete_report(report, now=now)
    reports.review_report(report, rating=5, comment="Like new.")
    professionals.block(owner, pro.user)

    kept = personal_data(owner)["dispatch"]

    assert [(one["report_id"], one["notes"]) for one in kept["reports"]] == [(str(report.pk), "Ring twice.")]
    assert [(one["report_id"], one["rating"], one["comment"]) for one in kept["reviews"]] == [
        (report.pk, 5, "Like new.")
    ]
    assert [one["user_id"] for one in kept["blocks"]] == [str(pro.pk)]
    assert kept["professional"] is None


def test_a_professional_takes_home_what_is_kept_of_her(pro, distributed, estimated):
    report = distributed()
    estimate = estimated(pro, report)

    kept = personal_data(pro.user)["dispatch"]["professional"]

    assert kept["profile"]["business_name"] == pro.business_name
    assert [one["report_id"] for one in kept["requests"]] == [str(report.pk)]
    assert [one["estimate_id"] for one in kept["estimates"]] == [str(estimate.pk)]


def test_of_others_nothing_is_kept(db):
    kept = personal_data(UserFactory())["dispatch"]

    assert kept == {"reports": [], "reviews": [], "photos": [], "blocks": [], "professional": None}


def test_who_deletes_her_account_is_asked_no_more(pro):
    accounts.delete_account(pro.user, password=PASSWORD)

    assert (Professional.objects.at_work().count(), Professional.objects.count()) == (0, 1)
