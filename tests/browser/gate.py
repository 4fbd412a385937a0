"""What the gates of the demo's campus do while its board is looked at."""

import os

from django.core.management import call_command
from django.utils import timezone

from accounts import keys
from accounts.models import User
from chat.demo import conversation_of
from chat.models import Message
from chat.services import moderation
from fleet import figures, ranges


def post_a_day(path: str, url: str, speed: float) -> None:
    """A day of scans, as a gate posts them."""
    owner = User.objects.get(email="guard@demo.test")
    key, secret = keys.create_key(owner, name="South gate", scopes=["fleet.scans"], now=timezone.now())
    os.environ["GATE_SECRET"] = secret
    call_command("replayscans", path, url=url, key=key.pk, speed=speed, secret_env="GATE_SECRET")


def entries() -> int:
    """Of the days that the dashboard shows."""
    return figures.summary(ranges.named(ranges.DEFAULT, timezone.now())).movements.entries


def complain(email: str, of: str) -> int:
    """Somebody reports the newest message of another."""
    said = Message.objects.filter(conversation=conversation_of(email, of), sender__email=of, deleted_at=None)
    reporter = User.objects.get(email=email)
    message = said.latest("seq")
    report = moderation.report_message(reporter, message.pk, reason="abuse", note="", now=timezone.now())
    return report.pk
