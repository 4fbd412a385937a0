from datetime import datetime, timedelta

from core.unit import unit
from payments import methods
from payments.conf import limits
from payments.models import SavedMethod, WebhookEvent


@unit
def forget(now: datetime) -> int:
    """Calls that were understood long ago; payments, refunds and the ledger stay."""
    old = WebhookEvent.objects.filter(received_at__lt=now - timedelta(days=limits.forget_webhooks_days))
    return old.exclude(state=WebhookEvent.State.WAITING).delete()[0]


@unit
def forget_methods(now: datetime) -> None:
    """Of people who left, and of whose last payment we heard only then."""
    late = SavedMethod.objects.filter(payer__anonymised_at__isnull=False)
    for payer_id in late.values_list("payer", flat=True):
        methods.forget(payer_id, now)
