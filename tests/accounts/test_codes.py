import re
from datetime import timedelta

import pytest
from django.core import mail

from accounts import codes, services, tasks
from accounts.errors import SessionEnded, SmsNotConfigured, WrongCode, WrongCredentials
from accounts.identity import identify
from accounts.models import Code
from core.wiring import declared
from tests.accounts.race import at_once
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

PHONE = "+14155550123"


def ask(address, purpose=Code.Purpose.VERIFY, *, now):
    """The digits mailed to `address`, or None."""
    services.send_code(purpose=purpose, address=address, now=now)
    mail.outbox.clear()
    tasks.send_codes()
    found = re.search(r"\b[0-9]{6}\b", mail.outbox[0].body) if mail.outbox else None
    return found and found[0]


def other_than(digits):
    return f"{(int(digits) + 1) % 1_000_000:06}"


def test_the_code_of_a_mail_verifies_its_address(user, now):
    digits = ask(user.email, now=now)

    services.verify_address(address=user.email, digits=digits, now=now)

    user.refresh_from_db()
    assert user.email_verified_at == now
    assert mail.outbox[0].to == [user.email]


def test_a_code_is_good_once(user, now):
    digits = ask(user.email, now=now)
    services.verify_address(address=user.email, digits=digits, now=now)

    with pytest.raises(WrongCode):
        services.verify_address(address=user.email, digits=digits, now=now)


def test_after_five_wrong_guesses_the_right_code_is_wrong_too(user, now):
    digits = ask(user.email, now=now)
    for _ in range(5):
        with pytest.raises(WrongCode):
            services.verify_address(address=user.email, digits=other_than(digits), now=now)

    with pytest.raises(WrongCode):
        services.verify_address(address=user.email, digits=digits, now=now)


def test_a_code_lasts_ten_minutes(user, now):
    digits = ask(user.email, now=now)

    with pytest.raises(WrongCode):
        services.verify_address(address=user.email, digits=digits, now=now + timedelta(minutes=11))


def test_asking_again_forgets_the_code_before(user, now):
    first = ask(user.email, now=now)
    while (second := ask(user.email, now=now)) == first:
        continue

    with pytest.raises(WrongCode):
        services.verify_address(address=user.email, digits=first, now=now)
    services.verify_address(address=user.email, digits=second, now=now)


def test_the_bell_names_the_one_row_of_an_address(user, now):
    asked = [codes.ask(purpose=Code.Purpose.VERIFY, address=user.email, now=now) for _ in range(2)]

    assert {code.pk for code in asked} == {Code.objects.get().pk}


def test_a_code_to_verify_does_not_reset_a_password(user, now):
    digits = ask(user.email, now=now)

    with pytest.raises(WrongCode):
        services.reset_password(address=user.email, digits=digits, new_password="another-pass", now=now)


def test_a_reset_changes_the_password_and_ends_every_session(user, sign_in, now):
    signed_in = sign_in(user)
    digits = ask(user.email, Code.Purpose.RESET, now=now)

    services.reset_password(address=user.email, digits=digits, new_password="another-pass", now=now)

    with pytest.raises(SessionEnded):
        identify(signed_in.access_token)
    with pytest.raises(WrongCredentials):
        services.log_in(address=user.email, password=PASSWORD, device="", is_long_lived=False, now=now)
    services.log_in(address=user.email, password="another-pass", device="", is_long_lived=False, now=now)


def test_nobody_at_an_unknown_address_gets_a_mail(now):
    assert ask("nobody@example.test", now=now) is None


def test_somebody_deactivated_gets_no_mail(now):
    assert ask(UserFactory(is_active=False).email, now=now) is None


def test_the_mail_speaks_the_language_of_its_reader(now):
    assert ask(UserFactory(locale="ar").email, now=now) is not None


def test_a_phone_is_refused_where_nobody_carries_text_messages(now, carrier):
    carrier.has_contract = False

    with pytest.raises(SmsNotConfigured):
        services.send_code(purpose=Code.Purpose.VERIFY, address=PHONE, now=now)


def test_a_phone_is_refused_where_no_app_declares_a_carrier(now, settings):
    settings.WIRING = ["accounts.wiring"]
    declared.cache_clear()

    with pytest.raises(SmsNotConfigured):
        services.send_code(purpose=Code.Purpose.VERIFY, address=PHONE, now=now)

    declared.cache_clear()


def test_the_code_of_a_text_message_verifies_its_number(now, carrier):
    user = UserFactory(phone=PHONE)
    services.send_code(purpose=Code.Purpose.VERIFY, address=PHONE, now=now)
    tasks.send_codes()
    [(address, text)] = carrier.carried

    services.verify_address(address=PHONE, digits=re.search(r"[0-9]{6}", text)[0], now=now)

    user.refresh_from_db()
    assert (address, user.phone_verified_at, mail.outbox) == (PHONE, now, [])


def test_a_text_message_that_could_not_be_sent_is_sent_by_the_next_sweep_and_its_number_is_not_logged(
    now, carrier, caplog
):
    UserFactory(phone=PHONE)
    carrier.has_network = False
    code = codes.ask(purpose=Code.Purpose.VERIFY, address=PHONE, now=now)
    tasks.send_code(code.pk)
    carrier.has_network = True

    tasks.send_codes()

    assert [address for address, _ in carrier.carried] == [PHONE]
    assert [(record.message, record.error) for record in caplog.records] == [("code_not_sent", "RuntimeError")]


def test_a_code_that_cannot_be_sent_is_not_tried_for_longer_than_it_was_asked_for(now, carrier):
    UserFactory(phone=PHONE)
    carrier.has_network = False
    code = codes.ask(purpose=Code.Purpose.VERIFY, address=PHONE, now=now - timedelta(minutes=5))

    tasks.send_code(code.pk)

    assert Code.objects.get().expires_at == now + timedelta(minutes=5)


def test_a_code_rung_twice_is_mailed_once(user, now):
    code = codes.ask(purpose=Code.Purpose.VERIFY, address=user.email, now=now)

    tasks.send_code(code.pk)
    tasks.send_code(code.pk)

    assert len(mail.outbox) == 1


def test_a_code_whose_mail_failed_is_sent_by_the_next_sweep(user, now, settings):
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    code = codes.ask(purpose=Code.Purpose.VERIFY, address=user.email, now=now)
    tasks.send_code(code.pk)
    settings.EMAIL_BACKEND = working

    tasks.send_codes()

    assert [message.to for message in mail.outbox] == [[user.email]]


def test_the_digits_are_not_kept(user, now):
    digits = ask(user.email, now=now)

    assert digits not in str(Code.objects.values_list().get())


@pytest.mark.django_db(transaction=True)
def test_of_many_who_enter_the_code_at_once_one_succeeds(user, now):
    digits = ask(user.email, now=now)

    answers = at_once(lambda: services.verify_address(address=user.email, digits=digits, now=now), times=4)

    assert [type(answer) for answer in answers if answer is not None] == [WrongCode] * 3


@pytest.mark.django_db(transaction=True)
def test_guesses_made_at_once_are_all_counted(user, now):
    digits = ask(user.email, now=now)

    at_once(lambda: services.verify_address(address=user.email, digits=other_than(digits), now=now), times=8)

    assert Code.objects.get().attempts == 5
