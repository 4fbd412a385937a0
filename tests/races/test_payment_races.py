"""Workers, calls and payers at the same payments, from several processes, on both engines."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.house import Hand, House, Street
from tests.outside.stripe_webhooks import signature
from tests.outside.world import World
from tests.payments.calls import body_of
from tests.races.test_stream_races import run_together

HANDS = 4
TICKETS = 12

Calls = list[tuple[str, list[Any]]]


@dataclass
class Office:
    house: House
    hands: list[Hand]
    world: World

    def call(self, name: str, *arguments: Any) -> Any:
        return self.house.call(f"tests.payment_world.{name}", *arguments)

    def all_at_once(self, *calls: Any, threads: int = 2) -> list[list[Any]]:
        """Each hand all of these, from the same moment on."""
        named = [(f"tests.payment_world.{name}", list(given)) for name, *given in calls]
        return [answer for hand in run_together(self.hands, [named] * HANDS, threads) for answer in hand]

    def asked(self, name: str) -> int:
        return sum(arrival["address"] == name for arrival in self.world.journal("stripe"))

    def paid(self) -> list[tuple[str, str]]:
        """All have paid; Stripe's calls about it, signed."""
        for intent in self.call("intents"):
            self.world.stripe.pay(intent)
        bodies = [body_of(event) for event in self.world.stripe.events("payment_intent.succeeded")]
        secret = self.world.env["STRIPE_WEBHOOK_SECRETS"]
        return [(body.decode(), signature(body, int(time.time()), [secret])) for body in bodies]


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def opened(request: pytest.FixtureRequest, street: Street, world: World) -> Iterator[Office]:
    with street.house(request.param, **world.env, PAYMENTS_GATEWAY_SECONDS="10") as house:
        yield Office(house, house.hands(HANDS), world)


@pytest.fixture
def office(opened: Office) -> Office:
    opened.world.reset()
    opened.call("forget_everything")
    return opened


def complaints(answers: list[list[Any]], *allowed: str) -> list[Any]:
    return [answer for outcome, answer in answers if outcome == "no" and answer not in allowed]


def test_of_many_workers_one_carries_out_each_command(office: Office):
    for ticket in office.call("sell", TICKETS):
        office.call("begin", ticket)

    answers = office.all_at_once(("carry_out",), ("carry_out",))

    assert complaints(answers) == []
    assert sum(done for _, done in answers) == TICKETS
    assert office.call("attempts") == [1] * TICKETS
    assert office.asked("payment_intents.create") == len(office.world.stripe.intents()) == TICKETS


def test_without_the_claim_several_would_carry_out_a_command(office: Office):
    """The control. Stripe knows the key, so it makes one intent even so: that is the second guard."""
    for ticket in office.call("sell", TICKETS):
        office.call("begin", ticket)

    office.all_at_once(("carry_out_carelessly",), ("carry_out_carelessly",))

    assert office.asked("payment_intents.create") > TICKETS
    assert len(office.world.stripe.intents()) == TICKETS


def let_renew(office: Office) -> None:
    """All have paid once, and are to be charged again while they are away."""
    for ticket in office.call("sell", TICKETS):
        office.call("begin_and_save", ticket)
    office.call("carry_out")
    for intent in office.call("intents"):
        office.world.stripe.pay(intent)
    office.call("reconcile")
    office.call("renew")


def test_of_many_workers_one_charges_who_is_away(office: Office):
    let_renew(office)

    answers = office.all_at_once(("carry_out",), ("carry_out",))

    assert complaints(answers) == []
    assert office.call("told") == [1] * (2 * TICKETS)
    assert office.call("books") == [1000] * (2 * TICKETS)
    assert office.asked("payment_intents.create") == len(office.world.stripe.intents()) == 2 * TICKETS
    assert len(office.world.stripe.customers()) == TICKETS


def test_without_the_claim_who_is_away_is_still_charged_once(office: Office):
    """The control: several ask, and the key is the second guard."""
    let_renew(office)

    office.all_at_once(("carry_out_carelessly",), ("carry_out_carelessly",))

    assert office.asked("payment_intents.create") > 2 * TICKETS
    assert len(office.world.stripe.intents()) == 2 * TICKETS
    assert office.call("books") == [1000] * (2 * TICKETS)


def test_a_call_that_comes_many_times_at_once_has_one_row_and_one_effect(office: Office):
    """While the reconciler looks, too."""
    for ticket in office.call("sell", TICKETS):
        office.call("begin", ticket)
    office.call("carry_out")
    calls = office.paid()

    received = office.all_at_once(*(("receive", *call) for call in calls))
    assert complaints(received) == []
    assert sum(is_new for _, is_new in received) == TICKETS

    read = office.all_at_once(("read",), ("reconcile",), ("read",))
    assert complaints(read) == []
    assert office.call("events") == ["done"] * TICKETS
    assert office.call("told") == [1] * TICKETS
    assert (office.call("books"), office.call("entries")) == ([1000] * TICKETS, TICKETS)


def test_without_the_guards_a_call_would_have_several_effects(office: Office):
    """The control."""
    for ticket in office.call("sell", TICKETS):
        office.call("begin", ticket)
    office.call("carry_out")
    for call in office.paid():
        office.call("receive", *call)

    office.all_at_once(("read_carelessly",), ("read_carelessly",))
    assert sum(office.call("told")) > TICKETS


def test_of_many_who_begin_to_pay_for_one_thing_one_does(office: Office):
    [ticket] = office.call("sell", 1)

    answers = office.all_at_once(*[("begin", ticket)] * 4, threads=4)

    assert sorted(outcome for outcome, _ in answers) == ["no"] * (4 * HANDS - 1) + ["ok"]
    assert complaints(answers, "payment_pending") == []


def test_no_more_goes_back_than_was_paid(office: Office):
    [ticket] = office.call("sell", 1)
    payment = office.call("pay_in_cash", ticket)

    answers = office.all_at_once(*[("refund", payment, 300)] * 3, ("carry_out",), threads=4)
    office.call("carry_out")

    assert complaints(answers, "not_refundable") == []
    assert office.call("asked_back", payment) == 900
    assert office.call("books") == [100]


def test_without_the_lock_more_would_go_back_than_was_paid(office: Office):
    """The control."""
    [ticket] = office.call("sell", 1)
    payment = office.call("pay_in_cash", ticket)

    office.all_at_once(*[("refund_carelessly", payment, 300)] * 3, threads=3)

    assert office.call("asked_back", payment) > 1000
