from core.errors import DomainError


class NoSuchVehicle(DomainError):
    code = "no_such_vehicle"
    message = "There is no such vehicle."
    status = 404


class NoSuchViolation(DomainError):
    code = "no_such_violation"
    message = "There is no such violation."
    status = 404


class NoSuchSanction(DomainError):
    code = "no_such_sanction"
    message = "There is no such sanction."
    status = 404


class PlateTaken(DomainError):
    code = "plate_taken"
    message = "Another vehicle has this plate."


class EventTaken(DomainError):
    """The device numbered two different things alike."""

    code = "event_taken"
    message = "This event_id was used before for something else."


class TooOld(DomainError):
    code = "too_old"
    message = "This happened so long ago that it cannot be counted any more."


class NotYet(DomainError):
    code = "not_yet"
    message = "This is said to happen in the future: the clock of the device is wrong."


class UnknownVehicle(DomainError):
    code = "unknown_vehicle"
    message = "This plate is not registered. Register the vehicle first, or dismiss the violation."


class AlreadyReviewed(DomainError):
    code = "already_reviewed"
    message = "Somebody has decided on this violation already."


class NotConfirmed(DomainError):
    code = "not_confirmed"
    message = "Only a confirmed violation can be sanctioned."
