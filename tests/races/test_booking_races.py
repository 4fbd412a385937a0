"""Customers who all want the same seats, from several processes, on both engines."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.house import Hand, House, Street
from tests.races.test_stream_races import run_together
from tests.waiting import wait_for

HANDS = 4
CLIENTS = 200
SEATS = 10

Calls = list[tuple[str, list[Any]]]


@dataclass
class Counterpart:
    """A deployment, and everybody who wants something of it."""

    house: House
    hands: list[Hand]

    def call(self, name: str, *arguments: Any) -> Any:
        return self.house.call(f"tests.booking_world.{name}", *arguments)

    def all_at_once(self, calls: Calls, threads: int = 8) -> tuple[list[Any], list[str]]:
        """The answers of those who got what they wanted, and the refusals of the others."""
        shares = [[(f"tests.booking_world.{name}", given) for name, given in calls[n::HANDS]] for n in range(HANDS)]
        done = [answer for of_hand in run_together(self.hands, shares, threads) for answer in of_hand]
        return [answer for outcome, answer in done if outcome == "ok"], [code for is_ok, code in done if is_ok != "ok"]

    def breaches(self) -> list[str]:
        return self.house.call("tests.booking_laws.breaches") + self.house.call("tests.people.gaps")


@contextmanager
def shop_on(street: Street, engine: str, **limits: str) -> Iterator[Counterpart]:
    with street.house(engine, **limits) as house:
        yield Counterpart(house, house.hands(HANDS))


def shuffled(calls: Calls, seed: int = 1) -> Calls:
    return random.Random(seed).sample(calls, len(calls))


both_engines = pytest.mark.parametrize("engine", ["postgresql", "sqlite"])


# Seats of a slot


@both_engines
def test_of_200_clients_exactly_10_get_the_10_seats(street: Street, engine: str):
    with shop_on(street, engine) as shop:
        [service] = shop.call("open_shop", 1, SEATS)
        start_at = shop.call("slot_at", 48)
        calls: Calls = [("reserve", [user, service, start_at]) for user in shop.call("customers", CLIENTS)]
        booked, refusals = shop.all_at_once(calls)

        assert (len(booked), len(refusals), set(refusals)) == (SEATS, CLIENTS - SEATS, {"slot_full"})
        taken = shop.call("taken", service)
        assert (taken["confirmed"], taken["confirmed rows"]) == (SEATS, SEATS)
        assert shop.breaches() == []


@both_engines
def test_without_the_guards_a_slot_would_be_oversold(street: Street, engine: str):
    """The control: the same crowd, by a service that looks and then writes."""
    with shop_on(street, engine) as shop:
        shop.call("drop_guard", "slot", "never_oversold")
        [service] = shop.call("open_shop", 1, SEATS)
        start_at = shop.call("slot_at", 48)
        users = shop.call("customers", 4 * SEATS)
        booked, refusals = shop.all_at_once([("reserve_after_a_look", [user, service, start_at]) for user in users])

        assert set(refusals) <= {"slot_full"}
        assert len(booked) > SEATS
        assert any("seats, of which" in breach for breach in shop.breaches())


@both_engines
def test_several_seats_of_several_slots_are_never_oversold(street: Street, engine: str):
    """As many as fit are sold: a slot that has refused somebody has too few left for him."""
    with shop_on(street, engine, BOOKINGS_HOLDS="100") as shop:
        [service] = shop.call("open_shop", 1, SEATS)
        starts = [shop.call("slot_at", 48 + n) for n in range(3)]
        dice = random.Random(1)
        users = shop.call("customers", 30)
        calls: Calls = [
            ("reserve", [user, service, start_at, dice.randint(1, 4)]) for user in users for start_at in starts
        ]
        _, refusals = shop.all_at_once(shuffled(calls))

        assert set(refusals) == {"slot_full"}
        assert shop.call("taken", service)["confirmed"] == len(starts) * SEATS
        assert shop.breaches() == []


# Seats of a provider


@both_engines
def test_a_provider_takes_no_more_at_once_than_it_has_room_for(street: Street, engine: str):
    """Of two services at the same time, each of which has seats enough for all of them."""
    with shop_on(street, engine) as shop:
        services = shop.call("open_shop", 2, SEATS, SEATS)
        start_at = shop.call("slot_at", 48)
        users = shop.call("customers", 40)
        calls: Calls = [("reserve", [user, services[n % 2], start_at]) for n, user in enumerate(users)]
        booked, refusals = shop.all_at_once(shuffled(calls))

        assert (len(booked), set(refusals)) == (SEATS, {"slot_full"})
        assert shop.breaches() == []


def test_without_the_lock_of_the_provider_more_would_come_than_it_has_room_for(street: Street):
    """The control. SQLite has one writer, which looks and writes while all others wait."""
    with shop_on(street, "postgresql") as shop:
        services = shop.call("open_shop", 2, SEATS, SEATS)
        start_at = shop.call("slot_at", 48)
        users = shop.call("customers", 4 * SEATS)
        calls: Calls = [
            ("reserve_without_the_provider", [user, services[n % 2], start_at]) for n, user in enumerate(users)
        ]
        booked, refusals = shop.all_at_once(calls)

        assert set(refusals) <= {"slot_full"}
        assert len(booked) > SEATS
        assert any("at once, and" in breach for breach in shop.breaches())


# One customer


@both_engines
def test_two_devices_of_a_customer_make_one_reservation(street: Street, engine: str):
    with shop_on(street, engine) as shop:
        [service] = shop.call("open_shop", 1, 100)
        start_at = shop.call("slot_at", 48)
        users = shop.call("customers", 8)
        calls: Calls = [("reserve", [user, service, start_at]) for user in users for _ in range(2 * HANDS)]
        booked, refusals = shop.all_at_once(calls)

        assert (len(booked), set(refusals)) == (len(users), {"reserved_already"})
        assert shop.call("taken", service)["confirmed"] == len(users)
        assert shop.breaches() == []


# Nobody keeps the time


@both_engines
def test_lapsed_holds_go_to_who_comes_though_no_worker_lives(street: Street, engine: str):
    """They are listed as free in that moment. All want them at once: each is given once."""
    with shop_on(street, engine) as shop:
        [service] = shop.call("open_shop", 1, SEATS, None, 500_00)
        start_at = shop.call("slot_at", 48)
        users = shop.call("customers", 50)
        for user in users[:SEATS]:
            shop.call("reserve", user, service, start_at)
        assert shop.call("let_holds_lapse", service, 3) == SEATS
        assert shop.call("free_at", service, start_at) == 0
        wait_for(lambda: shop.call("free_at", service, start_at) == SEATS, 3 + 2)
        booked, refusals = shop.all_at_once([("reserve", [user, service, start_at]) for user in users[SEATS:]])

        assert (len(booked), set(refusals)) == (SEATS, {"slot_full"})
        assert shop.call("statuses", service) == {"pending": SEATS, "expired": SEATS}
        assert shop.breaches() == []
