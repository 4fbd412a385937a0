from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.reach.ageing import reseal_all


class Command(BaseCommand):
    help = "Seal the addresses of all devices with the first of DEVICE_KEYS, so that the others can be taken away."

    def handle(self, **options: Any) -> None:
        resealed = reseal_all()
        self.stdout.write(f"{resealed.done} addresses are sealed with the newest key.")
        if resealed.broken:
            raise CommandError(
                f"{resealed.broken} addresses are sealed with a key that is not among DEVICE_KEYS. Put it back, or "
                "wait until their apps register again."
            )
