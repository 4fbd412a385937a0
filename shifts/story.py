"""A shift is held out to three nurses; two accept at the same moment, and one of them has it."""

import asyncio
from datetime import UTC, datetime, time
from time import monotonic
from typing import Any

from core.clocks import DAY
from realtime.playing.apps import App, Frame
from realtime.playing.stage import Stage, expect, told
from shifts.demo import NUMBERS, PLACES, ZONE

COORDINATOR = "admin@demo.test"
NURSES = [*NUMBERS][:3]
OFFER = "shifts.offer"
AHEAD = 25 * DAY  # when nobody works yet


async def play(stage: Stage) -> None:
    coordinator, *nurses = await stage.enter(COORDINATOR, *NURSES)
    shift_id = (await coordinator.post("/api/shifts", night()))["shift_id"]

    async with stage.deed(f"{coordinator.name} holds a shift out to three nurses") as deed:
        await coordinator.post(f"/api/shifts/{shift_id}/offer", {"employee_ids": [NUMBERS[one] for one in NURSES]})
        for nurse in nurses:
            await deed.heard(nurse, "is asked", told(OFFER, str(shift_id), status="pending"))

    async with stage.deed(f"{nurses[0].name} and {nurses[1].name} accept it at the same moment") as deed:
        answers = await asyncio.gather(*(accept(nurse, shift_id) for nurse in nurses[:2]))
        won = [answer for answer in answers if answer[1]["ok"]]
        lost = [answer for answer in answers if not answer[1]["ok"]]
        expect(len(won) == 1, f"{len(won)} nurses were given one shift")
        [(winner, _, won_at)], [(loser, refusal, lost_at)] = won, lost
        deed.note(winner.name, "is answered that the shift is hers", won_at)
        late = max(lost_at - won_at, 0) * 1000
        deed.note(loser.name, f"is answered “{refusal['error']['message']}”, {late:.0f} ms later", lost_at)
        await deed.heard(winner, "has it on her list", told(OFFER, str(shift_id), status="accepted"))
        for nurse in (loser, nurses[2]):
            await deed.heard(nurse, "sees her dialog close", told(OFFER, str(shift_id), status="taken"))

    async with stage.deed(f"{coordinator.name} calls the shift off") as deed:
        await coordinator.post(f"/api/shifts/{shift_id}/cancel")
        await deed.heard(winner, "is told", told(OFFER, str(shift_id), shift_status="cancelled"))


async def accept(nurse: App, shift_id: int) -> tuple[App, Frame, float]:
    reply = await nurse.command("shifts.accept_offer", shift_id=shift_id)
    return nurse, reply, monotonic()


def night() -> dict[str, Any]:
    day = (datetime.now(UTC) + AHEAD).date()
    start_at = datetime.combine(day, time(4), UTC)
    return {
        "start_at": start_at.isoformat(),
        "end_at": start_at.replace(hour=10).isoformat(),
        "zone": ZONE,
        "location_name": PLACES[2],
        "client_name": "A. Bell",
        "service_type": "Home Care",
    }
