from bookings.services import staff
from tests.bookings.hearing import folded, fresh
from tests.factories.accounts import UserFactory


def test_who_joins_sees_the_newest_references_and_who_leaves_none(service, provider, reserve):
    clerk = UserFactory()
    before = reserve(service)
    staff.set_staff(provider, [clerk])
    joined = folded(clerk)
    after = reserve(service)
    seen = folded(clerk)
    staff.leave(provider, clerk)

    references = "bookings.reservation_reference"
    assert joined[references].keys() == {str(before.pk)}
    assert seen[references].keys() == {str(before.pk), str(after.pk)}
    assert folded(clerk) == fresh(clerk)
    assert folded(clerk)[references] == {}


def test_of_who_stays_nothing_changes(service, provider, reserve):
    clerk, other = UserFactory(), UserFactory()
    staff.set_staff(provider, [clerk])
    reserve(service)
    heard = folded(clerk)
    staff.set_staff(provider, [clerk, other])

    assert folded(clerk) == heard == fresh(clerk)
    assert folded(other) == fresh(other) == heard
