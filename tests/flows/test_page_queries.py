"""What the operators' pages ask the database does not grow with what there is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core.wiring import hooks
from tests.copying import copy, whole_world
from tests.dispatch.conftest import known_skills
from tests.domain_world import operators_pages

__all__ = ["known_skills"]

pytestmark = pytest.mark.django_db

TIMES = 3  # as much again
ENOUGH = 10  # rows of a table that show whether something is asked for each


@pytest.fixture
def world(known_skills: None) -> None:
    for make in hooks("DEMO"):
        make()


@pytest.fixture
def operator(world, client):
    client.force_login(User.objects.get(email="admin@demo.test"))
    return client


def asked(operator, page: str) -> int:
    """The first look fills what the process keeps."""
    assert operator.get(page).status_code == 200, page
    with CaptureQueriesContext(connection) as queries:
        operator.get(page)
    return len(queries)


def test_as_many_queries_for_four_times_as_much(operator):
    pages = operators_pages()
    before = {page: asked(operator, page) for page in pages}
    sizes = {model: model.objects.count() for model in whole_world()}

    copy(whole_world(), TIMES)

    assert {model: model.objects.count() for model in sizes} == {model: 4 * size for model, size in sizes.items()}
    assert len([size for size in sizes.values() if size >= ENOUGH]) > 10
    after = {page: asked(operator, page) for page in pages}
    assert {page: (before[page], after[page]) for page in pages if after[page] > before[page]} == {}
