"""Lists are read from indexes, in their order: as fast for a million rows as for a hundred."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Reservation

pytestmark = pytest.mark.django_db

TEAM = "providers/{provider}"
MINE = {
    "reservations": "reservations_of_user",
    "reservations?when=past": "reservations_of_user",
    "reservations?status=cancelled": "reservations_of_user",
    "subscriptions": "subscriptions_of_user",
    "providers": "providers_newest",
    f"{TEAM}/reviews": "reviews_of_provider",
}
THEIRS = {
    f"{TEAM}/pendingReservations": "reservations_of_provider",
    f"{TEAM}/confirmedReservations": "reservations_of_provider",
    f"{TEAM}/cancelledReservations": "reservations_of_provider",
    f"{TEAM}/cancelledSubscriptions": "subscriptions_of_provider",
}


def plan_of(sql):
    """As it is where rows are many: with so few, reading all of them and sorting them would be quicker."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())


def plans(client, path, provider):
    """Of what the view asks for its page."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/api/bookings/{path.format(provider=provider.pk)}").status_code == 200
    return [plan_of(query["sql"]) for query in asked if "LIMIT 21" in query["sql"]]


@pytest.mark.parametrize("path", MINE)
def test_a_customers_lists_are_read_from_an_index(phone, provider, path):
    [plan] = plans(phone, path, provider)

    assert (MINE[path] in plan, "Sort" in plan) == (True, False)


@pytest.mark.parametrize("path", THEIRS)
def test_a_providers_lists_are_read_from_an_index(desk, provider, path):
    [plan] = plans(desk, path, provider)

    assert (THEIRS[path] in plan, "Sort" in plan) == (True, False)


def test_a_list_that_no_index_gives_would_be_sorted(db):
    assert "Sort" in plan_of(str(Reservation.objects.order_by("notes").query))
