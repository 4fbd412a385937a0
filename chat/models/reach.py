from django.db import models


class Reach(models.Model):
    """Of the messages of ten seconds: for how many readers they were, and how many of those had them in time.

    Who has no app open, and no phone that may be pushed to, is counted apart.
    """

    begun_at = models.DateTimeField(primary_key=True)
    due = models.PositiveIntegerField(default=0)
    reached = models.PositiveIntegerField(default=0)
    unreachable = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "reach"
