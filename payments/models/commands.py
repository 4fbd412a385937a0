from django.db import models
from django.db.models import Q

from payments.models.payments import Payment, Refund


class GatewayCommand(models.Model):
    """What a gateway is to do. Written in the unit that decides it, carried out after the commit, and repeated with the
    same key until there is an answer: so it is done once, whoever dies.
    """

    class Kind(models.TextChoices):
        CREATE = "create"
        CANCEL = "cancel"
        REFUND = "refund"
        DETACH = "detach", "forget the method it was paid by"

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="commands")
    refund = models.OneToOneField(Refund, models.PROTECT, null=True, blank=True, related_name="command")
    kind = models.CharField(max_length=6, choices=Kind)
    key = models.CharField(max_length=100, unique=True)
    version = models.PositiveSmallIntegerField(
        default=1, help_text="Grows where the gateway keeps repeating a failure."
    )
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "kind"], condition=~Q(kind="refund"), name="once_but_for_refunds"
            )
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="commands_due"),
            models.Index(fields=["created_at"], condition=Q(state="failed"), name="commands_failed"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def idempotency_key(self) -> str:
        return f"{self.key}:v{self.version}"
