"""What a patrol may send on its socket, or in a queue it kept while there was no network."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from accounts.models import User
from core.api import read
from core.errors import Forbidden, refuse
from fleet import selectors, shapes, sources
from fleet.arrivals import Outcome
from fleet.serializers import SanctionIdIn, ScanCommandIn, ViolationCommandIn, ViolationIdIn
from fleet.services import sanctions, violations
from fleet.services.scans import Seen, record_scans
from fleet.services.violations import Reported, report_violations
from realtime.commands import current_command

Data = dict[str, Any]


def record_scan(user: User, data: Data) -> Data:
    _let_in(user, selectors.readers)
    seen = Seen(**_numbered(read(ScanCommandIn, data)))
    return _recorded(record_scans(sources.of_person(user), [seen], now=timezone.now()))


def report_violation(user: User, data: Data) -> Data:
    _let_in(user, selectors.readers)
    reported = Reported(**_numbered(read(ViolationCommandIn, data)))
    return _recorded(report_violations(sources.of_person(user), [reported], now=timezone.now()))


def confirm_violation(user: User, data: Data) -> Data:
    _let_in(user, selectors.deciders)
    violation_id = read(ViolationIdIn, data)["violation_id"]
    violations.confirm_violation(violation_id, by=user, now=timezone.now())
    return shapes.violation(selectors.violation(violation_id))


def dismiss_violation(user: User, data: Data) -> Data:
    _let_in(user, selectors.deciders)
    violation_id = read(ViolationIdIn, data)["violation_id"]
    violations.dismiss_violation(violation_id, by=user, now=timezone.now())
    return shapes.violation(selectors.violation(violation_id))


def sanction_violation(user: User, data: Data) -> Data:
    _let_in(user, selectors.deciders)
    sanction = sanctions.sanction_violation(**read(ViolationIdIn, data), by=user, now=timezone.now())
    return shapes.sanction(selectors.sanction(sanction.pk))


def lift_sanction(user: User, data: Data) -> Data:
    _let_in(user, selectors.deciders)
    sanction = sanctions.lift_sanction(**read(SanctionIdIn, data), by=user, now=timezone.now())
    return shapes.sanction(selectors.sanction(sanction.pk))


def _let_in(user: User, whom: Callable[[list[Any]], set[Any]]) -> None:
    refuse(Forbidden, unless=whom([user.pk]))


def _numbered(event: Data) -> Data:
    return {"event_id": str(current_command()), **event}


def _recorded(outcomes: list[Outcome]) -> Data:
    [outcome] = outcomes
    if outcome.refusal is not None:
        raise outcome.refusal
    return {"event_id": outcome.event_id, "result": outcome.result}


COMMANDS = {
    "fleet.record_scan": record_scan,
    "fleet.report_violation": report_violation,
    "fleet.confirm_violation": confirm_violation,
    "fleet.dismiss_violation": dismiss_violation,
    "fleet.sanction_violation": sanction_violation,
    "fleet.lift_sanction": lift_sanction,
}
