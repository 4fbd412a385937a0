from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fleet import kept


class Command(BaseCommand):
    help = "Forget the reads that are kept for some minutes, so that each is made anew. Says how many that were."

    def handle(self, **options: Any) -> None:
        if not settings.REDIS_URL:
            raise CommandError("Without Redis the server keeps them in its own memory: restart it.")
        self.stdout.write(f"{kept.clear()} kept reads removed.")
