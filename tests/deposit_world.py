"""What hands do to the deposits of a deployment, and what became of them. They are paid at the desk."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Sum
from django.utils.timezone import now

from dispatch import selectors
from dispatch.models import Estimate
from dispatch.services import estimates
from payments import commanding
from payments import services as payments
from payments.models import Payment
from tests import dispatch_world


def accepted(user_id: UUID) -> str:
    """An estimate of hers, with a deposit that is due."""
    [sent] = dispatch_world.estimates_of(UUID(dispatch_world.open_with_estimates([user_id])))
    return str(estimates.accept_estimate(_estimate(UUID(sent["id"])), deposit_percent=20, now=now()).pk)


def pay(estimate_id: UUID) -> str:
    deposit = _estimate(estimate_id).deposit
    assert deposit is not None
    return payments.settle_at_desk(deposit, now=now()).status


def begin_anew(estimate_id: UUID) -> str:
    return str(estimates.pay_deposit(_estimate(estimate_id), now=now()).pk)


def give_back(estimate_id: UUID) -> str:
    return estimates.give_job_back(_estimate(estimate_id), now=now()).status


def carry_out_the_rest() -> None:
    """By a clock that runs ahead: also what was put off."""
    while commanding.carry_out_due(now() + timedelta(hours=1)):
        pass


def outcomes() -> list[tuple[str, int]]:
    """What each deposit is, and what its payee has of it by the ledger."""
    found = Payment.objects.order_by("pk").annotate(kept=Sum("ledger__amount", default=0))
    return list(found.values_list("status", "kept"))


def _estimate(estimate_id: UUID) -> Estimate:
    return selectors.estimates().get(pk=estimate_id)
