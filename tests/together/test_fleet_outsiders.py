"""What somebody is in another product opens no door of the fleet."""

import pytest

from tests.factories.bookings import ProviderFactory
from tests.factories.dispatch import ProfessionalFactory
from tests.factories.shifts import EmployeeFactory
from tests.fleet.conftest import officer
from tests.fleet.test_privacy import ids, nothing_opens_to, nothing_reaches

__all__ = ["ids", "officer"]

pytestmark = pytest.mark.django_db

OUTSIDERS = {
    "a nurse": lambda: EmployeeFactory().user,
    "who runs a spa": lambda: ProviderFactory().owner,
    "a professional": lambda: ProfessionalFactory().user,
}


@pytest.fixture(params=OUTSIDERS)
def outsider(request, db):
    return OUTSIDERS[request.param]()


@pytest.mark.django_db(transaction=True)  # a fresh view is read in a transaction of its own
def test_no_door_opens_to_who_is_somebody_elsewhere(outsider, ids, api_of, now):
    nothing_opens_to(outsider, ids, api_of, now)


def test_no_board_stream_or_notice_is_for_who_is_somebody_elsewhere(outsider, ids):
    nothing_reaches(outsider)
