"""Who is offered the campus board, and whom it lets decide."""

import pytest
from django.template import Context, Template

from fleet.models import Violation
from fleet.pages import PAGES, TYPES
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def pages_of(user) -> list[str]:
    return [page.path for page in PAGES if page.is_for(user)]


def decides(user) -> str:
    return Template("{% load fleet %}{{ user|decides }}").render(Context({"user": user}))


def test_guards_and_officers_and_staff_have_it_and_nobody_else(guard, officer):
    assert [pages_of(user) for user in (guard, officer, UserFactory(is_staff=True))] == [["fleet"]] * 3
    assert pages_of(UserFactory()) == []


def test_officers_and_staff_are_offered_decisions(guard, officer):
    assert [decides(user) for user in (guard, officer, UserFactory(is_staff=True))] == ["False", "True", "True"]


def test_it_has_words_for_all_types_of_violations():
    assert TYPES.keys() == set(Violation.Type.values)
