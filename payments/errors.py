from core.errors import Busy, DomainError, NotFound


class NoSuchPayment(NotFound):
    message = "There is no such payment here."


class GatewayAway(Busy):
    code = "gateway_away"
    message = "The payment provider does not answer now. Nothing was charged; try again in a moment."


class KeySpent(GatewayAway):
    """What came of it under this key is kept by the gateway, and would be told again: the next try needs another."""


class GatewayRefused(DomainError):
    """`details.reason` is the gateway's own word."""

    code = "gateway_refused"
    message = "The payment provider has refused this."


class PaymentMismatch(DomainError):
    code = "payment_mismatch"
    message = "This is not the payment that was agreed on."


class PaymentPending(DomainError):
    code = "payment_pending"
    message = "This is being paid already."


class PaymentOver(DomainError):
    code = "payment_over"
    message = "Nobody can pay this any more."


class NoSavedMethod(NotFound):
    code = "no_saved_method"
    message = "There is nothing saved to pay with."


class NotRefundable(DomainError):
    """`details.refundable` is how much of it is."""

    code = "not_refundable"
    message = "So much cannot be refunded."


class NotDead(DomainError):
    code = "not_dead"
    message = "This was read, or will be."


class NoSuchGateway(DomainError):
    code = "no_such_gateway"
    message = "Payments of this kind are not taken here."
    status = 400


class BadWebhook(DomainError):
    code = "bad_webhook"
    message = "This is not a call of the payment provider."
    status = 400


class WebhookTooBig(DomainError):
    code = "webhook_too_big"
    message = "No event is as long as this."
    status = 413
