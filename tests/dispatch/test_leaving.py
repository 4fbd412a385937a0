import pytest

from accounts import services as accounts
from core.images import CleanImage
from dispatch import leaving, parting, photos, selectors
from dispatch.models import Photo
from dispatch.services import estimates
from tests.dispatch.hearing import folded, fresh, heard, told
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def gone(now):
    def go(user):
        accounts.delete_account(user, password=PASSWORD)
        parting.part_everywhere(now)
        leaving.leave_everywhere(now)

    return go


def test_an_owner_who_goes_takes_the_report_along(owner, pro, distributed, estimated, gone):
    report = distributed(address="12 Hope Road", notes="The gate code is 4711.")
    estimated(pro, report)

    gone(owner)

    report.refresh_from_db()
    assert report.status == "cancelled"
    assert (report.description, report.address, report.notes) == ("", "", "")
    assert (report.latitude, report.longitude) != (18.0, -76.8)
    assert told(pro.user) == ["Report No Longer Available"]
    assert folded(pro.user) == fresh(pro.user)


def test_of_what_was_repaired_long_ago_only_the_figures_stay(owner, pro, distributed, estimated, gone, now):
    report = distributed(address="12 Hope Road")
    estimate = estimates.accept_estimate(estimated(pro, report), now=now)

    gone(owner)
    leaving.leave_everywhere(now)

    report.refresh_from_db()
    assert (report.status, report.address) == ("cancelled", "")
    assert selectors.estimate_of(pro.user, estimate.pk).cost == estimate.cost
    assert heard(pro.user)[-1] == "report_forgotten"
    assert fresh(pro.user)["dispatch.request"][str(report.pk)]["job"]["address"] == ""


def test_a_job_of_a_professional_who_goes_is_open_to_the_others_again(
    owner, pro, rival, distributed, estimated, gone, now
):
    report = distributed()
    estimates.accept_estimate(estimated(pro, report), now=now)

    gone(pro.user)

    report.refresh_from_db()
    assert report.status == "pending"
    assert told(owner) == ["Professional Not Available"]
    assert report.requests.get(professional=rival).status == "notified"


def test_what_she_had_not_answered_or_won_is_taken_back(owner, pro, distributed, estimated, gone):
    asked, answered = distributed(), distributed()
    estimate = estimated(pro, answered)

    gone(pro.user)

    estimate.refresh_from_db()
    assert estimate.status == "withdrawn"
    assert {report.requests.get(professional=pro).status for report in (asked, answered)} == {"ceased"}
    assert folded(owner) == fresh(owner)


def test_the_photos_of_an_owner_who_goes_are_gone(
    owner, distributed, settings, tmp_path, gone, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    photo = photos.keep(owner, CleanImage(b"pixels", "image/png", "png", 1, 1))
    distributed(photos=[photo.pk])

    with django_capture_on_commit_callbacks(execute=True):
        gone(owner)

    assert not Photo.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
