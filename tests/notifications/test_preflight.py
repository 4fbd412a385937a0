from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import roles
from core.wiring import gathered
from notifications.models import ChannelHealth
from realtime import nodes
from realtime.models import Node
from tests.factories.notifications import DeliveryFactory, NoticeFactory
from tests.outside.s3 import Store
from tests.outside.world import World

pytestmark = pytest.mark.django_db

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def everyone(fcm: World, settings: Any) -> World:
    """All providers answer, the processes are alive, and roles are as declared."""
    roles.set_right(gathered("ROLES"))
    for name, value in fcm.env.items():
        setattr(settings, name, int(value) if name == "EMAIL_PORT" else value)
    settings.EMAIL_BACKEND = SMTP
    for role in Node.Role:
        nodes.beat(role)
    return fcm


def preflight() -> tuple[list[str], bool]:
    """What it complains of, and whether it lets a release through."""
    said, is_fit = StringIO(), True
    try:
        call_command("preflight", stdout=said, no_color=True)
    except CommandError:
        is_fit = False
    lines = said.getvalue().splitlines()
    return [line.removeprefix("FAILED ") for line in lines if line.startswith("FAILED")], is_fit


def test_a_deployment_that_is_fit_passes(everyone: World) -> None:
    assert preflight() == ([], True)
    assert everyone.phones() == []


def test_a_channel_that_is_not_configured_is_no_fault(everyone: World, settings: Any) -> None:
    settings.ONESIGNAL_API_KEY = settings.TWILIO_AUTH_TOKEN = settings.FIREBASE_CREDENTIALS = ""

    assert preflight() == ([], True)


@pytest.mark.parametrize(
    ("setting", "value", "complaint"),
    [
        ("FIREBASE_CREDENTIALS", "{}", "providers: fcm: misconfigured CREDENTIALS"),
        ("ONESIGNAL_API_KEY", "wrong", "providers: onesignal: misconfigured HTTP_403"),
        ("TWILIO_AUTH_TOKEN", "wrong", "providers: sms: misconfigured 20003"),
        ("EMAIL_HOST", "nowhere.invalid", "providers: email: unsent CONNECT"),
        ("EMAIL_BACKEND", "no.such.Backend", "providers: email: misconfigured BACKEND"),
        ("TWILIO_ENDPOINT", "http://127.0.0.1:1", "providers: sms: unsent CONNECT"),
        ("ONESIGNAL_ENDPOINT", "http://127.0.0.1:1", "providers: onesignal: unsent CONNECT"),
    ],
)
def test_wrong_credentials_do_not_pass(
    everyone: World, settings: Any, setting: str, value: str, complaint: str
) -> None:
    setattr(settings, setting, value)

    (found,), is_fit = preflight()

    assert (found.startswith(complaint), is_fit) == (True, False)


def test_a_credential_is_not_said(everyone: World, settings: Any) -> None:
    settings.ONESIGNAL_API_KEY = settings.TWILIO_AUTH_TOKEN = "a-secret-of-ours"

    assert "a-secret-of-ours" not in str(preflight())


def test_without_worker_and_beat_it_does_not_pass(everyone: World) -> None:
    Node.objects.exclude(role=Node.Role.WEB).delete()

    assert preflight() == (["processes: 0 beat alive", "processes: 0 worker alive"], False)


def test_what_waits_too_long_does_not_pass(everyone: World) -> None:
    now = timezone.now()
    DeliveryFactory(lane="sms", channel="sms", due_at=now - timedelta(minutes=5), notice__planned_at=now)
    DeliveryFactory(lane="email", channel="email", due_at=now, notice__planned_at=now)
    NoticeFactory(created_at=now - timedelta(minutes=5))

    assert preflight() == (
        [
            "queues: 1 notices wait to be planned, for up to 300 s",
            "queues: sms: 1 deliveries are due, for up to 300 s",
        ],
        False,
    )


def test_an_open_breaker_does_not_pass(everyone: World) -> None:
    now = timezone.now()
    ChannelHealth.objects.create(name="sms", state="open", opened_at=now, retry_at=now, code="20003")

    assert preflight() == (["breakers: the breaker of sms is open: 20003"], False)


def test_a_bucket_that_cannot_be_reached_does_not_pass(everyone: World, bucket: Store, settings: Any) -> None:
    settings.S3_BUCKET = bucket.bucket
    assert preflight() == ([], True)

    with bucket.away(settings):
        (found,), is_fit = preflight()

    assert (found.startswith(f"files: the bucket {bucket.bucket} cannot be reached"), is_fit) == (True, False)
