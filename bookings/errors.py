from core.errors import DomainError, Forbidden, NotFound


class NoSuchProvider(NotFound):
    message = "There is no such provider here."


class NoSuchService(NotFound):
    message = "There is no such service here."


class NoSuchSlot(NotFound):
    code = "no_such_slot"
    message = "This service has no slot at that time."


class NoSuchReservation(NotFound):
    message = "There is no such reservation here."


class NoSuchEntry(NotFound):
    message = "You are not on this waitlist."


class NoSuchPlan(NotFound):
    message = "There is no such plan here."


class NoSuchSubscription(NotFound):
    message = "There is no such subscription here."


class NotYours(Forbidden):
    code = "not_your_provider"
    message = "You do not work for this provider."


class NotBookable(DomainError):
    code = "not_bookable"
    message = "This cannot be booked at present."


class SlotFull(DomainError):
    """`details.available` is how many seats are left."""

    code = "slot_full"
    message = "There are not enough free seats."


class SlotClosed(DomainError):
    code = "slot_closed"
    message = "The provider has closed this slot."


class TooLateToBook(DomainError):
    code = "too_late"
    message = "It is too late to book this slot."


class TooEarlyToBook(DomainError):
    code = "too_early"
    message = "This slot cannot be booked yet."


class ReservedAlready(DomainError):
    """`details.reservation_id` is the one you have."""

    code = "reserved_already"
    message = "You have a reservation of this slot."


class TooManyHolds(DomainError):
    code = "too_many_holds"
    message = "You hold many seats that are not paid for. Pay for one or cancel it first."


class HoldLapsed(DomainError):
    code = "hold_lapsed"
    message = "The time to confirm this reservation is over."


class PaymentNeeded(DomainError):
    code = "payment_needed"
    message = "This reservation is confirmed by paying for it."


class NothingToPay(DomainError):
    code = "nothing_to_pay"
    message = "There is nothing to pay here."


class NoCash(DomainError):
    code = "no_cash"
    message = "This provider takes no cash."


class CardPaymentOpen(DomainError):
    code = "card_payment_open"
    message = "The customer has begun to pay by card. Call that off first."


class PaymentUnderWay(DomainError):
    code = "payment_under_way"
    message = "The payment has not arrived yet."
    is_temporary = True
    retry_after_ms = 2000


class ReservationOver(DomainError):
    """`details.status` is where it stands."""

    code = "reservation_over"
    message = "This reservation has ended."


class NotConfirmed(DomainError):
    code = "not_confirmed"
    message = "This reservation is not confirmed."


class NotYet(DomainError):
    code = "not_yet"
    message = "It has not begun."


class BegunAlready(DomainError):
    code = "begun_already"
    message = "It has begun, and cannot be changed any more."


class SeatsFree(DomainError):
    code = "seats_free"
    message = "There are free seats: reserve them."


class ReviewedAlready(DomainError):
    code = "reviewed_already"
    message = "You have reviewed this reservation."


class NotCompleted(DomainError):
    code = "not_completed"
    message = "Only a completed reservation can be reviewed."


class SubscribedAlready(DomainError):
    code = "subscribed_already"
    message = "You have a subscription of this plan."


class SubscriptionOver(DomainError):
    """`details.status` is where it stands."""

    code = "subscription_over"
    message = "This subscription has ended."


class BelowBooked(DomainError):
    """`details.booked` is the most that are booked at once."""

    code = "below_booked"
    message = "More seats than that are booked."
