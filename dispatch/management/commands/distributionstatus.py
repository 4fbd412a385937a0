import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.errors import DomainError
from dispatch.models import DamageReport
from dispatch.operators import finding
from dispatch.operators.insight import Counts, Insight, in_words, insight, why


class Command(BaseCommand):
    help = "Show whom a damage report went to, whom it did not go to and why, and when it goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("report", help="its id, or the last characters of it, eight at least")
        parser.add_argument("--professional", help="why (not) she: her id, email address or phone number")

    def handle(self, *, report: str, professional: str | None, **options: Any) -> None:
        try:
            found = finding.find_report(report)
            about = finding.find_professional(professional) if professional else None
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        shown = insight(found.pk)
        self.stdout.write(json.dumps(asdict(shown.distribution)))
        for line in _lines(shown):
            self.stdout.write(line)
        if about is not None:
            self.stdout.write(f"{about}: {why(found, about, timezone.now())}")


def _lines(shown: Insight) -> Iterator[str]:
    report = shown.report
    yield f"{report.vehicle}: {report.status}, {report.priority}, within {shown.reach_km} km, wave {report.wave}"
    yield f"asked: {_counts(shown.requests)}"
    yield f"passed over: {_counts(shown.reasons)}"
    if report.is_pending:
        yield f"next look: {_next_look(report)}"


def _counts(counts: Counts) -> str:
    found = [f"{count} {in_words([name])}" for name, count in counts.items() if count]
    return ", ".join(found) or "nobody"


def _next_look(report: DamageReport) -> str:
    seconds = (report.look_at - timezone.now()).total_seconds()
    when = f"in {seconds:.0f} s" if seconds > 0 else "due"
    return f"{report.look_at:%Y-%m-%d %H:%M:%S} UTC ({when})"
