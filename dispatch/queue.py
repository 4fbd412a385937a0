"""The offline queue of seed 000: what an app did while it was away, replayed entry by entry."""

from typing import Any

from accounts.models import User
from core.api import read, refusal_of
from core.errors import Invalid
from dispatch import commands, selectors, wire
from dispatch.serializers import EstimateIdIn, ReportIdIn
from dispatch.wire import Data, EntryIn
from realtime.commands import Answer, derived_id, fingerprint, once

MOST_ENTRIES = 100


def replay(user: User, body: Any) -> list[Data]:
    """In order, each standing or falling alone."""
    return [_reply(user, entry) for entry in _entries(body)]


def open_report(user: User, data: Data) -> Data:
    facts = {"skills": wire.SKILLS, **wire.report(data)}
    return commands.open_report(user, facts)


def update_report(user: User, data: Data) -> Data:
    match data.get("status"):
        case "completed":
            return commands.complete_report(user, wire.report_id(data))
        case "cancelled":
            return commands.cancel_report(user, wire.report_id(data))
        case None | "pending":
            report = selectors.report_of(user, **read(ReportIdIn, wire.report_id(data)))
            return commands.revise_report(user, wire.report(data, currency=report.currency))
    raise Invalid(status=["Say completed or cancelled; it is in_progress once an estimate is accepted."])


def submit_estimate(user: User, data: Data) -> Data:
    request = selectors.request_of(user, **read(ReportIdIn, wire.requested_report_id(data)))
    return commands.submit_estimate(user, wire.estimate(data, currency=request.report.currency))


def update_estimate(user: User, data: Data) -> Data:
    verbs = {
        "accepted": commands.accept_estimate,
        "declined": commands.decline_estimate,
        "withdrawn": commands.withdraw_estimate,
    }
    status = data.get("status")
    if not isinstance(status, str) or status not in verbs:
        raise Invalid(status=["Say accepted, declined or withdrawn."])
    return verbs[status](user, read(EstimateIdIn, wire.estimate_id(data)))


ACTIONS = {
    "new_damage_report": open_report,
    "damage_report_update": update_report,
    "new_estimate": submit_estimate,
    "estimate_update": update_estimate,
}


def _entries(body: Any) -> list[Any]:
    """A list, a list under `queue`, or one entry."""
    entries = body.get("queue", [body]) if isinstance(body, dict) else body
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        raise Invalid(queue=[f"A list of at most {MOST_ENTRIES} entries."])
    return entries


def _reply(user: User, entry: Any) -> Data:
    try:
        answer = _answer(user, **read(EntryIn, entry))
    except Exception as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        answer = Answer(refusal.status, refusal.envelope())
    replayed = {"replayed": True} if answer.is_replay else {}
    return {"status": answer.status, ("data" if answer.is_ok else "error"): answer.body, **replayed}


def _answer(user: User, *, action: str, data: Data, timestamp: int, id: str | None = None) -> Answer:
    """An entry that comes again, since its answer was lost, has no second effect."""
    sent = fingerprint(action, data)
    command_id = derived_id(user.pk, f"dispatch.queue {id or f'{timestamp} {sent}'}")
    return once(user.pk, command_id, sent, lambda: (200, ACTIONS[action](user, data)))
