"""Seed 001's flow from end to end: a seat is held, paid for, confirmed, cancelled and paid back; a subscription is paid
for, announced and renewed while nobody is there. Over a server, a worker, beat, real sockets, and look-alikes of Stripe
and FCM.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.house import House, Street, Web
from tests.outside.world import World
from tests.sockets import PATIENCE_SECONDS, Device
from tests.waiting import until

PRICE = 500_00
PRIVATE = {"email", "phone", "attendees", "notes", "name", "full_name"}


@pytest.fixture(scope="module")
def house(street: Street, world: World) -> Iterator[House]:
    with street.staffed(**world.env) as house:
        yield house


@dataclass
class Person:
    """Somebody with an app, which keeps the view that follows from what it hears."""

    id: str
    http: httpx.AsyncClient
    app: Device
    heard: int = 0

    async def post(self, path: str, body: Any = None) -> Any:
        answer = await self.http.post(f"/api{path}", json=body or {})
        assert answer.is_success, answer.text
        return answer.json()

    async def hear(self, name: str) -> dict[str, Any]:
        """The next event of this name, and what it says."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for number, event in enumerate(self.app.events[self.heard :], start=self.heard + 1):
                    if event["event"] == f"bookings.{name}":
                        self.heard = number
                        return event["data"]
                await asyncio.sleep(0.005)

    async def has_a_true_view(self) -> bool:
        """Nothing was missed or repeated, and what was folded is what a client that begins now is given."""
        fresh = (await self.http.get("/api/sync")).json()
        await self.app.reach(int(fresh["position"].partition(":")[2]))
        offsets = self.app.offsets
        return self.app.view == fresh["view"] and offsets == list(range(1, len(offsets) + 1))

    def reads(self) -> list[str]:
        """Titles in the inbox, oldest first."""
        notices = self.app.view["notifications.notice"]
        return [notices[key]["title"] for key in sorted(notices)]


@dataclass
class Timeline:
    """What happened, and how long after the deed that it followed from somebody heard of it."""

    tell: Callable[[str, object], None]
    since: float = field(default_factory=time.monotonic)

    def deed(self) -> None:
        self.since = time.monotonic()

    def heard(self, what: str) -> None:
        self.tell("latency", {"what": what, "ms": round((time.monotonic() - self.since) * 1000)})


@pytest.fixture
def timeline(record_property: Callable[[str, object], None]) -> Timeline:
    return Timeline(record_property)


@pytest.fixture
async def person(house: House, web: Web) -> AsyncIterator[Callable[..., Any]]:
    async with AsyncExitStack() as stack:

        async def signed_up(*, phone: str = "") -> Person:
            """With an app that is open, or with a phone that FCM reaches."""
            [somebody] = house.call("tests.people.sign_up", 1)
            headers = {"Authorization": f"Bearer {somebody['token']}"}
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=web.url, headers=headers, timeout=20))
            app = Device([web.url], somebody["token"], name="app")
            if phone:
                await http.post("/api/devices", json={"address": phone, "platform": "android", "install_id": phone})
            else:
                await stack.enter_async_context(app)
                await app.is_live.wait()
            return Person(somebody["id"], http, app)

        yield signed_up


def pushed(world: World, phone: str) -> list[str]:
    arrived = world.journal("fcm")
    return [one["title"] for one in arrived if one["address"] == phone and one["is_visible"]]


async def pay(customer: Person, payment: dict[str, Any], world: World) -> str:
    """By the app, at the gateway, as soon as that has heard of it."""
    intent = ""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not intent:
            await asyncio.sleep(0.05)
            intent = (await customer.http.get(f"/api/payments/{payment['id']}")).json()["intent_id"]
    assert (await customer.post(f"/payments/{payment['id']}/intent"))["intent_id"] == intent
    await asyncio.to_thread(world.stripe.pay, intent)
    return intent


async def test_a_seat_from_its_hold_to_the_refund(house, web, world, person, timeline):
    world.control("stripe", webhook_url=f"{web.url}/api/payments/webhooks/stripe", retry_ms=200)
    phone = f"phone-{uuid4().hex}"
    customer, owner, staff = await person(), await person(), await person(phone=phone)
    spa = house.call("tests.booking_world.open_spa", owner.id, [staff.id])
    start_at = house.call("tests.booking_world.slot_at", 48)

    # Held. The provider hears of a reference, and reads that there is something new.
    timeline.deed()
    wanted = {
        "service_id": spa["service"],
        "start_at": start_at,
        "notes": "Ring twice",
        "attendees": [{"name": "Mona"}],
    }
    held = await customer.post("/bookings/reservations", wanted)
    reference = await owner.hear("reservation_created")
    timeline.heard("reserved: the provider hears the reference")
    assert (held["status"], reference["status"]) == ("pending", "pending")
    assert (reference["reservationId"], reference["userId"]) == (held["reservation_id"], customer.id)
    assert not PRIVATE & reference.keys()
    await until(owner.reads, ["New Reservation"])
    await until(lambda: pushed(world, phone), ["New Reservation"])
    timeline.heard("reserved: the phone of the provider's staff shows it")

    # Paid at the gateway, which calls us: both hear that it is confirmed.
    of_reservation = f"/bookings/reservations/{held['reservation_id']}"
    payment = await customer.post(f"{of_reservation}/pay", {"gateway": "stripe"})
    timeline.deed()
    intent = await pay(customer, payment, world)
    confirmed = await customer.hear("reservation_confirmed")
    timeline.heard("paid: the customer hears that it is confirmed")
    assert (confirmed["status"], confirmed["payment_status"]) == ("confirmed", "completed")
    assert (await owner.hear("reservation_confirmed"))["status"] == "confirmed"
    timeline.heard("paid: the provider hears that it is confirmed")

    # Cancelled in good time: both hear it, and all of the money goes back.
    timeline.deed()
    await customer.post(f"{of_reservation}/cancel", {"reason": "A cold"})
    assert (await owner.hear("reservation_cancelled"))["cancelledBy"] == "user"
    timeline.heard("cancelled: the provider hears it")
    assert (await customer.hear("reservation_cancelled"))["status"] == "cancelled"
    assert (await customer.hear("reservation_payment_changed"))["payment_status"] == "refunded"
    timeline.heard("cancelled: the customer hears that the money is back")
    [paid] = [one for one in world.stripe.intents() if one["id"] == intent]
    assert (paid["amount"], paid["latest_charge"]["amount_refunded"]) == (PRICE, PRICE)
    assert await customer.has_a_true_view()
    assert await owner.has_a_true_view()
    assert house.call("tests.booking_laws.breaches_at_rest") == []


async def test_a_subscription_from_its_first_payment_to_its_renewal(house, web, world, person, timeline):
    world.control("stripe", webhook_url=f"{web.url}/api/payments/webhooks/stripe", retry_ms=200)
    customer, owner = await person(), await person()
    spa = house.call("tests.booking_world.open_spa", owner.id)

    # Paid by a card that may be charged again: both hear that it is active.
    subscribed = await customer.post("/bookings/subscriptions", {"plan_id": spa["plan"]})
    subscription_id = subscribed["subscription_id"]
    assert subscribed["status"] == "pending"
    payment = await customer.post(f"/bookings/subscriptions/{subscription_id}/pay")
    timeline.deed()
    await pay(customer, payment, world)
    assert (await customer.hear("subscription_active"))["period"] == 0
    timeline.heard("paid: the customer hears that the subscription is active")
    assert (await owner.hear("subscription_active"))["status"] == "active"

    # A day before its end she is told.
    house.call("tests.booking_world.reminder_due_in", subscription_id, 0)
    timeline.deed()
    house.call("tests.booking_world.ring_the_sweeps")
    await until(lambda: [title for title in customer.reads() if "Renewal" in title], ["Subscription Renewal"])
    timeline.heard("due: the customer reads of the renewal")

    # At its end she is charged while she is away: both hear that it goes on, and the reminder is gone.
    house.call("tests.booking_world.end_period", subscription_id)
    timeline.deed()
    house.call("tests.booking_world.ring_the_sweeps")
    assert (await customer.hear("subscription_renewed"))["period"] == 1
    timeline.heard("over: the customer hears that it was renewed")
    assert (await owner.hear("subscription_renewed"))["status"] == "active"
    paid = [one for one in world.stripe.intents() if one["customer"]]
    assert [one["status"] for one in paid] == ["succeeded"] * 2
    await until(lambda: [title for title in customer.reads() if "Renew" in title], ["Subscription Renewed"])
    assert await customer.has_a_true_view()
    assert await owner.has_a_true_view()
    assert house.call("tests.booking_laws.breaches_at_rest") == []
