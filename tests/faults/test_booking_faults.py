"""Whoever dies while people book: who has paid is booked, once, and who is to be reminded is, once and in time."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.faults.conftest import Build
from tests.house import House, Process
from tests.outside.world import World
from tests.waiting import wait_for

PRICE = 500_00
WORKERS = 2
MANY = 120
MOST_LATE = 60  # seconds


def call(house: House, name: str, *arguments: Any) -> Any:
    return house.call(f"tests.booking_world.{name}", *arguments)


# Between the gateway and the commit


class Till:
    """Where somebody pays, by a gateway whose calls do not reach us."""

    def __init__(self, house: House, world: World) -> None:
        self.house, self.world = house, world
        world.control("stripe", held=True)

    def asked(self, name: str) -> int:
        return sum(arrival["address"] == name for arrival in self.world.journal("stripe"))

    def die_while(self, name: str, verb: str, *arguments: Any) -> None:
        """The gateway has done it, and takes its time to say so."""
        hand, before = self.house.hand(), self.asked(name)
        pid = hand.call("os.getpid")
        self.world.control("stripe", latency_ms=5000)
        hand.begin([(f"tests.booking_world.{verb}", arguments)])
        wait_for(lambda: self.asked(name) > before, 20)
        os.kill(pid, signal.SIGKILL)
        self.world.control("stripe", latency_ms=0)


@pytest.fixture
def till(build: Build, world: World) -> Iterator[Till]:
    with build(**world.env, PAYMENTS_GATEWAY_SECONDS="20") as house:
        yield Till(house, world)
    world.reset()


def test_whoever_dies_between_the_gateway_and_the_commit_is_followed_by_another(till: Till) -> None:
    """As the payment is begun, as it is confirmed and as it is given back."""
    house = till.house
    [service], [user] = call(house, "open_shop", 1, 1, None, PRICE), call(house, "customers", 1)
    reservation = call(house, "reserve", user, service, call(house, "slot_at", 48))

    till.die_while("payment_intents.create", "begin_to_pay", reservation)
    assert call(house, "intent_of", reservation) is None
    call(house, "carry_out_what_was_put_off")
    [intent] = till.world.stripe.intents()
    assert call(house, "intent_of", reservation) == intent["id"]

    till.world.stripe.pay(intent["id"])
    till.die_while("payment_intents.retrieve", "look", reservation)
    assert call(house, "shown", reservation) == {"status": "pending", "payment": "pending"}
    assert call(house, "reconcile") == 1
    assert call(house, "shown", reservation) == {"status": "confirmed", "payment": "completed"}
    assert call(house, "taken", service)["confirmed"] == 1

    call(house, "cancel", reservation)
    till.die_while("refunds.create", "carry_out")
    assert call(house, "shown", reservation) == {"status": "cancelled", "payment": "completed"}
    call(house, "carry_out_what_was_put_off")
    assert call(house, "shown", reservation) == {"status": "cancelled", "payment": "refunded"}

    [intent] = till.world.stripe.intents()
    assert intent["latest_charge"]["amount_refunded"] == PRICE
    assert len(intent["latest_charge"]["refunds"]["data"]) == 1
    assert call(house, "times_heard", reservation) == {
        "created": 1,
        "confirmed": 1,
        "cancelled": 1,
        "payment_changed": 1,
    }
    assert house.call("tests.booking_laws.breaches_at_rest") == []


# Reminders


class Staff:
    """The workers and the clock of a deployment."""

    def __init__(self, house: House, *, has_clock: bool) -> None:
        self.house, self.has_clock = house, has_clock
        self.come()

    def come(self) -> None:
        self.present: list[Process] = [self.house.worker() for _ in range(WORKERS)]
        if self.has_clock:
            self.present.append(self.house.beat())

    def die(self) -> None:
        for process in self.present:
            process.kill()


@contextmanager
def reminding(build: Build, seconds: float, *, has_clock: bool) -> Iterator[tuple[Staff, list[str], list[str]]]:
    """Reservations that come to be due within so many seconds, and others that were cancelled since they were made."""
    with build() as house:
        due, gone = call(house, "book_for_tomorrow", MANY, seconds), call(house, "book_for_tomorrow", 5, seconds)
        for reservation in gone:
            call(house, "cancel", reservation)
        yield Staff(house, has_clock=has_clock), due, gone


def once(keys: list[str]) -> dict[str, int]:
    return dict.fromkeys(keys, 1)


def test_workers_that_die_remind_everybody_once_and_nobody_who_has_cancelled(build: Build) -> None:
    with reminding(build, 0, has_clock=False) as (staff, due, gone):
        house = staff.house
        for _ in range(2 * WORKERS):
            call(house, "ring_the_sweeps")
        wait_for(lambda: len(call(house, "reminded", due)) >= MANY // 10, 40)
        staff.die()
        assert len(call(house, "reminded", due)) < MANY
        staff.come()
        for _ in range(2 * WORKERS):
            call(house, "ring_the_sweeps")
        wait_for(lambda: len(call(house, "reminded", due)) == MANY, 40)

        assert call(house, "reminded", due + gone) == once(due)


@pytest.mark.soak
def test_a_clock_and_workers_that_die_remind_everybody_once_within_a_minute(
    build: Build, record_property: Callable[[str, object], None]
) -> None:
    with reminding(build, 45, has_clock=True) as (staff, due, gone):
        house = staff.house
        wait_for(lambda: len(call(house, "reminded", due)) >= 10, 60)
        staff.die()
        staff.come()
        wait_for(lambda: len(call(house, "reminded", due)) == MANY, 90)

        assert call(house, "reminded", due + gone) == once(due)
        slowest = max(call(house, "delays", due))
        record_property("latency", {"what": "due: the last of all reminders", "ms": round(slowest * 1000)})
        assert slowest < MOST_LATE
