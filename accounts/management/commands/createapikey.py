from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import keys, selectors
from core.errors import DomainError


class Command(BaseCommand):
    help = "Make an API key for a machine, and print its id and its secret. The secret is not to be had again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("owner", help="who answers for the machine: an email address or a phone number")
        parser.add_argument("name", help="what the machine is called in lists")
        parser.add_argument("--scope", action="append", required=True, help="what it may do; may be repeated")
        parser.add_argument("--days", type=int, help="after how many days the key expires; never by default")

    def handle(self, *, owner: str, name: str, scope: list[str], days: int | None, **options: Any) -> None:
        user, now = selectors.user_at(owner), timezone.now()
        if user is None:
            raise CommandError(f"Nobody has the address {owner}.")
        expires_at = None if days is None else now + timedelta(days=days)
        try:
            key, secret = keys.create_key(user, name=name, scopes=scope, expires_at=expires_at, now=now)
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} {refusal.details or ''}".strip()) from refusal
        self.stdout.write(f"id: {key.pk}\nsecret: {secret}")
