from django.conf import settings
from django.db import models

from payments.models.payments import Payment


class SavedMethod(models.Model):
    """What somebody lets us charge while he is away. Of a card there is no more than what he knows it by."""

    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="saved_methods")
    gateway = models.CharField(max_length=10, choices=Payment.Gateway)
    customer_id = models.CharField(max_length=100)
    method_id = models.CharField(max_length=100)
    brand = models.CharField(max_length=20, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="+", help_text="The one that was paid by it.")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payer", "gateway"], name="one_method_of_payer")]

    def __str__(self) -> str:
        return f"{self.brand} {self.last4}".strip() or self.gateway
