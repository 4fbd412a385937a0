"""The operators' dashboard of dispatch: its figures are what a naive count of all rows comes to."""

from collections import Counter
from datetime import UTC, timedelta
from random import Random
from statistics import median

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from dispatch.models import DamageReport, Estimate, EstimateRequest, PassedOver, Professional
from dispatch.operators import dashboard
from dispatch.services import requests
from tests.dashboards import card, exported, operator, queries, said
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import CIVIC, OFFER, ProfessionalFactory, crowd, north

pytestmark = pytest.mark.django_db

PAGE = "/admin/dashboards/dispatch/"
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

Status = DamageReport.Status
Asked = EstimateRequest.Status


@pytest.fixture
def onlooker(client):
    client.force_login(operator("dispatch.view_damagereport"))
    return client


@pytest.fixture
def months(now):
    """Forty days of reports, answered and not, near and far, by the dice."""
    dice, owner = Random(3), UserFactory()
    people = ProfessionalFactory.create_batch(6)
    idle = ProfessionalFactory.create_batch(2)
    for n in range(60):
        report = _report(dice, owner, now - dice.uniform(0, 40) * DAY)
        for her in dice.sample(people, dice.randrange(0, 6)):
            _ask(dice, report, her)
        _accept(dice, report)
        if n % 3 == 0:
            times = {"look_again_at": now, "at": now}
            reasons = [["unskilled"], ["unskilled", "too_far"]][n % 2]
            PassedOver.objects.create(report=report, professional=idle[n % 2], reasons=reasons, **times)


def _report(dice, owner, created_at):
    terms = {"look_at": created_at, "answer_by": created_at + DAY, "expires_at": created_at + 3 * DAY}
    facts = {"priority": dice.choice(DamageReport.Priority.values), "status": dice.choice(Status.values)}
    place = {"ring": dice.randrange(4), "wave": dice.randrange(3), "address": dice.choice(["1 King St", "Portmore"])}
    report = DamageReport.objects.create(owner=owner, **{**CIVIC, **terms, **facts, **place})
    DamageReport.objects.filter(pk=report.pk).update(created_at=created_at)
    report.refresh_from_db()
    return report


def _ask(dice, report, her):
    asked_at = report.created_at + dice.uniform(0, 60) * MINUTE
    status = dice.choice(Asked.values)
    times = {"asked_at": asked_at, "prompt_at": asked_at}
    report.requests.create(
        professional=her, status=status, reason="near", distance_km=dice.uniform(0, 60), rough_km=1, wave=1, **times
    )
    if status == Asked.ANSWERED:
        sent_at = asked_at + dice.uniform(1, 300) * MINUTE
        terms = {"professional_name": "Garage", "currency": "JMD", "generation": 1, "submitted_at": sent_at}
        status = dice.choice(["pending", "withdrawn"])
        report.estimates.create(professional=her, status=status, **{**OFFER, **terms})


def _accept(dice, report):
    estimate = report.estimates.filter(status="pending").first()
    if estimate is not None and report.status in (Status.IN_PROGRESS, Status.COMPLETED):
        report.accepted_at = estimate.submitted_at + dice.uniform(1, 600) * MINUTE
        report.save()
        report.estimates.filter(pk=estimate.pk).update(status="accepted", decided_at=report.accepted_at)


def context(office, **asked):
    answer = office.get(PAGE, {"period": 28, **asked})
    assert answer.status_code == 200
    return answer.context


def opened(now, period=28, **which):
    """All reports of that time, one by one."""
    reports = DamageReport.objects.filter(**which)
    return [report for report in reports if report.created_at >= now - period * DAY]


def series(chart):
    return {one.label: sum(value or 0 for value in one.values) for one in chart.series}


def steps(context):
    return {step.name: step.count for step in context["funnel"]}


def naive_steps(reports):
    return {
        "reported": len(reports),
        "asked": sum(report.requests.exists() for report in reports),
        "answered": sum(report.estimates.exclude(status="withdrawn").exists() for report in reports),
        "accepted": sum(report.accepted_at is not None for report in reports),
        "completed": sum(report.status == "completed" for report in reports),
    }


class TestFunnel:
    @pytest.mark.parametrize("period", [1, 7, 28, 90])
    def test_it_counts_how_far_reports_came(self, office, months, now, period):
        assert steps(context(office, period=period)) == naive_steps(opened(now, period))

    def test_its_shares_are_of_all_and_of_the_step_before(self, office, months):
        funnel = context(office)["funnel"]

        for step, before in zip(funnel[1:], funnel, strict=False):
            assert step.of_all == round(step.count / funnel[0].count, 4)
            assert step.of_those == round(step.count / before.count, 4)

    @pytest.mark.parametrize(
        "which",
        [{"priority": "urgent"}, {"status": "completed"}, {"ring": 0}, {"priority": "low", "status": "expired"}],
    )
    def test_it_is_of_what_was_chosen(self, office, months, now, which):
        reports = opened(now, **which)

        assert reports != []
        assert steps(context(office, **which)) == naive_steps(reports)

    def test_an_address_is_found_by_a_part_of_it(self, office, months, now):
        assert steps(context(office, address="king"))["reported"] == len(opened(now, address="1 King St"))

    @pytest.mark.parametrize("asked", [{"ring": "9"}, {"priority": "none"}, {"address": "\0"}])
    def test_what_is_not_to_be_had_counts_as_not_asked_for(self, office, months, asked):
        assert steps(context(office, **asked)) == steps(context(office))

    def test_a_time_that_is_not_to_be_had_is_a_week(self, office, months):
        assert steps(context(office, period=5)) == steps(context(office, period=7))

    def test_its_steps_lead_to_lists_of_just_those(self, office, months):
        for step in context(office, priority="high")["funnel"]:
            rows = office.get(step.link)
            assert (step.name, rows.context["cl"].result_count) == (step.name, step.count)


class TestDays:
    def test_reports_are_drawn_by_status_and_by_priority(self, office, months, now):
        charts, reports = context(office)["charts"], opened(now)

        words = Counter(report.get_status_display().lower() for report in reports)
        assert {name: count for name, count in series(charts["statuses"]).items() if count} == words
        words = Counter(report.get_priority_display().lower() for report in reports)
        assert series(charts["priorities"]) == words

    def test_each_stands_on_its_day(self, office, months, now):
        chart = context(office)["charts"]["statuses"]

        on_days = Counter(f"{at.day} {at:%b}" for at in (report.created_at.astimezone(UTC) for report in opened(now)))
        drawn = {day: sum(values) for day, values in chart.rows if sum(values)}
        assert drawn == on_days

    def test_waits_are_medians_of_their_days(self, office, months, now):
        charts, firsts, accepted = context(office)["charts"], {}, {}
        for report in opened(now):
            day = f"{report.created_at.astimezone(UTC).day} {report.created_at.astimezone(UTC):%b}"
            sent = [one.submitted_at for one in report.estimates.all()]
            if sent and report.wave:
                firsts.setdefault(day, []).append((min(sent) - report.created_at).total_seconds() / 60)
            if report.accepted_at:
                accepted.setdefault(day, []).append((report.accepted_at - report.created_at).total_seconds() / 3600)

        for name, waits in (("first", firsts), ("accepted", accepted)):
            drawn = {day: values[0] for day, values in charts[name].rows if values[0] is not None}
            assert drawn.keys() == waits.keys()
            assert all(abs(drawn[day] - median(waits[day])) < 0.01 for day in waits)


class TestProfessionals:
    def test_the_busiest_come_first_with_how_they_answered(self, office, months, now):
        shown = context(office)["busiest"]

        assert [one.asked for one in shown] == sorted((one.asked for one in shown), reverse=True)
        for one in shown:
            mine = [request for request in one.professional.requests.all() if request.report in opened(now)]
            counts = Counter(request.status for request in mine)
            answered = counts["answered"] + counts["declined"]
            won = [one for one in one.professional.estimates.filter(status="accepted") if one.report in opened(now)]
            assert (one.asked, one.answered, one.missed, one.won) == (
                len(mine), answered, counts["ceased"], len(won),
            )  # fmt: skip
            assert one.open == counts["notified"] + counts["seen"]
            assert one.response_rate == round(answered / (answered + counts["ceased"]), 4)

    def test_who_is_never_asked_is_named_with_what_speaks_against_her(self, office, months, now):
        shown = context(office)["never"]

        never = {her for her in Professional.objects.all() if not her.requests.exists()}
        passed_over = [one for one in PassedOver.objects.all() if one.report in opened(now)]
        assert shown.count == len(never)
        assert {her for her, *_ in shown.passed_over} == never
        assert sum(count for *_, count in shown.passed_over) == len(passed_over)
        assert shown.reasons == Counter(reason for one in passed_over for reason in one.reasons)

    def test_who_is_not_at_work_is_not_missed(self, office, months):
        Professional.objects.filter(requests=None).update(is_available=False)

        shown = context(office)["never"]
        assert (shown.count, shown.passed_over, shown.reasons) == (0, [], {})


class TestRings:
    @pytest.fixture
    def town(self, distributed, estimated, now):
        """At 1, 2, 20 and 200 km, and one who is near and does not go anywhere."""
        near, other, *_ = (ProfessionalFactory(radius_km=500, **north(km)) for km in (1, 2, 20, 200))
        ProfessionalFactory(radius_km=1, **north(3))
        report = distributed()
        estimated(near, report)
        requests.decline_request(report.requests.get(professional=other), now=now)
        return report

    def test_each_ring_says_who_is_there_and_what_became_of_them(self, office, town):
        rings = context(office)["most_pressing"]["radar"].rings

        figures = [(one.km, one.at_work, one.asked, one.answered, one.declined, one.passed_over) for one in rings]
        assert figures[0] == (10, 3, 2, 1, 1, 1)
        assert figures[1] == (25, 1, 1, 0, 0, 0)
        assert rings[0].reasons == {"out_of_her_area": 1}
        assert [one.span for one in rings] == ["up to 10 km", "10 to 25 km", "25 to 50 km", "50 to 100 km"]
        assert sum(one.asked for one in rings) == town.requests.count()

    def test_everybody_is_a_dot_as_far_away_as_she_is(self, office, town):
        dots = context(office)["most_pressing"]["radar"].dots

        assert Counter(dot.tone for dot in dots) == {"good": 1, "bad": 1, "primary": 1, "waiting": 1}
        nearest, farthest = (of([-dot.y for dot in dots]) for of in (min, max))  # all are in the north
        assert (nearest, farthest) == (2.5, 41.7)
        assert {dot.x for dot in dots} == {0.0}

    def test_its_waves_stand_on_a_line_of_time(self, office, town):
        shown = context(office)["most_pressing"]

        assert [wave.asked for wave in shown["waves"]] == [beat.wave.asked for beat in shown["timeline"].beats]
        assert all(0 <= beat.x <= 100 for beat in shown["timeline"].beats)

    def test_they_are_on_the_page_of_the_report_too(self, office, town):
        page = office.get(reverse("admin:dispatch_distribution", args=[town.pk]))

        assert page.context["radar"].rings[0].at_work == 3
        assert page.text.count("ops-dot") == 4


class TestQueue:
    def test_what_is_overdue_comes_first_and_stands_out(self, office, opened_report, now):
        waiting, overdue = opened_report(), opened_report(priority="low")
        DamageReport.objects.filter(pk=overdue.pk).update(overdue_at=now)

        shown = context(office)

        assert shown["queue"] == [overdue, waiting]
        assert card(shown["cards"], "Overdue").is_alarm

    def test_distributing_looks_at_everybody_anew(self, office, opened_report, now):
        report = opened_report()
        DamageReport.objects.update(look_at=now + DAY)

        answer = office.post(PAGE, {"press": "distribute", "on": report.pk}, follow=True)

        report.refresh_from_db()
        assert report.look_at <= timezone.now()
        assert said(answer) == [f"Distributed anew: {report}"]
        assert LogEntry.objects.get().get_change_message() == "Distributed anew"

    def test_cancelling_ends_it(self, office, opened_report):
        report = opened_report()

        office.post(PAGE, {"press": "cancel", "on": report.pk})

        assert DamageReport.objects.get().status == "cancelled"
        assert LogEntry.objects.get().object_id == str(report.pk)

    @pytest.mark.parametrize("on", ["", "nonsense", "00000000-0000-7000-8000-000000000000"])
    def test_a_refusal_is_said(self, office, on):
        answer = office.post(PAGE, {"press": "cancel", "on": on}, follow=True)

        assert [one.level_tag for one in answer.context["messages"]] == ["error"]
        assert not LogEntry.objects.exists()

    def test_who_may_only_look_presses_nothing(self, onlooker, opened_report):
        report = opened_report()

        assert "Distribute now" not in onlooker.get(PAGE).text
        assert onlooker.post(PAGE, {"press": "cancel", "on": report.pk}).status_code == 403
        assert DamageReport.objects.get().status == "pending"

    @pytest.fixture
    def opened_report(self, distributed):
        return distributed


def rows(office, table, **asked):
    head, *lines = exported(office, PAGE, table, **{"period": 28, **asked})
    return [dict(zip(head, line, strict=True)) for line in lines]


class TestExports:
    def test_reports_are_those_that_were_chosen(self, office, months, now):
        found = rows(office, "reports", priority="urgent")

        reports = {str(one.pk): one for one in opened(now, priority="urgent")}
        assert {row["Report"] for row in found} == reports.keys()
        for row in found:
            report = reports[row["Report"]]
            assert (row["Status"], int(row["Asked"])) == (report.status, report.requests.count())

    def test_professionals_are_all_who_were_asked(self, office, months, now):
        found = rows(office, "professionals")

        asked = Counter(str(one.professional_id) for report in opened(now) for one in report.requests.all())
        assert {row["Professional"]: int(row["Asked"]) for row in found} == asked


class TestPage:
    def test_it_opens_with_nothing_in_it(self, office):
        assert "Everybody was asked." in office.get(PAGE).text

    def test_its_part_is_fetched_alone(self, office, months):
        part = office.get(PAGE, headers={"HX-Request": "true"}).text

        assert "<html" not in part
        assert "From a report to a repair" in part

    def test_without_the_right_there_is_none(self, client):
        client.force_login(operator())

        assert client.get(PAGE).status_code == 403

    def test_its_cost_does_not_grow(self, office, months, distributed):
        distributed()
        few = queries(office, PAGE)
        crowd(30)
        for _ in range(5):
            distributed(priority="urgent", owner=UserFactory())

        assert queries(office, PAGE) == few

    def test_the_index_says_what_is_open_and_overdue(self, office, distributed, now):
        DamageReport.objects.filter(pk=distributed().pk).update(overdue_at=now)

        shown = {one.label: one.value for one in dashboard.summary(now)}

        assert shown == {"Open": "1", "Overdue": "1", "In work": "0", "Professionals at work": "0"}


def test_an_estimate_that_is_accepted_is_a_job_of_hers(office, pro, distributed, estimated):
    estimate = estimated(pro, distributed())
    Estimate.objects.filter(pk=estimate.pk).update(status="accepted")

    [her] = context(office)["busiest"]
    assert (her.professional, her.won, her.asked) == (pro, 1, 1)
