from core.errors import DomainError, Forbidden, NotFound


class NotAnEmployee(Forbidden):
    code = "not_an_employee"
    message = "You are not on the list of employees."


class NoSuchShift(NotFound):
    message = "Shift not found"


class NoSuchEmployee(NotFound):
    message = "Employee not found"


class NoSuchOffer(NotFound):
    message = "Offer not found"


class ShiftTaken(DomainError):
    code = "shift_taken"
    message = "Shift already taken"


class ShiftClosed(DomainError):
    code = "shift_closed"
    message = "This shift no longer takes offers or answers."


class ShiftStarted(DomainError):
    code = "shift_started"
    message = "This shift has begun."


class ShiftOffered(DomainError):
    code = "shift_offered"
    message = "This shift is held out to employees. Withdraw its offers before you change it."


class OfferExpired(DomainError):
    code = "offer_expired"
    message = "This offer has expired."


class OfferWithdrawn(DomainError):
    code = "offer_withdrawn"
    message = "This offer was withdrawn."


class OfferRejected(DomainError):
    code = "offer_rejected"
    message = "You turned this offer down."


class OfferAccepted(DomainError):
    code = "offer_accepted"
    message = "You have this shift. Drop it if you cannot come."


class NotYourShift(DomainError):
    code = "not_your_shift"
    message = "This shift is not yours."


class NotEligible(DomainError):
    """`details.reasons` lists all that speaks against it."""

    code = "not_eligible"
    message = "This shift does not fit in with the employee's other shifts, hours, leave or qualifications."


class NumberTaken(DomainError):
    code = "number_taken"
    message = "This employee number belongs to somebody else."


class EmployedAlready(DomainError):
    code = "employed_already"
    message = "This person has another employee number."
