from uuid import uuid4

import pytest

from accounts import selectors, sessions
from tests.factories.accounts import SessionFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_sessions_that_no_longer_count_are_found_in_one_query(django_assert_num_queries):
    live, revoked, forgotten = SessionFactory(), SessionFactory(), uuid4()
    of_somebody_deactivated = SessionFactory(user__is_active=False)
    sessions.revoke(revoked.user_id)

    with django_assert_num_queries(1):
        found = selectors.revoked_sessions([live.pk, revoked.pk, forgotten, of_somebody_deactivated.pk])

    assert found == {revoked.pk, forgotten, of_somebody_deactivated.pk}


def test_inactive_users_are_told_from_active_ones():
    active, inactive = UserFactory(), UserFactory(is_active=False)

    assert selectors.inactive_users([active.pk, inactive.pk]) == {inactive.pk}


def test_nobody_asked_about_means_nobody_found():
    assert selectors.revoked_sessions([]) == set()
    assert selectors.inactive_users([]) == set()
