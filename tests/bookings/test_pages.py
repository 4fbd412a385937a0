"""Who is offered which live page, and what its script reads first."""

import pytest
from django.template import Context, Template

from bookings.pages import PAGES
from tests.factories.accounts import UserFactory
from tests.factories.bookings import ProviderFactory

pytestmark = pytest.mark.django_db


def pages_of(user) -> list[str]:
    return [page.path for page in PAGES if page.is_for(user)]


def test_anybody_may_book():
    assert pages_of(UserFactory()) == ["book", "bookings"]


def test_who_works_for_a_provider_has_its_page_instead():
    clerk = UserFactory()
    provider = ProviderFactory(staff=[clerk])

    assert pages_of(provider.owner) == ["provider"]
    assert pages_of(clerk) == ["provider"]


def test_operators_book_elsewhere():
    assert pages_of(UserFactory(is_staff=True)) == []


def test_who_works_for_providers_is_told_which_also_of_those_nobody_can_book(api_of):
    clerk = UserFactory()
    theirs = [ProviderFactory(staff=[clerk]), ProviderFactory(owner=clerk, is_active=False)]
    ProviderFactory()

    answer = api_of(clerk).get("/api/bookings/providers/mine")

    assert {one["business_name"] for one in answer.json()["results"]} == {one.business_name for one in theirs}


@pytest.mark.parametrize(("key", "shown"), [("sk_test_x", "https://pay.example"), ("", "")])
def test_cards_are_offered_where_there_is_a_page_for_them_and_a_gateway(settings, key, shown):
    settings.CARD_PAGE, settings.STRIPE_API_KEY = "https://pay.example", key

    assert Template("{% load paying %}{% card_page %}").render(Context()) == shown
