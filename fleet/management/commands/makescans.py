import csv
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from fleet.models import Vehicle
from fleet.ranges import midnight, named
from fleet.replaying.making import make
from fleet.replaying.recordings import COLUMNS


class Command(BaseCommand):
    help = "Write a recorded day as it might have been, of the registered vehicles, for replayscans: of yesterday."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("scans", type=int, help="how many")
        parser.add_argument("--seed", type=int, default=0, help="another day for each")

    def handle(self, *, file: Path, scans: int, seed: int, **options: Any) -> None:
        plates = list(Vehicle.objects.order_by("plate").values_list("plate_number", flat=True))
        if not plates or scans < 1:
            raise CommandError("Vehicles must be registered, and there must be scans.")
        begin = midnight(named("yesterday", timezone.now()).first)
        try:
            with file.open("w", encoding="utf-8", newline="") as written:
                lines = csv.DictWriter(written, COLUMNS)
                lines.writeheader()
                lines.writerows(
                    {**asdict(scan), "at": scan.at.isoformat()} for scan in make(plates, scans, begin, seed)
                )
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error}") from error
        self.stdout.write(f"{scans:,} scans of {len(plates):,} vehicles.")
