from datetime import datetime, timedelta

from core.unit import unit
from payments.conf import limits
from payments.models import WebhookEvent


@unit
def forget(now: datetime) -> int:
    """Calls that were understood long ago; payments, refunds and the ledger stay."""
    old = WebhookEvent.objects.filter(received_at__lt=now - timedelta(days=limits.forget_webhooks_days))
    return old.exclude(state=WebhookEvent.State.WAITING).delete()[0]
