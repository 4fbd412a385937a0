from typing import Any

from django.core.management.base import BaseCommand

from core.wiring import hooks


class Command(BaseCommand):
    help = (
        "Make the demo world: people with the password demo-pass and something for each of them to do. Safe to repeat."
    )

    def handle(self, **options: Any) -> None:
        for make in hooks("DEMO"):
            make()
