from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.keys import reseal_keys
from notifications.reach.ageing import reseal_all


class Command(BaseCommand):
    help = (
        "Seal the addresses of all devices, and the secrets of API keys, with the first of DEVICE_KEYS, so that the "
        "others can be taken away."
    )

    def handle(self, **options: Any) -> None:
        addresses = reseal_all()
        secrets, broken = reseal_keys()
        self.stdout.write(f"{addresses.done} addresses and {secrets} API keys are sealed with the newest key.")
        if addresses.broken or broken:
            raise CommandError(
                f"{addresses.broken} addresses and {broken} API keys are sealed with a key that is not among "
                "DEVICE_KEYS. Put it back, or wait until their apps register again and make new API keys."
            )
