"""The law, and the proof that breaking the order of a unit breaks the law."""

import pytest

from tests.factories.accounts import UserFactory
from tests.law import breaches, law_holds_for, remember
from tests.sample import services

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def users():
    return [UserFactory().pk for _ in range(3)]


def test_the_law_holds_for_every_service(users):
    counter = services.share(users[:2])
    with law_holds_for(users):
        other = services.share(users, "another")
        services.add(counter, users[0], 3)
        services.join(counter, users[2])
        services.add(counter, users[2])
        services.leave(counter, users[1])
        services.delete(other)


def test_the_law_holds_from_any_moment_on(users):
    moments = [remember(users)]
    counter = services.share(users)
    for act in (
        lambda: services.add(counter, users[0]),
        lambda: services.leave(counter, users[1]),
        lambda: services.add(counter, users[2], 5),
        lambda: services.delete(counter),
    ):
        moments.append(remember(users))
        act()

    assert [breaches(moment) for moment in moments] == [[]] * 5


def test_an_unpublished_change_is_a_breach(users):
    counter = services.share(users)
    before = remember(users)
    services.Counter.objects.filter(pk=counter).update(total=99)

    assert len(breaches(before)) == 3
