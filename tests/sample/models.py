from django.db import models


class Counter(models.Model):
    """Something several users look at: `total` is the same for all, `mine` is each one's own."""

    total = models.IntegerField(default=0)
    text = models.CharField(max_length=200, default="")
    is_deleted = models.BooleanField(default=False)


class Share(models.Model):
    counter = models.ForeignKey(Counter, models.CASCADE, related_name="shares")
    user_id = models.UUIDField()
    mine = models.IntegerField(default=0)
    is_member = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["counter", "user_id"], name="one_share_each")]


class Ticket(models.Model):
    """Something that is paid for, and how often it was told what became of its payments."""

    paid = models.IntegerField(default=0)
    lapsed = models.IntegerField(default=0)
    refunded = models.IntegerField(default=0)
    takings = models.BigIntegerField(default=0)
