import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from accounts.throttles import PerUser
from tests.accounts.race import at_once
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

MORE_THAN_TEN = 21  # in one minute, even if the minute turns in between


class ThreeAMinute(PerUser):
    rate = "3/min"
    timer = staticmethod(lambda: 1_000_000_020.0)


def asking(user, address="192.0.2.1"):
    request = Request(APIRequestFactory(REMOTE_ADDR=address).get("/"))
    request.user, request.auth = user, None
    return lambda: ThreeAMinute().allow_request(request, None)


def test_a_user_may_ask_as_often_as_the_rate_says_from_wherever():
    user = UserFactory()

    answers = [asking(user, f"192.0.2.{n}")() for n in range(4)]

    assert answers == [True, True, True, False]
    assert asking(UserFactory())()


def test_who_is_refused_learns_when_to_come_back():
    throttle = ThreeAMinute()
    request = Request(APIRequestFactory().get("/"))
    request.user, request.auth = UserFactory(), None

    throttle.allow_request(request, None)

    assert throttle.wait() == 60 - 1_000_000_020 % 60


@pytest.mark.django_db(transaction=True)
def test_requests_made_at_once_are_all_counted():
    assert sorted(at_once(asking(UserFactory()), times=8)) == [False] * 5 + [True] * 3


def test_guesses_at_one_account_end_in_429(api):
    body = {"email_or_phone": UserFactory().email, "password": "not-it"}

    answers = [api.post("/api/auth/login", body) for _ in range(MORE_THAN_TEN)]

    assert {answer.status_code for answer in answers} == {401, 429}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["code"] == "rate_limited"
    assert 0 < int(refused["Retry-After"]) <= 60


def test_spelling_an_account_differently_does_not_give_more_guesses(api):
    user = UserFactory()
    bodies = [{"email_or_phone": spelling, "password": "x"} for spelling in (user.email, f" {user.email.upper()}")]

    answers = [api.post("/api/auth/login", bodies[n % 2]).status_code for n in range(MORE_THAN_TEN)]

    assert set(answers) == {401, 429}


def test_codes_are_sent_five_times_an_hour(api):
    body = {"email_or_phone": UserFactory().email}

    answers = [api.post("/api/auth/send-otp", body).status_code for _ in range(11)]

    assert set(answers) == {202, 429}
