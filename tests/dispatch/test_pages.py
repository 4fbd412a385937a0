"""Who is offered which live page."""

from dispatch.pages import PAGES
from dispatch.services import reports
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import CIVIC, ProfessionalFactory


def pages_of(user) -> list[str]:
    return [page.path for page in PAGES if page.is_for(user)]


def test_everybody_may_report_a_damage(db):
    assert pages_of(UserFactory()) == ["reports"]


def test_who_repairs_has_jobs_and_reports_once_there_are_any(db, now):
    garage = ProfessionalFactory(is_approved=False).user
    assert pages_of(garage) == ["jobs"]

    reports.open_report(garage, **CIVIC, now=now)

    assert pages_of(garage) == ["jobs", "reports"]
