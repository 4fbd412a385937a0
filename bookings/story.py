"""A customer finds a free hour, holds it and pays; the spa hears of a reference, and no more than that."""

from typing import Any

from bookings.demo import CUSTOMER, MASSAGE, OWNER, SPA
from realtime.playing.apps import App
from realtime.playing.stage import NoDemoWorld, Stage, expect, told

RESERVATION, REFERENCE = "bookings.reservation", "bookings.reservation_reference"
NOT_FOR_THE_SPA = {"notes", "attendees", "price", "service_name"}


async def play(stage: Stage) -> None:
    customer, owner = await stage.enter(CUSTOMER, OWNER)
    service_id, slot = await find(customer)
    gateway = "stripe" if stage.place.outside else "cash"

    async with stage.deed(f"{customer.name} holds {slot['date']} at {slot['time']}") as deed:
        wanted = {"service_id": service_id, "start_at": slot["startAt"], "notes": "My shoulder hurts."}
        held = (await customer.post("/api/bookings/reservations", wanted))["reservation_id"]
        reference = await deed.heard(owner, "hears a reference", told(REFERENCE, held, status="pending"))
        expect(not NOT_FOR_THE_SPA & reference.keys(), "the reference says more than it should")
        await deed.heard(customer, "sees it held", told(RESERVATION, held, status="pending"))

    async with stage.deed(f"{customer.name} pays, by {gateway}") as deed:
        payment = await customer.post(f"/api/bookings/reservations/{held}/pay", {"gateway": gateway})
        if stage.place.outside:
            await by_card(stage, customer, payment["id"])
        await deed.heard(customer, "has it confirmed", told(RESERVATION, held, status="confirmed"))
        await deed.heard(owner, "hears that it is confirmed", told(REFERENCE, held, status="confirmed"))

    async with stage.deed(f"{customer.name} cancels in good time") as deed:
        await customer.post(f"/api/bookings/reservations/{held}/cancel", {"reason": "A cold"})
        await deed.heard(owner, "hears that it is cancelled", told(REFERENCE, held, status="cancelled"))
        if stage.place.outside:
            await deed.heard(customer, "has the money back", told(RESERVATION, held, payment_status="refunded"))


async def find(customer: App) -> tuple[str, dict[str, Any]]:
    """The last free massage of the next week: the first ones are for people."""
    found = (await customer.get("/api/bookings/providers"))["results"]
    spas = [one for one in found if one["business_name"] == SPA["business_name"]]
    if not spas:
        raise NoDemoWorld(f"{SPA['business_name']} is not here.")
    offered = (await customer.get(f"/api/bookings/providers/{spas[0]['provider_id']}"))["services"]
    service = next(one for one in offered if one["name"] == MASSAGE)
    service_id = service["service_id"]
    slots = (await customer.get(f"/api/bookings/services/{service_id}/slots?days=7&refresh=1"))["slots"]
    free = [slot for slot in slots if slot["availableCapacity"]]
    expect(bool(free), "every massage of the next week is taken")
    return service_id, free[-1]


async def by_card(stage: Stage, customer: App, payment_id: str) -> None:
    """At the look-alike of the gateway, whose call then tells the server."""
    intent = await customer.post(f"/api/payments/{payment_id}/intent")
    await stage.outside("/control/stripe/pay", {"intent": intent["intent_id"]})
