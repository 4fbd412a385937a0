from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.errors import DomainError
from fleet.importing import Report, Unreadable, import_vehicles


class Command(BaseCommand):
    help = (
        "Import vehicles from a CSV file in UTF-8, with the columns plateNumber, ownerName and, if you like, the other "
        "facts of a vehicle (schoolID, department, vehicleType, registrationValidUntil, …). All or nothing: bad lines "
        "are reported together. Safe to repeat: a vehicle that is known is revised, and what the file does not say "
        "stays."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what is wrong and what would change")

    def handle(self, *, file: Path, dry_run: bool, **options: Any) -> None:
        try:
            content = file.read_bytes()
            report = import_vehicles(content, now=timezone.now(), dry_run=dry_run, heard=self._show)
        except (OSError, Unreadable) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except DomainError as refusal:
            raise CommandError(f"Nothing was imported: {refusal.message}") from refusal
        if report.ignored:
            self.stdout.write(f"Not read, since they follow from the rest: {', '.join(report.ignored)}.")
        if report.errors_in_all:
            self._fail(report)
        done = "would be registered" if dry_run else "registered"
        self.stdout.write(f"{report.added} {done}, {report.revised} {done.replace('registered', 'revised')}.")

    def _show(self, read: int, lines: int) -> None:
        if self.stderr.isatty():
            end = "\n" if read == lines else ""
            bar = "#" * (20 * read // lines)
            self.stderr.write(f"\r[{bar:20}] {read} of {lines} lines", ending=end)
            self.stderr.flush()

    def _fail(self, report: Report) -> None:
        for line, text in report.errors:
            self.stdout.write(f"line {line}: {text}")
        if more := report.errors_in_all - len(report.errors):
            self.stdout.write(f"… and {more} more.")
        raise CommandError(f"{report.errors_in_all} errors: nothing was imported.", returncode=1)
