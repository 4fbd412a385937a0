"""The operators' dashboard of bookings: its figures are what a naive count of all rows comes to."""

from collections import Counter
from datetime import UTC, timedelta
from random import Random

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from bookings import boards, days
from bookings.models import Provider, ProviderDay, Reservation, Slot, Subscription, WaitlistEntry
from bookings.operators import dashboard
from bookings.operators.scope import label
from bookings.services import reservations, subscriptions, waiting
from core.clocks import DAY
from core.money import formatted
from tests.dashboards import card, exported, operator, queries, said, words
from tests.factories.accounts import UserFactory
from tests.factories.bookings import PlanFactory, ProviderFactory, ServiceFactory, on_the_hour
from tests.factories.payments import WebhookEventFactory

pytestmark = pytest.mark.django_db

PAGE = "/admin/dashboards/bookings/"
HOUR = timedelta(hours=1)
AHEAD = 7 * DAY


@pytest.fixture
def onlooker(client):
    client.force_login(operator("bookings.view_reservation"))
    return client


@pytest.fixture
def spas(now):
    """Two providers of two currencies, with reservations of five weeks in all statuses, and their days counted."""
    dice = Random(5)
    spas = [
        ProviderFactory(business_name=name, currency=currency, zone=zone)
        for name, currency, zone in [("Nile Spa", "EGP", "Africa/Cairo"), ("Rhine Spa", "EUR", "Europe/Berlin")]
    ]
    Provider.objects.update(created_at=now - 40 * DAY)
    guests = UserFactory.create_batch(3)
    for spa in spas:
        service = ServiceFactory(provider=spa, capacity=5)
        for day in range(-35, 12):
            for hour in dice.sample(range(24), 2):
                _book(dice, service, guests, on_the_hour(24 * day + hour, since=now), now)
    for spa in spas:
        for day in ProviderDay.objects.filter(provider=spa):
            day.delete()
        today = now.date()
        for ago in range(2, 34):
            days.count(spa.pk, today - ago * DAY)
            ProviderDay.objects.filter(provider=spa, date=today - ago * DAY).update(revenue=dice.randrange(10_000))
    return spas


def _book(dice, service, guests, start_at, now):
    slot = Slot.objects.create(
        provider=service.provider, service=service, start_at=start_at, end_at=start_at + HOUR, capacity=5
    )
    over = ["completed", "no_show", "cancelled", "expired"]
    for guest in dice.sample(guests, dice.randrange(1, 4)):
        status = dice.choice(over if start_at < now else ["confirmed", "cancelled"])
        row = Reservation.objects.create(
            user=guest, provider=service.provider, service=service, slot=slot,
            provider_name=service.provider.business_name, service_name=service.name,
            start_at=start_at, end_at=slot.end_at, zone="UTC", seats=1, price=0, currency=service.provider.currency,
            status=status, created_at=start_at - 3 * DAY, updated_at=start_at, confirmed_at=start_at - 3 * DAY,
            cancelled_at=start_at - DAY if status == "cancelled" else None,
        )  # fmt: skip
        slot.confirmed += row.status in Reservation.SEATED
    slot.save()


def context(office, **asked):
    answer = office.get(PAGE, asked)
    assert answer.status_code == 200
    return answer.context


def begun(now, period=28, **which):
    """All reservations of that time and the week ahead, one by one."""
    since, until = now - period * DAY, now + AHEAD
    return [one for one in Reservation.objects.filter(**which) if since <= one.start_at < until]


def days_of(now, period=28, **which):
    """All counted days of that time, one by one."""
    return [day for day in ProviderDay.objects.filter(**which) if day.date >= (now - period * DAY).date()]


def drawn(chart):
    return {label: values for label, values in chart.rows if any(values)}


class TestReservations:
    @pytest.mark.parametrize("period", [7, 28, 90])
    def test_they_are_drawn_by_status(self, office, spas, now, period):
        chart = context(office, period=period)["statuses"]

        words = {"pending": "held", "no_show": "nobody came"}
        counts = Counter(words.get(one.status, one.status) for one in begun(now, period) if one.status != "expired")
        assert {one.label: sum(one.values) for one in chart.series if sum(one.values)} == counts

    def test_each_stands_on_the_day_it_begins(self, office, spas, now):
        chart = context(office)["statuses"]

        on_days = Counter(
            f"{at.day} {at:%b}"
            for at in (one.start_at.astimezone(UTC) for one in begun(now) if one.status != "expired")
        )
        assert {day: sum(values) for day, values in drawn(chart).items()} == on_days

    def test_cancellations_and_no_shows_are_shares(self, office, spas, now):
        cards, counts = context(office)["cards"], Counter(one.status for one in begun(now))

        kept = counts["confirmed"] + counts["completed"] + counts["no_show"]
        cancelled = counts["cancelled"] / (counts["cancelled"] + kept)
        missed = counts["no_show"] / (counts["no_show"] + counts["completed"])
        assert float(card(cards, "Cancelled").value.rstrip(" %")) == int(round(cancelled, 4) * 1000) / 10
        assert float(card(cards, "Nobody came").value.rstrip(" %")) == int(round(missed, 4) * 1000) / 10

    def test_made_used_and_offered_are_those_of_the_counted_days(self, office, spas, now):
        shown, rows = context(office), days_of(now)

        assert sum(value or 0 for value in shown["made"].series[0].values) == sum(day.created for day in rows)
        used, offered = Counter(), Counter()
        for day in rows:
            used[f"{day.date.day} {day.date:%b}"] += day.used_minutes
            offered[f"{day.date.day} {day.date:%b}"] += day.offered_minutes
        shares = {day: round(100 * used[day] / offered[day], 1) for day in offered}
        assert {day: values[0] for day, values in shown["utilisation"].rows if values[0] is not None} == shares

    def test_revenue_is_one_figure_for_each_currency(self, office, spas, now):
        shown = context(office)

        sums = {spa.currency: sum(day.revenue for day in days_of(now, provider=spa)) for spa in spas}
        values = [one.value for one in shown["cards"] if one.label == "Revenue"]
        assert sorted(values) == sorted(formatted(amount, currency) for currency, amount in sums.items())
        for chart in shown["revenues"]:
            amounts = [value for value in chart.series[0].values if value is not None]
            assert round(100 * sum(amounts)) == sums[chart.unit]


class TestOneProvider:
    @pytest.mark.parametrize("name", [str, "{0.pk}".format, "{0.business_name}".format, lambda one: "rhine", label])
    def test_it_is_found_by_its_name_a_part_of_it_or_its_id(self, office, spas, now, name):
        shown = context(office, provider=name(spas[1]))

        assert shown["scope"].provider == spas[1]
        counted = sum(sum(one.values) for one in shown["statuses"].series)
        assert counted == sum(one.status != "expired" for one in begun(now, provider=spas[1]))
        assert [chart.unit for chart in shown["revenues"]] == ["EUR"]
        assert [one.provider for one, _ in shown["busiest"]] == [spas[1]]

    def test_of_several_one_may_be_meant(self, office, spas):
        shown = context(office, provider="spa")

        assert (shown["scope"].provider, list(shown["scope"].similar)) == (None, spas)
        assert f"?provider={spas[0].pk}" in office.get(PAGE, {"provider": "spa"}).text

    def test_two_of_the_same_name_are_told_apart(self, office, spas):
        twin = ProviderFactory(business_name="Nile Spa")

        assert context(office, provider="nile spa")["scope"].provider is None
        assert context(office, provider=label(twin))["scope"].provider == twin

    def test_one_that_is_not_there_is_said(self, office, spas):
        assert "there is none that is called “Danube”" in words(office.get(PAGE, {"provider": "Danube"}))

    def test_the_form_says_its_name_and_suggests_others(self, office, spas):
        page = office.get(PAGE, {"provider": spas[0].pk}).text

        assert f'value="{label(spas[0])}"' in page
        assert f'<option value="{label(spas[1])}">' in page

    def test_the_only_one_is_meant(self, office, provider):
        assert context(office)["scope"].provider == provider

    def test_its_hours_are_a_table_of_how_many_seats_were_taken(self, office, spas, now):
        spa = spas[0]
        heat = context(office, provider=spa.pk)["heat"]

        rows = days_of(now, provider=spa)
        assert heat.days == len(rows)
        for weekday, row in enumerate(heat.rows):
            of_day = [day for day in rows if day.date.weekday() == weekday]
            used, offered = sum(day.used_minutes for day in of_day), sum(day.offered_minutes for day in of_day)
            assert row.percent == round(100 * used / offered, 1)
            for hour, cell in zip(heat.hours, row.cells, strict=True):
                seats = sum(day.load[hour] for day in of_day) / sum(day.lengths[hour] for day in of_day)
                assert cell.seats == seats
                assert (cell.level > 0) == (seats > 0)
        assert max(cell.level for row in heat.rows for cell in row.cells) == 5

    def test_of_many_there_is_no_such_table(self, office, spas):
        assert context(office)["heat"] is None


class TestNow:
    def test_what_somebody_is_to_act_on_stands_out(self, office, reserve, service, now):
        held = reserve(ServiceFactory(paid=True))
        Reservation.objects.filter(pk=held.pk).update(hold_expires_at=now - timedelta(minutes=5))
        over = reserve(service)
        Reservation.objects.filter(pk=over.pk).update(start_at=now - 90 * DAY, end_at=now - 89 * DAY)
        WebhookEventFactory(state="dead")
        ProviderFactory(is_approved=False)

        shown = context(office)

        alarms = {one.label: one.value for one in shown["cards"] if one.is_alarm}
        assert alarms == {"Lapsed, not swept": "1", "Overdue": "1"}
        assert card(shown["cards"], "To be approved").value == "1"
        assert [one.failed for one in shown["backlogs"]] == [1, 0]

    def test_the_longest_waitlists_come_first(self, office, reserve, now):
        few, many = ServiceFactory(capacity=1), ServiceFactory(capacity=1)
        for service, count in ((few, 1), (many, 2)):
            reservation = reserve(service)
            for _ in range(count):
                waiting.join_waitlist(UserFactory(), service, start_at=reservation.start_at, now=now)

        shown = context(office)

        assert [(slot.service, slot.entries) for slot in shown["waitlists"]] == [(many, 2), (few, 1)]
        assert card(shown["cards"], "On waitlists").value == str(WaitlistEntry.objects.count())

    def test_renewals_that_failed_are_named(self, office, busy_subscription):
        shown = context(office)

        assert list(shown["failed_renewals"]) == [busy_subscription]
        assert card(shown["cards"], "Renewals failed").is_alarm

    def test_its_cards_lead_to_lists(self, office, spas, now):
        for one in context(office, provider=spas[0].pk)["cards"]:
            if one.link:
                assert (one.label, office.get(one.link).status_code) == (one.label, 200)

    def test_the_index_says_what_is_booked_and_held(self, reserve, service, now):
        reserve(service)
        reserve(ServiceFactory(paid=True))

        assert [(one.label, one.value) for one in dashboard.summary(now)] == [
            ("Confirmed", "1"),
            ("Held", "1"),
            ("Renewals failed", "0"),
            ("To be approved", "0"),
        ]

    @pytest.fixture
    def busy_subscription(self, customer, now):
        plan = PlanFactory(provider=ProviderFactory(accepts_cash=True))
        subscription = subscriptions.subscribe(customer, plan, by="cash", now=now)
        Subscription.objects.update(status="payment_failed")
        subscription.invoices.update(status="open", failures=2)
        return subscription


class TestButtons:
    def test_a_slot_that_drifts_is_counted_anew(self, office, reserve, service, now):
        reservation = reserve(service, start_at=on_the_hour(5, since=now))
        Slot.objects.update(confirmed=2)
        assert [slot.pk for slot in context(office)["drifting"]] == [reservation.slot_id]

        answer = office.post(PAGE, {"press": "recount", "on": reservation.slot_id}, follow=True)

        slot = Slot.objects.get()
        assert (slot.confirmed, answer.context["drifting"]) == (1, [])
        assert said(answer) == [f"Counted anew: {slot}"]
        assert LogEntry.objects.get().object_id == str(slot.pk)

    def test_a_provider_that_waits_is_approved(self, office):
        provider = ProviderFactory(is_approved=False)

        office.post(PAGE, {"press": "approve", "on": provider.pk})

        assert Provider.objects.get().is_approved
        assert LogEntry.objects.get().get_change_message() == "Approved"

    @pytest.mark.parametrize("button", ["recount", "approve"])
    @pytest.mark.parametrize("on", ["", "nonsense", "00000000-0000-7000-8000-000000000000"])
    def test_what_is_not_there_is_refused(self, office, button, on):
        answer = office.post(PAGE, {"press": button, "on": on}, follow=True)

        assert [one.level_tag for one in answer.context["messages"]] == ["error"]
        assert not LogEntry.objects.exists()

    @pytest.mark.parametrize("button", ["recount", "approve"])
    def test_who_may_only_look_presses_nothing(self, onlooker, button):
        provider = ProviderFactory(is_approved=False)

        assert "Approve" not in onlooker.get(PAGE).text
        assert onlooker.post(PAGE, {"press": button, "on": provider.pk}).status_code == 403
        assert not Provider.objects.get().is_approved


class TestExports:
    def test_reservations_are_those_of_the_time_and_of_the_provider(self, office, spas, now):
        head, *lines = exported(office, PAGE, "reservations", provider=str(spas[0].pk), period="7")

        assert {line[0] for line in lines} == {str(one.pk) for one in begun(now, 7, provider=spas[0])}
        assert [line[3] for line in lines] == sorted(line[3] for line in lines)
        assert not {"User", "Customer", "Notes", "Attendees"} & {*head}

    def test_days_are_as_they_were_counted(self, office, spas, now):
        _, *lines = exported(office, PAGE, "days")

        assert [int(line[2]) for line in lines] == [
            day.created for day in sorted(days_of(now), key=lambda day: (day.date, day.provider_id))
        ]

    def test_providers_have_their_counters(self, office, spas):
        _, *lines = exported(office, PAGE, "providers")

        assert {line[1] for line in lines} == {"Nile Spa", "Rhine Spa"}


class TestPage:
    def test_it_opens_with_nothing_in_it(self, office):
        assert "Providers with most reservations" in words(office.get(PAGE))

    def test_its_part_is_fetched_alone(self, office, spas):
        part = office.get(PAGE, headers={"HX-Request": "true"}).text

        assert "<html" not in part
        assert "Payments that wait" in part

    def test_without_the_right_there_is_none(self, client):
        client.force_login(operator())

        assert client.get(PAGE).status_code == 403

    def test_its_cost_does_not_grow(self, office, spas, reserve, now):
        few = queries(office, PAGE)
        for _ in range(3):
            service = ServiceFactory()
            reservation = reserve(service, start_at=on_the_hour(5, since=now))
            reserve(service, start_at=reservation.start_at)
            waiting.join_waitlist(UserFactory(), service, start_at=reservation.start_at, now=now)

        assert queries(office, PAGE) == few


class TestBoard:
    def test_whatever_moves_a_provider_moves_it(self, reserve, service, now):
        before = boards.show_overview("")
        reservation = reserve(service)
        after = boards.show_overview("")

        assert (before["total_reservations"], after["total_reservations"]) == (0, 1)
        reservations.cancel_reservation(reservation, by="user", now=now)
        assert boards.show_overview("")["cancelled_reservations"] == 1

    def test_it_is_for_operators(self, customer, provider):
        staff = UserFactory(is_staff=True).pk

        assert boards.operators("", [staff, customer.pk, provider.owner_id]) == {staff}
        assert boards.operators(str(provider.pk), [staff]) == set()


def test_there_is_a_way_from_a_provider_to_its_dashboard(office, spas):
    page = office.get(PAGE, {"provider": spas[0].pk}).text

    assert reverse("admin:bookings_provider_change", args=[spas[0].pk]) in page
