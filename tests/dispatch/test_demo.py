import re
import shlex
from uuid import UUID

import pytest
from django.utils import timezone

from accounts import demo as people
from accounts.models import User
from dispatch import analytics, demo, distribution
from dispatch.boards import SPAN
from dispatch.models import DamageReport, Estimate, EstimateRequest, Professional, Review, Skill
from tests.dispatch.hearing import folded, fresh

pytestmark = pytest.mark.django_db

SKILLS = {skill for garage in demo.GARAGES.values() for skill in garage.skills}
MODELS = [Professional, DamageReport, EstimateRequest, Estimate, Review]


@pytest.fixture
def city(db: None) -> None:
    Skill.objects.bulk_create([Skill(code=code) for code in SKILLS], ignore_conflicts=True)
    people.people()
    demo.city()


def count() -> list[int]:
    return [model.objects.count() for model in MODELS]


def test_the_demo_city_is_made_once_and_has_something_to_show(city):
    made = count()
    demo.city()

    assert count() == made
    now = timezone.now()
    shown = analytics.overview(now - SPAN, now)
    assert (shown.open, shown.unanswered, shown.available_professionals) == (2, 1, 5)
    assert 0 < shown.fill_rate < 1
    assert None not in {shown.first_estimate_s["p50"], shown.acceptance_s["p95"], shown.winning_km}


def test_what_is_open_is_in_the_view_of_who_was_asked(city):
    owner, pro1 = (User.objects.get(email=f"{name}@demo.test") for name in ("owner", "pro1"))

    assert len(folded(owner)["dispatch.report"]) == len(folded(pro1)["dispatch.request"]) == 2
    for user in (owner, pro1):
        for kind, objects in folded(user).items():
            assert objects.items() <= fresh(user)[kind].items()


def test_the_garages_of_the_demo_differ_in_standing_and_have_ratings(city):
    garages = Professional.objects.all()

    assert len({round(garage.standing, 4) for garage in garages}) == len(demo.GARAGES)
    for garage in garages:
        assert garage.rating_count == garage.reviews.count() > 0
        assert analytics.professional(garage.pk, timezone.now() - analytics.RECENTLY).win_rate > 0


def test_reports_of_the_past_are_complete(city):
    for report in DamageReport.objects.exclude(status="pending"):
        accepted = report.estimates.filter(status="accepted").count()
        assert (report.status, accepted) in {("completed", 1), ("expired", 0)}
        assert not report.requests.unanswered().exists()
        assert report.created_at < report.closed_at < timezone.now()


def test_when_all_are_closed_there_are_new_ones_to_play_with(city):
    DamageReport.objects.pending().update(status="expired")

    demo.city()

    assert DamageReport.objects.pending().count() == 2


def test_the_ways_in_lead_from_a_report_to_the_estimate_that_is_accepted(city, client):
    lines = demo.ways_in("127.0.0.1:8000")
    tokens = dict(line.strip().split("=", 1) for line in lines if re.match("  [A-Z0-9]+=", line))
    opening, answering, accepting = (line for line in lines if line.startswith("  curl"))

    def say(line: str, **ids: str) -> dict[str, str]:
        for name, value in {**ids, **{f"${who}": token for who, token in tokens.items()}}.items():
            line = line.replace(name, value)
        _, _, _, url, _, authorization, *rest = shlex.split(line)
        answer = client.post(
            url.removeprefix("http://127.0.0.1:8000"),
            rest[-1] if rest else "",
            content_type="application/json",
            headers={"Authorization": authorization.removeprefix("Authorization: ")},
        )
        assert answer.status_code in {200, 201}, answer.content
        return answer.json()

    report = say(opening)
    distribution.go_on(UUID(report["report_id"]), timezone.now())
    estimate = say(answering, REPORT=report["report_id"])
    accepted = say(accepting, ESTIMATE=estimate["estimate_id"])

    assert accepted["status"] == "accepted"
    assert "ws://127.0.0.1:8000/ws?token=$PRO1" in " ".join(lines)
