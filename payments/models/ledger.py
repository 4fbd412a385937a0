from django.db import models
from django.db.models import Q

from core.money import validate_currency
from payments.models.payments import Payment


class LedgerEntry(models.Model):
    """Money that moved, when it moved. Rows are added and never changed; the key keeps each from being added twice."""

    class Kind(models.TextChoices):
        CHARGE = "charge"
        REFUND = "refund"
        REVERSAL = "reversal", "a refund that came back"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="ledger")
    payee = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind)
    amount = models.BigIntegerField(help_text="In minor units; what goes back is negative.")
    currency = models.CharField(max_length=3, validators=[validate_currency])
    occurred_at = models.DateTimeField()
    dedupe_key = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="refund", amount__lt=0) | ~Q(kind="refund") & Q(amount__gt=0), name="ledger_sign"
            )
        ]
        indexes = [models.Index(fields=["payee", "currency", "occurred_at"], name="ledger_of_payee")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}"
