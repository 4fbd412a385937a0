from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from dispatch import distribution, selectors
from dispatch.models import DamageReport, Estimate, Professional, Skill
from dispatch.services import estimates, reports
from tests.factories.accounts import UserFactory
from tests.factories.dispatch import CIVIC, OFFER, ProfessionalFactory, SkillFactory


@pytest.fixture
def known_skills(db: None) -> None:
    """Those that come with the app: a test that commits leaves no row behind, whoever made it."""
    skills = import_module("dispatch.migrations.0002_skills").SKILLS
    Skill.objects.bulk_create([Skill(code=code, title=title) for code, title in skills.items()], ignore_conflicts=True)


@pytest.fixture
def owner(db: None) -> User:
    return UserFactory()


@pytest.fixture
def pro(db: None) -> Professional:
    return ProfessionalFactory()


@pytest.fixture
def rival(db: None) -> Professional:
    return ProfessionalFactory()


@pytest.fixture
def operator(db: None) -> User:
    return UserFactory(is_staff=True)


@pytest.fixture
def home(owner: User, api_of: Callable[..., APIClient]) -> APIClient:
    return api_of(owner)


@pytest.fixture
def phone(pro: Professional, api_of: Callable[..., APIClient]) -> APIClient:
    return api_of(pro.user)


@pytest.fixture
def desk(operator: User, api_of: Callable[..., APIClient]) -> APIClient:
    return api_of(operator)


@pytest.fixture
def opened(owner: User, now: datetime) -> Callable[..., DamageReport]:
    """A report of the owner's that nobody was asked about yet."""

    def open_it(*, skills: Sequence[str] = (), **facts: Any) -> DamageReport:
        needed = [SkillFactory(code=code) for code in skills]
        return reports.open_report(facts.pop("owner", owner), skills=needed, **{**CIVIC, **facts}, now=now)

    return open_it


@pytest.fixture
def distributed(opened: Callable[..., DamageReport], now: datetime) -> Callable[..., DamageReport]:
    """A report that those who fit were asked about."""

    def hand_out(**facts: Any) -> DamageReport:
        report = opened(**facts)
        distribution.go_on(report.pk, now)
        return selectors.report(report.pk)

    return hand_out


@pytest.fixture
def estimated(now: datetime) -> Callable[..., Estimate]:
    """A professional's estimate for a report that she was asked about."""

    def send(professional: Professional, report: DamageReport, **offer: Any) -> Estimate:
        request = selectors.request_of(professional.user, report.pk)
        return estimates.submit_estimate(request, **{**OFFER, **offer}, now=now)

    return send
