"""An owner reports a dented car; two garages are asked; one gets the job, and the other's dialog closes."""

from dispatch.demo import CURRENCY, DAMAGES, OFFERS, OWNER, VEHICLE
from realtime.playing.stage import Stage, told

WINNER, OTHER = "pro1@demo.test", "pro3@demo.test"  # at work around the clock
REPORT, REQUEST, ESTIMATE = "dispatch.report", "dispatch.request", "dispatch.estimate"

DAMAGE = {
    **VEHICLE,
    "description": DAMAGES[0],
    "skills": ["mechanics"],
    "priority": "urgent",  # everybody near is asked at once
    "latitude": 18.02,
    "longitude": -76.797,
    "address": "7 Hope Road",
    "currency": CURRENCY,
}
OFFER = {"cost": 45_000_00, "lead_time_days": 3, "description": OFFERS[0]}


async def play(stage: Stage) -> None:
    owner, pro, other = await stage.enter(OWNER, WINNER, OTHER)

    async with stage.deed(f"{owner.name} reports a damage") as deed:
        report_id = (await owner.post("/api/dispatch/reports", DAMAGE))["report_id"]
        for garage in (pro, other):
            await deed.heard(garage, "is asked for an estimate", told(REQUEST, report_id, status="notified"))

    async with stage.deed(f"{pro.name} sends an estimate") as deed:
        estimate_id = (await pro.do("dispatch.submit_estimate", report_id=report_id, **OFFER))["estimate_id"]
        await deed.heard(owner, "sees it", told(ESTIMATE, estimate_id, status="pending"))

    async with stage.deed(f"{owner.name} accepts it") as deed:
        await owner.do("dispatch.accept_estimate", estimate_id=estimate_id)
        await deed.heard(pro, "has the job", told(ESTIMATE, estimate_id, status="accepted"))
        await deed.heard(
            pro,
            "is told the address",
            told(REQUEST, report_id, lambda it: (it["job"] or {}).get("address") == DAMAGE["address"]),
        )
        await deed.heard(other, "sees the dialog close", told(REQUEST, report_id, status="ceased"))

    async with stage.deed(f"{owner.name} has his car back") as deed:
        await owner.do("dispatch.complete_report", report_id=report_id)
        await deed.heard(pro, "sees the job done", told(REQUEST, report_id, report_status="completed"))
        await deed.heard(owner, "sees it, too", told(REPORT, report_id, report_status="completed"))
