import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shifts.enrolment import import_employees


class Command(BaseCommand):
    help = (
        "Import employees from a CSV file with the columns emp_id, address (email or phone), full_name and, "
        "if you like, zone, type, seniority, max_daily_hours, max_weekly_hours, min_rest_hours, "
        "qualifications (rn:2027-05-31;cpr). Good lines are imported, bad ones reported. Safe to repeat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                report = import_employees(lines)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        self.stdout.write(f"{report.enrolled} enrolled, {report.renewed} renewed, {len(report.errors)} refused.")
        for line, text in report.errors:
            self.stdout.write(f"line {line}: {text}")
        if report.errors:
            raise CommandError("Some lines were refused.", returncode=1)
