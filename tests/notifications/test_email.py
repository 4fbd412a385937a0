import asyncio
import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from notifications.channels.composing import compose
from notifications.channels.email import Email
from notifications.channels.parcel import Outcome, Parcel, Scope, Verdict
from notifications.conf import limits
from notifications.models import Delivery, Notice
from notifications.outbox.courier import courier
from tests.factories.accounts import UserFactory
from tests.notifications import smtp
from tests.notifications.fcm.phone import NID
from tests.notifications.fcm.phone import parcel as any_parcel
from tests.notifications.post import deliver, planned
from tests.outside.world import World

ACCEPTED, DEAD, REJECTED, MISCONFIGURED, LIMITED, TRANSIENT, UNSENT = Verdict
LANE, CHANNEL = Scope
GRACE = "grace@example.test"
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def parcel(address: str = GRACE, **given: Any) -> Parcel:
    return any_parcel(address, **({"kind": "sample_news"} | given))


def told(outcome: Outcome) -> tuple[Any, ...]:
    return outcome.verdict, outcome.code, outcome.scope


@pytest.fixture
async def email(settings: Settings) -> AsyncIterator[Email]:
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_TIMEOUT = 1
    settings.EMAIL_HOST = "127.0.0.1"
    channel = Email()
    yield channel
    await channel.close()


@pytest.fixture
def post(world: World, settings: Settings) -> World:
    """A mail server that keeps what it gets."""
    world.reset()
    settings.EMAIL_PORT = int(world.env["EMAIL_PORT"])
    return world


def only_mail(world: World) -> dict[str, Any]:
    [arrival] = world.journal("mail")
    kept: dict[str, Any] = arrival["message"]
    return kept


@pytest.mark.parametrize(
    ("address", "outage", "expected"),
    [
        (GRACE, "none", (ACCEPTED, "", LANE)),
        ("unknown@example.test", "none", (DEAD, "550", LANE)),
        ("full@example.test", "none", (DEAD, "552", LANE)),
        ("later@example.test", "none", (TRANSIENT, "451", LANE)),
        (GRACE, "unavailable", (TRANSIENT, "421", LANE)),
        (GRACE, "stall", (TRANSIENT, "TIMEOUT", LANE)),
        (GRACE, "refused", (UNSENT, "CONNECT", LANE)),
    ],
)
async def test_every_answer_of_a_mail_server_has_its_outcome(
    email: Email, post: World, caplog: pytest.LogCaptureFixture, address: str, outage: str, expected: tuple[Any, ...]
) -> None:
    caplog.set_level(logging.DEBUG)
    post.control("mail", outage=outage)

    outcome = await email.send(parcel(address))

    assert told(outcome) == expected
    assert bool(outcome.provider_id) == (outcome.verdict is ACCEPTED)
    assert address not in f"{outcome!r} {parcel(address)!r} {caplog.text}"


@pytest.mark.parametrize(
    ("step", "reply", "expected"),
    [
        ("MAIL", "550 5.7.1 Sender not permitted", (MISCONFIGURED, "550", CHANNEL)),
        ("MAIL", "552 5.3.4 Message size exceeds fixed limit", (REJECTED, "552", LANE)),
        ("MAIL", "451 4.3.0 Try again", (TRANSIENT, "451", LANE)),
        ("RCPT", "551 5.1.6 She has moved", (DEAD, "551", LANE)),
        ("RCPT", "553 5.1.3 Bad address syntax", (DEAD, "553", LANE)),
        ("RCPT", "554 5.7.1 Relay access denied", (DEAD, "554", LANE)),
        ("RCPT", f"550 5.1.1 {GRACE}: no such user", (DEAD, "550", LANE)),
        ("RCPT", "450 4.2.0 Greylisted", (TRANSIENT, "450", LANE)),
        ("RCPT", "421 4.3.2 Closing", (TRANSIENT, "421", LANE)),
        ("DATA", "554 5.6.0 Message refused", (REJECTED, "554", LANE)),
        ("DATA", "552 5.3.4 Too big", (REJECTED, "552", LANE)),
        ("DATA", "550 5.7.1 Looks like spam", (REJECTED, "550", LANE)),
        ("DATA", "550 5.1.1 No such user", (DEAD, "550", LANE)),
        ("DATA", "552 5.2.2 Over quota", (DEAD, "552", LANE)),
        ("DATA", "452 4.3.1 Out of memory", (TRANSIENT, "452", LANE)),
    ],
)
async def test_a_refusal_is_about_whom_the_server_was_told_of_last(
    email: Email, settings: Settings, step: str, reply: str, expected: tuple[Any, ...]
) -> None:
    with smtp.server(step, reply) as settings.EMAIL_PORT:
        outcome = await email.send(parcel())

    assert told(outcome) == expected
    assert outcome.error == reply[4:].replace(GRACE, "…")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"EMAIL_HOST_USER": "us", "EMAIL_HOST_PASSWORD": "secret"}, (MISCONFIGURED, "SMTPNotSupportedError", CHANNEL)),
        ({"EMAIL_USE_TLS": True}, (MISCONFIGURED, "SMTPNotSupportedError", CHANNEL)),
        ({"EMAIL_USE_SSL": True}, (UNSENT, "CONNECT", LANE)),
        ({"EMAIL_USE_SSL": True, "EMAIL_USE_TLS": True}, (MISCONFIGURED, "BACKEND", CHANNEL)),
        ({"EMAIL_BACKEND": "no.such.Backend"}, (MISCONFIGURED, "BACKEND", CHANNEL)),
        ({"EMAIL_HOST": "no-such-host.invalid"}, (UNSENT, "CONNECT", LANE)),
    ],
)
async def test_what_is_set_up_wrong_is_for_the_operator_to_mend(
    email: Email, post: World, settings: Settings, options: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    for name, value in options.items():
        setattr(settings, name, value)

    outcome = await email.send(parcel())

    assert told(outcome) == expected
    assert "secret" not in repr(outcome)
    assert post.journal("mail") == []


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("535 5.7.8 Wrong user or password", (MISCONFIGURED, "535", CHANNEL)),
        ("454 4.7.0 Temporary authentication failure", (UNSENT, "454", LANE)),
    ],
)
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_a_server_that_does_not_let_us_in_has_nothing_of_ours(
    email: Email, settings: Settings, reply: str, expected: tuple[Any, ...]
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "us", "a-password"
    with smtp.guarded(reply) as settings.EMAIL_PORT:
        outcome = await email.send(parcel())

    assert told(outcome) == expected
    assert "a-password" not in repr(outcome)


async def test_a_server_that_nobody_vouches_for_gets_no_password(
    email: Email, settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_USE_TLS = True
    with smtp.self_signed(tmp_path) as settings.EMAIL_PORT:
        outcome = await email.send(parcel())

    assert told(outcome) == (MISCONFIGURED, "SSLCertVerificationError", CHANNEL)


async def test_an_address_that_cannot_be_written_is_rejected_before_anybody_is_asked(email: Email, post: World) -> None:
    outcome = await email.send(parcel("grace@example.test\nBcc: all@example.test"))

    assert told(outcome) == (REJECTED, "MALFORMED", LANE)
    assert post.journal("mail") == []


async def test_a_mail_cannot_be_taken_back(email: Email, post: World) -> None:
    outcome = await email.send(parcel(is_clear=True))

    assert (told(outcome), post.journal("mail")) == ((REJECTED, "UNSUPPORTED", LANE), [])


async def test_a_server_that_stalls_is_not_waited_for_longer_than_a_lease_lasts(
    post: World, settings: Settings
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = SMTP, "127.0.0.1", 2
    post.control("mail", outage="stall")
    impatient = Email(seconds=0.3, place_seconds=0.6)

    outcomes = await asyncio.gather(*(impatient.send(parcel()) for _ in range(limits.mail_slots + 2)))

    # The threads that were given up on still hold their places, so that no thread is ever wanted that is not there.
    assert [outcome.code for outcome in outcomes] == ["TIMEOUT"] * limits.mail_slots + ["BUSY"] * 2
    assert {outcome.verdict for outcome in outcomes[limits.mail_slots :]} == {UNSENT}
    await impatient.close()


async def test_many_mails_go_by_a_few_threads(email: Email, post: World) -> None:
    outcomes = await asyncio.gather(
        *(email.send(parcel(f"reader{n}@example.test")) for n in range(3 * limits.mail_slots))
    )

    assert {outcome.verdict for outcome in outcomes} == {ACCEPTED}
    assert len({arrival["address"] for arrival in post.journal("mail")}) == 3 * limits.mail_slots


@pytest.mark.parametrize("name", ["locmem", "console", "dummy"])
async def test_any_backend_of_django_will_do(email: Email, settings: Settings, name: str) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{name}.EmailBackend"

    outcome = await email.send(parcel())

    assert told(outcome) == (ACCEPTED, "", LANE)
    assert len(mail.outbox) == (name == "locmem")


# What is in a mail.


async def test_a_mail_says_what_it_is_in_its_headers(email: Email, post: World, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://care.example.test/"
    settings.DEFAULT_FROM_EMAIL = "Care <no-reply@example.test>"

    outcome = await email.send(parcel(is_urgent=True))

    headers = only_mail(post)["headers"]
    sent_at = parsedate_to_datetime(headers.pop("Date")).replace(tzinfo=UTC)
    link = headers.pop("List-Unsubscribe").strip()
    assert abs((timezone.now() - sent_at).total_seconds()) < 60
    assert re.fullmatch(r"<https://care\.example\.test/api/unsubscribe\?token=[\w:-]+>", link)
    assert headers.pop("Content-Type").startswith("multipart/alternative")
    assert headers == {
        "From": "Care <no-reply@example.test>",
        "To": GRACE,
        "Subject": "New shift",
        "Message-ID": f"<{NID}@care.example.test>",
        "Content-Language": "en",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Importance": "high",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "X-Notice-Id": str(NID),
        "X-Notice-Kind": "sample_news",
        "MIME-Version": "1.0",
    }
    assert outcome.provider_id == headers["Message-ID"]


async def test_a_mail_that_is_sent_again_is_the_same_mail(email: Email, post: World) -> None:
    await email.send(parcel())
    await email.send(parcel())

    assert [(phone["nid"], phone["visible_writes"]) for phone in post.phones()] == [(str(NID), 2)]
    assert len({arrival["message"]["headers"]["Message-ID"] for arrival in post.journal("mail")}) == 1


async def test_both_bodies_say_the_same(email: Email, post: World) -> None:
    await email.send(parcel(title="New shift", body="Home care,\ntomorrow 09:00"))

    kept = only_mail(post)
    link = kept["headers"]["List-Unsubscribe"].strip(" <>")
    assert kept["text"].replace("\r\n", "\n") == (
        "New shift\n\nHome care,\ntomorrow 09:00\n\n-- \n"
        f"You get this email because of your settings. To stop emails about “News”, open:\n{link}\n"
    )
    assert 'lang="en" dir="ltr"' in kept["html"]
    assert "Home care,<br>tomorrow 09:00</p>" in kept["html"]
    assert f'<a href="{link}"' in kept["html"]


def test_a_mail_in_arabic_runs_from_right_to_left() -> None:
    title, body = "وردية جديدة", "غدًا صباحًا"

    message = compose(parcel(title=title, body=body, locale="ar"))

    html = message.alternatives[0].content
    assert 'lang="ar" dir="rtl"' in html
    assert 'align="right"' in html
    assert (message.subject, message.extra_headers["Content-Language"]) == (title, "ar")
    assert message.body.startswith(f"{title}\n\n{body}\n")


def test_what_somebody_wrote_is_no_html_and_no_header() -> None:
    message = compose(parcel(title="Tea\r\nBcc: all@example.test", body="<img src=//x> & more"))

    assert message.subject == "Tea Bcc: all@example.test"
    assert "<img" not in message.alternatives[0].content
    assert "&lt;img src=//x&gt; &amp; more" in message.alternatives[0].content
    assert "<img src=//x> & more" in message.body


def test_a_mail_asks_nothing_of_other_servers() -> None:
    html = str(compose(parcel()).alternatives[0].content)

    assert re.findall(r"\bsrc=|@import|url\(|<link", html) == []
    assert len(re.findall(r"https?://", html)) == 1  # where to unsubscribe


def test_a_mail_that_cannot_be_turned_off_has_no_link_to_do_so() -> None:
    message = compose(parcel(kind="sample_bill"))

    assert sorted(name for name in message.extra_headers if name.startswith("List-")) == []
    assert "Emails of this kind cannot be turned off." in message.body
    assert "/api/unsubscribe" not in message.body + str(message.alternatives[0].content)


def test_a_mail_of_one_line_has_a_subject() -> None:
    assert compose(parcel(title="", body="See you there")).subject == "See you there"


# From a notice to the mailbox.


@pytest.mark.django_db
def test_an_important_notice_is_in_the_mailbox(post: World, settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "127.0.0.1"
    grace = UserFactory(email=GRACE, email_verified_at=timezone.now(), locale="ar")
    [_, mailing] = planned("sample_news", grace, importance=Notice.Importance.IMPORTANT)

    deliver()
    courier.close()

    mailing.refresh_from_db()
    headers = only_mail(post)["headers"]
    assert (headers["To"], headers["Subject"], headers["Content-Language"]) == (GRACE, "Counter 7", "ar")
    assert mailing.state == Delivery.State.ACCEPTED
    assert mailing.tries.get().provider_id == headers["Message-ID"]
