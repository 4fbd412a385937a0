"""A vehicle comes through a gate, parks where it should not, and leaves; the board in the office moves with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from uuid_utils.compat import uuid7

from fleet.conf import limits
from fleet.demo import GUARD, OFFICER
from realtime.playing.apps import App
from realtime.playing.stage import Stage, expect, shows

VEHICLES, VIOLATIONS = "fleet.vehicles", "fleet.violations"


async def play(stage: Stage) -> None:
    guard, officer = await stage.enter(GUARD, OFFICER)
    vehicle = await find(guard)
    plate, cell = vehicle["plate_number"], f"vehicle:{vehicle['id']}"
    for board in (VEHICLES, VIOLATIONS):
        await officer.watch(board)
    known = {*officer.boards[VIOLATIONS]}

    async with stage.deed(f"the gate reads {plate}, coming in") as deed:
        await scan(guard, plate, "in")
        await deed.heard(
            officer, "sees it on the board", shows(VEHICLES, lambda it: it.get(cell, {}).get("status") == "onsite")
        )

    async with stage.deed(f"{guard.name} reports where {plate} is parked") as deed:
        await post(guard, "violations", {**seen(plate), "type": "Parking Violation", "note": "In front of gate 2"})
        found: dict[str, str] = {}

        def is_new(board: dict[str, Any]) -> bool:
            new = [one for one in board if one not in known and board[one].get("plate_number") == plate]
            found.update({"key": new[0]} if new else {})
            return bool(new)

        await deed.heard(officer, "sees it on the board", shows(VIOLATIONS, is_new))

    async with stage.deed(f"{officer.name} decides that it was none") as deed:
        await officer.post(f"/api/fleet/violations/{found['key'].partition(':')[2]}/dismiss")
        await deed.heard(
            officer,
            "sees it decided",
            shows(VIOLATIONS, lambda it: it.get(found["key"], {}).get("status") == "dismissed"),
        )

    async with stage.deed(f"the gate reads {plate}, going out") as deed:
        await scan(guard, plate, "out")
        await deed.heard(
            officer, "sees it leave", shows(VEHICLES, lambda it: it.get(cell, {}).get("status") == "offsite")
        )


async def find(guard: App) -> dict[str, Any]:
    """One that is outside, and has not just gone: it may be read again at the same gate."""
    outside = (await guard.get("/api/fleet/registry?status=offsite&registration_status=active"))["results"]
    since = datetime.now(UTC) - timedelta(seconds=2 * limits.repeat_seconds)
    resting = [one for one in outside if not one["status_at"] or datetime.fromisoformat(one["status_at"]) < since]
    expect(bool(resting), "every vehicle is inside, or has just gone: try again in some minutes")
    return resting[0]


async def scan(guard: App, plate: str, direction: str) -> None:
    await post(guard, "scans", {**seen(plate), "direction": direction, "gate": "Main gate"})


def seen(plate: str) -> dict[str, Any]:
    return {"event_id": f"story-{uuid7()}", "plate": plate, "at": datetime.now(UTC).isoformat()}


async def post(guard: App, what: str, event: dict[str, Any]) -> None:
    [outcome] = (await guard.post(f"/api/fleet/{what}", {what: [event]}))["outcomes"]
    expect(outcome["result"] == "recorded", f"{what}: {outcome}")
