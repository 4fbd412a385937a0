from typing import Any

from django.core.management.base import BaseCommand

from realtime import restoring


class Command(BaseCommand):
    help = "Say that the database was restored from a backup: every client reloads instead of resuming."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"The epoch is now {restoring.begin_epoch()}.")
