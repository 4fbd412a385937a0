from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.errors import DomainError
from dispatch import distribution
from dispatch.operators import finding
from dispatch.services import reports


class Command(BaseCommand):
    help = "Look at everybody anew who was not asked about a damage report, here and now. Nobody is asked twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("report", help="its id, or the last characters of it, eight at least")

    def handle(self, *, report: str, **options: Any) -> None:
        now = timezone.now()
        try:
            found = finding.find_report(report)
            reports.redistribute(found, now=now)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        distribution.go_on(found.pk, now)
        asked = found.requests.filter(asked_at__gte=now).count()
        self.stdout.write(f"{asked} asked now, {found.requests.count()} in all.")
