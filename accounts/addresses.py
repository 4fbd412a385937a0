"""Where a person is reached: an email address or a phone number, in the one spelling we store."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, validate_email
from django.utils.translation import gettext_lazy as _

LONGEST = 254
PHONE = re.compile(r"^\+[1-9][0-9]{6,14}\Z")
PUNCTUATION = re.compile(r"[\s().-]")

validate_phone = RegexValidator(PHONE, _("Enter a phone number with its country code, such as +14155550123."))


def is_email(address: str) -> bool:
    return "@" in address


def normalise(address: str) -> str:
    if is_email(address):
        return address.strip().lower()
    bare = PUNCTUATION.sub("", address)
    return f"+{bare[2:]}" if bare.startswith("00") else bare


def validate_address(address: str) -> None:
    if len(address) > LONGEST:
        raise ValidationError(_("This address is too long."))
    (validate_email if is_email(address) else validate_phone)(address)
