"""Somebody pays: her app, our processes, and a Stripe that calls us by itself."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests import services
from tests.house import House, Street, Web
from tests.outside.world import World
from tests.services import Server
from tests.waiting import wait_for

PATIENCE = 30


@dataclass
class Deployment:
    house: House
    web: Web
    world: World
    database: Server | None = None

    def begin(self) -> tuple[str, str]:
        """A payment, and the token of who is to pay it."""
        [payer] = self.house.call("tests.people.sign_up", 1)
        [ticket] = self.house.call("tests.payment_world.sell", 1)
        return self.house.call("tests.payment_world.begin", ticket, "stripe", payer["id"]), payer["token"]

    def wait_until(self, status: str, payment: str, token: str) -> None:
        """As her app sees it, which may be refused while the database is away."""
        wait_for(lambda: self.web.get(f"/api/payments/{payment}", token)[1].get("status") == status, PATIENCE)


@pytest.fixture(params=["web and worker", "all in one"])
def deployment(request: pytest.FixtureRequest, street: Street, world: World, closing: ExitStack) -> Deployment:
    world.reset()
    if request.param == "all in one":
        house = closing.enter_context(street.house("sqlite", **world.env))
        return called(Deployment(house, house.live(), world))
    directory = closing.enter_context(services.workspace())
    database = closing.enter_context(services.postgres(directory))
    urls = {"database_url": database.url, "redis_url": os.environ["REDIS_URL"]}
    house = closing.enter_context(street.house("postgresql", **urls, **world.env))
    house.worker()
    house.beat()
    return called(Deployment(house, house.web(), world, database))


def called(deployment: Deployment) -> Deployment:
    """Stripe knows where to."""
    deployment.world.control("stripe", webhook_url=f"{deployment.web.url}/api/payments/webhooks/stripe", retry_ms=200)
    return deployment


@pytest.fixture(autouse=True)
def nobody_is_called_afterwards(world: World) -> Iterator[None]:
    yield
    world.reset()


def test_paid_declined_and_given_back_without_anybody_asking(deployment: Deployment) -> None:
    payment, token = deployment.begin()
    status, intent = deployment.web.post(f"/api/payments/{payment}/intent", token=token)
    assert (status, intent["status"]) == (200, "created")

    deployment.world.stripe.decline(intent["intent_id"])
    deployment.wait_until("failed", payment, token)
    deployment.world.stripe.pay(intent["intent_id"])
    deployment.wait_until("succeeded", payment, token)
    deployment.house.call("tests.payment_world.refund", payment, 1000)
    deployment.wait_until("refunded", payment, token)

    assert deployment.house.call("tests.payment_world.told") == [1]
    assert deployment.house.call("tests.payment_world.books") == [0]
    deployment.world.stripe.settle()
    answers = {answer for event in deployment.world.stripe.events() for answer in event["answers"]}
    assert answers == {200}
    assert deployment.house.complaints() == []


@pytest.mark.parametrize("deployment", ["web and worker"], indirect=True)
def test_while_the_database_is_away_stripe_hears_no_yes_and_calls_again(deployment: Deployment) -> None:
    payment, token = deployment.begin()
    _, intent = deployment.web.post(f"/api/payments/{payment}/intent", token=token)
    deployment.world.stripe.settle()
    assert deployment.database is not None

    deployment.database.stop()
    deployment.world.stripe.pay(intent["intent_id"])
    wait_for(lambda: min(len(event["answers"]) for event in succeeded(deployment)) >= 2, PATIENCE)
    [event] = succeeded(deployment)
    assert [answer for answer in event["answers"] if answer < 500] == []

    deployment.database.start()
    deployment.wait_until("succeeded", payment, token)
    assert deployment.house.call("tests.payment_world.told") == [1]
    wait_for(lambda: succeeded(deployment)[0]["answers"][-1] == 200, PATIENCE)


def succeeded(deployment: Deployment) -> list[dict[str, Any]]:
    return deployment.world.stripe.events("payment_intent.succeeded")
