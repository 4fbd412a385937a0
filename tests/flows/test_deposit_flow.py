"""An owner pays ahead, by a Stripe that calls us by itself, and has it back with the job."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.factories.dispatch import CIVIC, OFFER
from tests.house import Street, Web
from tests.outside.world import World, outside
from tests.waiting import wait_for

PATIENCE = 30


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with outside() as started:
        yield started


@dataclass
class Person:
    web: Web
    token: str

    def post(self, path: str, body: Any = None) -> Any:
        status, answer = self.web.post(path, body, self.token)
        assert status < 300, answer
        return answer

    def deposit(self, estimate: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.web.get(f"/api/dispatch/estimates/{estimate}", self.token)[1]["deposit"]
        return shown

    def is_asked(self) -> bool:
        return bool(self.web.get("/api/dispatch/requests", self.token)[1]["results"])


def test_from_acceptance_to_paid_to_given_back_to_refunded(street: Street, world: World) -> None:
    with street.house("sqlite", **world.env, DISPATCH_DEPOSIT_PERCENT="20") as house:
        people = house.call("tests.people.sign_up", 2)
        house.call("tests.dispatch_world.register", [people[1]["id"]])
        web = house.live()
        owner, professional = (Person(web, person["token"]) for person in people)
        world.control("stripe", webhook_url=f"{web.url}/api/payments/webhooks/stripe", retry_ms=200)
        report = owner.post("/api/dispatch/reports", CIVIC)["report_id"]
        wait_for(professional.is_asked, PATIENCE)
        estimate = professional.post("/api/dispatch/estimates", {"report_id": report, **OFFER})["estimate_id"]

        deposit = owner.post(f"/api/dispatch/estimates/{estimate}/accept")["deposit"]
        assert (deposit["amount"], deposit["status"]) == (5_000_00, "due")
        intent = owner.post(f"/api/payments/{deposit['payment_id']}/intent")["intent_id"]
        world.stripe.pay(intent)
        wait_for(lambda: professional.deposit(estimate)["status"] == "paid", PATIENCE)
        professional.post(f"/api/dispatch/estimates/{estimate}/give-back")
        wait_for(lambda: owner.deposit(estimate)["status"] == "refunded", PATIENCE)

        [paid] = world.stripe.intents()
        assert (paid["amount"], paid["latest_charge"]["amount_refunded"]) == (5_000_00, 5_000_00)
        assert house.call("tests.payment_world.books") == [0]
        assert house.complaints() == []
