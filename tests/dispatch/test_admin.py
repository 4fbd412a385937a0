"""What operators see of damage reports, and which buttons they press."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.admin.rows import SHOWN
from dispatch.models import Block, DamageReport, EstimateRequest, PassedOver, Professional, Review, Skill
from dispatch.services import estimates, professionals, reports
from tests.dispatch.hearing import heard
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import ProfessionalFactory, SkillFactory, crowd, north

pytestmark = pytest.mark.django_db

LISTS = ["damagereport", "estimaterequest", "passedover", "estimate", "review", "professional", "skill", "block"]


@pytest.fixture
def onlooker(client: Client) -> Client:
    """May look at everything, and press nothing."""
    user = UserFactory(is_staff=True)
    views = Permission.objects.filter(content_type__app_label="dispatch", codename__startswith="view_")
    user.user_permissions.set(views)
    client.force_login(user)
    return client


@pytest.fixture
def settled(distributed: Callable[..., DamageReport], estimated: Callable[..., Any], pro: Professional, rival, now):
    """A report with all that one can have."""
    ProfessionalFactory(skills=["mechanics"], radius_km=1, **north(5))
    report = distributed(skills=["mechanics"])
    estimated(rival, report)
    estimates.accept_estimate(estimated(pro, report), now=now)
    reports.complete_report(report, now=now)
    reports.review_report(report, rating=4, comment="Well done.")
    professionals.block(report.owner, rival.user)
    return report


@pytest.fixture
def pro(db: None) -> Professional:
    return ProfessionalFactory(skills=["mechanics"])


@pytest.fixture
def rival(db: None) -> Professional:
    return ProfessionalFactory(skills=["mechanics"])


def url(name: str, *arguments: Any) -> str:
    return reverse(f"admin:dispatch_{name}", args=arguments)


def press(office: Client, action: str, *things: Any) -> Any:
    model = things[0]._meta.model_name
    body = {"action": action, "_selected_action": [str(thing.pk) for thing in things]}
    return office.post(url(f"{model}_changelist"), body, follow=True)


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))


class TestReports:
    def test_distributing_anew_asks_who_fits_by_now(self, office, distributed):
        report = distributed()
        PassedOver.objects.create(
            report=report,
            professional=ProfessionalFactory(),
            reasons=["out_of_hours"],
            look_again_at=timezone.now() + timedelta(days=1),
            at=timezone.now(),
        )

        assert said(press(office, "distribute", report)) == ["Distributed anew (1)."]

        report.refresh_from_db()
        assert report.look_at <= timezone.now()
        assert PassedOver.objects.get().look_again_at == report.look_at
        assert LogEntry.objects.get().get_change_message() == "Distributed anew"

    def test_cancelling_tells_all_who_were_asked(self, office, distributed, pro):
        report = distributed()

        press(office, "cancel", report)

        assert heard(pro.user) == ["estimate_requested", "report_cancelled"]

    @pytest.mark.parametrize(
        ("action", "refusal"),
        [("distribute", "An estimate for this report has been accepted already."), ("cancel", None)],
    )
    def test_a_refusal_is_shown_and_the_others_are_done(
        self, office, distributed, estimated, pro, now, action, refusal
    ):
        taken, waiting = distributed(), distributed()
        estimates.accept_estimate(estimated(pro, taken), now=now)
        done = {"distribute": "Distributed anew (1).", "cancel": "Cancelled (2)."}[action]

        answer = said(press(office, action, taken, waiting))

        assert answer == ([f"{taken}: {refusal}"] if refusal else []) + [done]

    def test_what_is_over_is_not_cancelled(self, office, settled):
        assert said(press(office, "cancel", settled)) == [f"{settled}: This report is no longer open."]

    @pytest.mark.parametrize(
        "question",
        [
            lambda report: str(report.pk),
            lambda report: str(report.pk)[-8:],
            lambda report: "honda 2019",
            lambda report: report.owner.email,
            lambda report: report.owner.full_name,
        ],
    )
    def test_reports_are_found_by_id_vehicle_and_owner(self, office, opened, question):
        report = opened()
        opened(owner=UserFactory(), vehicle_make="Mazda", vehicle_model="Demio", vehicle_year=2011)

        answer = office.get(url("damagereport_changelist"), {"q": question(report)})

        assert list(answer.context["cl"].queryset) == [report]

    @pytest.mark.parametrize("nonsense", ["qzqzqz", "';--", "00000000-0000-7000-8000-000000000000", "%"])
    def test_nonsense_is_not_found(self, office, opened, nonsense):
        opened()

        assert list(office.get(url("damagereport_changelist"), {"q": nonsense}).context["cl"].queryset) == []

    def test_the_list_takes_as_many_queries_for_many_as_for_one(self, office, pro, distributed):
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                office.get(url("damagereport_changelist"))
            return len(captured)

        distributed()
        for_one = queries()
        for _ in range(3):
            distributed(owner=UserFactory())

        assert queries() == for_one

    def test_the_list_counts_who_was_asked_and_who_answered(self, office, pro, rival, distributed, estimated):
        estimated(pro, distributed())

        [row] = office.get(url("damagereport_changelist")).context["cl"].result_list

        assert (row.professionals_notified, row.estimates_submitted) == (2, 1)

    def test_a_page_shows_the_first_of_many(self, office, distributed):
        crowd(SHOWN + 3)
        report = distributed(priority="urgent")

        with CaptureQueriesContext(connection) as captured:
            page = office.get(url("damagereport_change", report.pk))

        requests = page.context["inline_admin_formsets"][0].formset
        assert (len(requests.forms), report.requests.count()) == (SHOWN, SHOWN + 3)
        assert len(captured) < 40

    def test_a_page_says_in_words_why_somebody_was_passed_over(self, office, settled):
        assert "out of her area" in text_of(office.get(url("damagereport_change", settled.pk)))


class TestDistributionPage:
    def test_it_shows_what_became_of_a_report(self, office, settled):
        text = text_of(office.get(url("distribution", settled.pk)))

        for words in [
            f"Report {settled.pk}",
            "completed, medium priority",
            "Professionals notified 2 2 told in words",
            "Estimates submitted 2 0 said no",
            "Active no nobody is asked any more",
            "25,000.00 JMD 3 accepted",
            "declined: another one was accepted",
            "answered 2",
            "Passed over: 1",
            "out of her area 1",
        ]:
            assert words in text

    def test_it_shows_a_report_that_nobody_was_asked_about(self, office, opened):
        text = text_of(office.get(url("distribution", opened().pk)))

        assert "Active yes more may be asked" in text
        assert "Nobody was asked yet." in text

    def test_its_figures_are_fetched_by_themselves_when_the_board_changes(self, office, settled):
        page = office.get(url("distribution", settled.pk)).text
        figures = office.get(url("distribution_figures", settled.pk)).text

        assert f'data-board="dispatch.distribution:{settled.pk}"' in page
        assert f'hx-get="{url("distribution_figures", settled.pk)}"' in page
        assert figures.strip().startswith("<section")
        assert "<script" not in re.sub(r'<script src="[^"]+"( defer)?></script>', "", page)[page.index("</head>") :]

    def test_its_button_looks_at_everybody_anew(self, office, opened):
        report = opened()

        answer = office.post(url("distribute", report.pk), follow=True)

        assert said(answer) == ["Distributed anew (1)."]
        assert answer.request["PATH_INFO"] == url("distribution", report.pk)

    def test_its_button_works_by_post_alone(self, office, opened):
        assert office.get(url("distribute", opened().pk)).status_code == 405

    def test_its_cost_does_not_grow_with_the_report(self, office, distributed, django_assert_num_queries):
        def queries(report: DamageReport) -> int:
            with CaptureQueriesContext(connection) as captured:
                office.get(url("distribution_figures", report.pk))
            return len(captured)

        crowd(2)
        few = queries(distributed())
        crowd(30)

        assert queries(distributed(priority="urgent")) == few

    @pytest.mark.parametrize("name", ["distribution", "distribution_figures", "distribute"])
    def test_there_is_none_of_an_unknown_report(self, office, name):
        page = url(name, "00000000-0000-7000-8000-000000000000")

        assert (office.post(page) if name == "distribute" else office.get(page)).status_code == 404


class TestPeople:
    FORM = {
        "business_name": "Harbour Body Works", "latitude": "18", "longitude": "-76.8", "radius_km": "30",
        "hours": '[{"weekday": 0, "start": "08:00", "end": "17:00"}]', "zone": "America/Jamaica", "most_open": "5",
        "skills": ["mechanics"], "is_approved": "on", "is_available": "on",
    }  # fmt: skip

    def test_approving_lets_her_be_asked(self, office):
        waiting = ProfessionalFactory(is_approved=False)

        assert said(press(office, "approve", waiting)) == ["Approved (1)."]
        assert Professional.objects.get().is_approved

    @pytest.mark.parametrize(("action", "is_available"), [("make_available", True), ("make_unavailable", False)])
    def test_availability_is_a_button(self, office, action, is_available):
        press(office, action, ProfessionalFactory(is_available=not is_available))

        assert Professional.objects.get().is_available is is_available

    def test_a_professional_is_added(self, office):
        SkillFactory()
        user = UserFactory()

        assert office.post(url("professional_add"), {**self.FORM, "user": user.pk}).status_code == 302

        professional = Professional.objects.get(user=user)
        assert (professional.business_name, professional.is_approved) == ("Harbour Body Works", True)
        assert [skill.pk for skill in professional.skills.all()] == ["mechanics"]

    def test_what_is_changed_is_written_and_all_that_spoke_against_her_is_looked_at_anew(self, office, opened, now):
        SkillFactory()
        professional = ProfessionalFactory(rating_sum=9, rating_count=2)
        PassedOver.objects.create(
            report=opened(), professional=professional, reasons=["unskilled"], look_again_at=now, at=now
        )

        assert office.post(url("professional_change", professional.pk), self.FORM).status_code == 302

        professional.refresh_from_db()
        assert (professional.radius_km, professional.rating, PassedOver.objects.count()) == (30, 4.5, 0)
        assert [skill.pk for skill in professional.skills.all()] == ["mechanics"]

    @pytest.mark.parametrize(
        ("field", "value"), [("hours", '[{"weekday": 9}]'), ("latitude", "91"), ("zone", "Nowhere/City")]
    )
    def test_what_makes_no_sense_is_refused_by_field(self, office, field, value):
        SkillFactory()
        professional = ProfessionalFactory()

        answer = office.post(url("professional_change", professional.pk), {**self.FORM, field: value})

        assert list(answer.context["errors"]) != []
        assert answer.context["adminform"].form.errors.keys() == {field}

    def test_her_user_and_what_she_has_earned_cannot_be_edited(self, office, pro):
        form = office.get(url("professional_change", pro.pk)).context["adminform"].form

        assert not {"user", "standing", "rating_sum", "rating_count"} & form.fields.keys()

    def test_a_skill_that_nobody_has_can_be_removed_and_no_other(self, office, pro):
        SkillFactory(code="typo")

        answers = [
            office.post(url("skill_delete", code), {"post": "yes"}).status_code for code in ("mechanics", "typo")
        ]

        assert answers == [403, 302]
        assert list(Skill.objects.filter(pk__in=["mechanics", "typo"]).values_list("pk", flat=True)) == ["mechanics"]


class TestRights:
    @pytest.mark.parametrize("page", LISTS)
    def test_the_lists_open(self, onlooker, settled, page):
        answer = onlooker.get(url(f"{page}_changelist"), {"q": "a"})

        assert answer.status_code == 200

    @pytest.mark.parametrize("name", ["distribution", "distribution_figures"])
    def test_who_may_look_sees_the_pages_and_no_button(self, onlooker, settled, opened, name):
        report = opened()
        answer = onlooker.get(url(name, report.pk))

        assert answer.status_code == 200
        assert "Distribute now" not in answer.text

    @pytest.mark.parametrize("name", ["distribution", "distribution_figures"])
    def test_staff_without_a_right_see_nothing(self, client, settled, name):
        client.force_login(UserFactory(is_staff=True))

        assert client.get(url(name, settled.pk)).status_code == 403

    def test_who_may_only_look_presses_nothing(self, onlooker, opened):
        report = opened()
        unapproved = ProfessionalFactory(is_approved=False)

        press(onlooker, "cancel", report)
        press(onlooker, "approve", unapproved)

        assert onlooker.post(url("distribute", report.pk)).status_code == 403
        assert DamageReport.objects.get().status == "pending"
        assert not Professional.objects.get().is_approved

    def test_what_is_history_is_neither_written_nor_deleted_by_hand(self, office, settled):
        for model in (DamageReport, EstimateRequest, PassedOver, Review, Block, Professional):
            name, thing = model._meta.model_name, model.objects.first()
            assert office.post(url(f"{name}_delete", thing.pk), {"post": "yes"}).status_code == 403
            if model is not Professional:
                assert office.get(url(f"{name}_add")).status_code == 403
                assert office.post(url(f"{name}_change", thing.pk), {"status": "pending"}).status_code == 403
