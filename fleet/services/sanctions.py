"""A confirmed violation leads to a sanction, harder each time: a warning, a suspension, the end of the registration."""

from datetime import datetime
from uuid import UUID

from accounts.models import User
from core.errors import refuse
from core.unit import unit
from fleet import freshness, selectors, standing
from fleet.errors import NotConfirmed, UnknownVehicle
from fleet.models import Sanction, Vehicle, Violation
from fleet.services.violations import confirm_violation, turn


@unit
def sanction_violation(violation_id: UUID, *, by: User, now: datetime) -> Sanction:
    """A repeat answers the sanction there is."""
    vehicle, violation = _locked_with_vehicle(violation_id)
    if violation.status == Violation.Status.SANCTIONED:
        return violation.sanction
    refuse(NotConfirmed, unless=violation.status == Violation.Status.CONFIRMED, status=violation.status)
    sanction = standing.next_sanction(vehicle, violation, by, now)
    standing.renew([vehicle], now)
    turn(violation, Violation.Status.SANCTIONED)
    freshness.registry_changed()
    return sanction


@unit
def confirm_and_sanction(violation_id: UUID, *, by: User, now: datetime) -> Sanction:
    _, violation = _locked_with_vehicle(violation_id)
    if violation.status != Violation.Status.SANCTIONED:
        confirm_violation(violation_id, by=by, now=now)
    return sanction_violation(violation_id, by=by, now=now)


@unit
def lift_sanction(sanction_id: UUID, *, by: User, now: datetime) -> Sanction:
    """After an appeal: the violation is dismissed, and later ones are counted without it. A repeat changes nothing."""
    vehicle = selectors.locked_vehicle(selectors.sanction(sanction_id).vehicle_id)
    sanction = selectors.sanction(sanction_id)
    violation = selectors.locked_violation(sanction.violation_id)
    if sanction.status == Sanction.Status.LIFTED:
        return sanction
    sanction.status, sanction.lifted_at = Sanction.Status.LIFTED, now
    sanction.save(update_fields=["status", "lifted_at"])
    standing.renew([vehicle], now)
    violation.reviewed_by, violation.reviewed_at = by, now
    turn(violation, Violation.Status.DISMISSED)
    freshness.registry_changed()
    return sanction


def _locked_with_vehicle(violation_id: UUID) -> tuple[Vehicle, Violation]:
    """The vehicle first, as everybody locks them."""
    vehicle_id = selectors.violation(violation_id).vehicle_id
    if vehicle_id is None:
        raise UnknownVehicle
    return selectors.locked_vehicle(vehicle_id), selectors.locked_violation(violation_id)
