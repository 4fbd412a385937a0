from django.db import models


class Reach(models.Model):
    """Of the messages of one minute: for how many readers they were, and how many those had them in time."""

    minute = models.DateTimeField(primary_key=True)
    due = models.PositiveIntegerField(default=0)
    reached = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "reach"
