from payments.models.commands import GatewayCommand
from payments.models.events import WebhookEvent
from payments.models.ledger import LedgerEntry
from payments.models.methods import SavedMethod
from payments.models.payments import Payment, PaymentQuerySet, Refund, RefundQuerySet

__all__ = [
    "GatewayCommand",
    "LedgerEntry",
    "Payment",
    "PaymentQuerySet",
    "Refund",
    "RefundQuerySet",
    "SavedMethod",
    "WebhookEvent",
]
