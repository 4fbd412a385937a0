from typing import Any

from django.core.management.base import BaseCommand

from accounts.roles import set_right
from core.wiring import gathered


class Command(BaseCommand):
    help = "Make the groups of operators what the installed apps declare as roles. Safe to repeat; says what changed."

    def handle(self, **options: Any) -> None:
        drifts = set_right(gathered("ROLES"))
        if not options["verbosity"]:
            return
        for drift in drifts:
            self.stdout.write(f"{drift.role}: {'made' if drift.is_new else 'set right'}")
            self.stdout.writelines(f"  + {name}\n" for name in drift.missing)
            self.stdout.writelines(f"  - {name}\n" for name in drift.surplus)
        if not drifts:
            self.stdout.write("All roles are as declared.")
