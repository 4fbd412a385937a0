from datetime import timedelta

import pytest
from django.utils import timezone

from chat import retention
from chat.models import MessageReport, Reach
from chat.services import moderation
from tests.factories.chat import send, two

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_what_share_was_reached_is_kept_for_thirty_days():
    now = timezone.now()
    kept = Reach.objects.create(begun_at=now - 29 * DAY)
    Reach.objects.create(begun_at=now - 31 * DAY)

    retention.forget(now)

    assert Reach.objects.get() == kept


@pytest.mark.parametrize(
    ("status", "days", "words"),
    [
        ("dismissed", 181, ("", "")),
        ("upheld", 181, ("", "")),
        ("upheld", 179, ("Hello", "Look.")),
        ("open", 181, ("Hello", "Look.")),
    ],
)
def test_what_a_report_says_is_forgotten_half_a_year_after_it_was_decided(status, days, words):
    conversation, alice, bob = two()
    message = send(alice, conversation)
    report = moderation.report_message(bob, message.pk, reason="spam", note="Look.", now=timezone.now())
    decide = {"dismissed": moderation.dismiss, "upheld": moderation.uphold}.get(status)
    if decide:
        decide(report, alice, now=timezone.now())

    retention.forget(timezone.now() + days * DAY)

    report = MessageReport.objects.get()
    assert (report.status, report.body, report.note) == (status, *words)
