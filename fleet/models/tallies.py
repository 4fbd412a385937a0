from django.db import models


class Tally(models.Model):
    """How much there was of something on a local day, moved by the unit that changes it: see fleet.tallies.

    Entries and exits are told apart by department, violations by type and status as well.
    """

    class Measure(models.TextChoices):
        ENTRY = "entry"
        EXIT = "exit"
        VIOLATION = "violation"

    day = models.DateField()
    measure = models.CharField(max_length=9, choices=Measure)
    department = models.CharField(max_length=40)
    type = models.CharField(max_length=30)  # of a violation
    status = models.CharField(max_length=10)  # of a violation, as it is now
    count = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "measure", "department", "type", "status"], name="one_tally"),
        ]
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.day} {self.measure} {self.count}"
