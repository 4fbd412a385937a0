"""What is paid for. The apps above declare theirs in `wiring.PAYABLES`, by the kind of the subject."""

from collections.abc import Callable
from dataclasses import dataclass

from core.wiring import declared
from payments.models import LedgerEntry, Payment


def pass_over(entry: LedgerEntry) -> None:
    """Where nobody above keeps books of his own."""


@dataclass(frozen=True, slots=True)
class Payable:
    """All are called in the unit that changes the payment. `lock` comes first, so that what lies above a payment in the
    order of locks is locked before it. `entered` hears once of each new entry of the ledger; then one of the others
    says what became of the payment.
    """

    lock: Callable[[str], None]
    paid: Callable[[Payment], None]
    lapsed: Callable[[Payment], None]  # it failed, or was cancelled: it may be tried again
    refunded: Callable[[Payment], None]
    entered: Callable[[LedgerEntry], None] = pass_over


def payable(payment: Payment) -> Payable:
    found: Payable = declared("PAYABLES")[payment.subject_kind]
    return found
