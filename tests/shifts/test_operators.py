from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from shifts import analytics, operators, services
from shifts.models import Shift
from tests.dashboards import operator, queries
from tests.factories.shifts import ShiftFactory

pytestmark = pytest.mark.django_db

DESK = "/admin/dashboards/shifts/"
DAY = timedelta(days=1)


def cards(page) -> dict[str, str]:
    return {figure.label: figure.value for figure in page.context["cards"]}


class TestDashboard:
    def test_it_shows_a_quiet_month(self, office):
        page = office.get(DESK)

        assert (cards(page)["Fill rate"], cards(page)["Time to fill"], cards(page)["Open"]) == ("–", "–", "0")
        assert page.text.count("Nothing in this time.") == 2

    def test_it_shows_how_shifts_are_covered(self, office, nurse, now):
        ShiftFactory(start_at=now - DAY, assignee=nurse, status="completed")
        ShiftFactory(start_at=now - DAY, status="unfilled")

        page = office.get(DESK)

        assert cards(page)["Fill rate"] == "50.0 %"
        filled, _, unfilled = page.context["coverage"].series
        assert (sum(filled.values), sum(unfilled.values)) == (1, 1)

    def test_a_place_and_a_period_are_chosen(self, office, now):
        ShiftFactory(start_at=now - DAY, status="unfilled", location_name="Here")
        ShiftFactory(start_at=now - DAY, status="unfilled", location_name="There")
        ShiftFactory(start_at=now - 20 * DAY, status="unfilled", location_name="Here")

        assert cards(office.get(DESK))["Unfilled"] == "3"
        assert cards(office.get(DESK, {"location": "Here"}))["Unfilled"] == "2"
        assert cards(office.get(DESK, {"location": "Here", "period": "7"}))["Unfilled"] == "1"

    def test_what_begins_first_is_on_top(self, office, nurse, offered, now):
        later, sooner = offered(start_at=now + 5 * DAY), offered(start_at=now + DAY)

        page = office.get(DESK)

        assert list(page.context["open"]) == [sooner, later]
        assert page.text.count("ops-state bad") == 1  # it begins within two days

    def test_its_tables_are_files(self, office, nurse, offered, now):
        shift = offered(start_at=now + DAY, location_name="Here")
        chosen = {"period": 28 * DAY, "location": "Here"}

        [row] = operators.open_rows(chosen, now)
        [day] = operators.day_rows(chosen, now)

        assert (row[0], row[3], row[5:]) == (shift.pk, "Here", (1, 1))
        assert day == (shift.start_at.date(), 0, 0, 1, None)

    def test_its_buttons_offer_anew_and_withdraw(self, office, nurse, offered):
        shift = offered()

        office.post(DESK, {"press": "withdraw", "on": shift.pk})
        assert not shift.offers.pending().exists()
        office.post(DESK, {"press": "offer", "on": shift.pk})
        assert shift.offers.pending().exists()

        assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == [
            "Offers withdrawn",
            "Offered to all who are eligible",
        ]

    def test_who_only_looks_has_no_buttons(self, client, nurse, offered):
        offered()
        client.force_login(operator("shifts.view_shift"))

        page = client.get(DESK)

        assert page.status_code == 200
        assert 'name="press"' not in page.text

    def test_it_takes_as_many_queries_for_many_as_for_one(self, office, nurse, offered):
        offered()
        for_one = queries(office, DESK)
        for _ in range(4):
            offered()

        assert queries(office, DESK) == for_one


class TestSummary:
    def test_what_begins_soon_and_is_open_is_an_alarm(self, nurse, offered, now):
        offered(start_at=now + 5 * DAY)
        assert [figure.is_alarm for figure in operators.summary(now)] == [False] * 4

        offered(start_at=now + DAY)
        assert [figure.label for figure in operators.summary(now) if figure.is_alarm] == ["Begin within two days"]


def test_a_day_counts_the_shifts_that_begin_on_it(nurse, offered, offer_to, now):
    noon = (now + 2 * DAY).replace(hour=12)
    for days, minutes in ((1, 10), (2, 30)):
        shift = offered(start_at=noon + days * DAY, end_at=noon + days * DAY + timedelta(hours=1))
        services.accept_offer(offer_to(nurse, shift), now=now + timedelta(minutes=minutes))
    ShiftFactory(start_at=noon, status="unfilled")

    found = analytics.by_day(now, now + 9 * DAY)

    assert {day: (one.filled, one.unfilled, one.time_to_fill_s) for day, one in found.items()} == {
        noon.date(): (0, 1, None),
        (noon + DAY).date(): (1, 0, 600),
        (noon + 2 * DAY).date(): (1, 0, 1800),
    }


def test_an_action_on_a_shift_is_kept(office, nurse):
    shift = ShiftFactory()
    body = {"action": "assign", "_selected_action": [shift.pk], "employee": nurse.pk}

    office.post("/admin/shifts/shift/", body)

    assert LogEntry.objects.get().change_message == f"Assigned to {nurse}"
    assert Shift.objects.get().assignee == nurse
    assert LogEntry.objects.get().action_time <= timezone.now()
