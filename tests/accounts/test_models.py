import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError

from accounts.addresses import normalise, validate_address
from accounts.models import User
from accounts.zones import validate_zone

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Nadia@Example.TEST ", "nadia@example.test"),
        ("+33 (0)1-23.45", "+33012345"),
        ("0033123456789", "+33123456789"),
    ],
)
def test_an_address_is_kept_in_one_spelling(typed, kept):
    assert normalise(typed) == kept


@pytest.mark.parametrize(
    "address", ["", "x", "a@b", "12345678", "+0123456789", "+1234", "+123456789\n", f"{'a' * 250}@b.test"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ValidationError):
        validate_address(address)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "America"])
def test_what_is_no_zone_is_refused(zone):
    with pytest.raises(ValidationError):
        validate_zone(zone)


def test_a_user_has_an_address_unless_anonymised():
    with pytest.raises(IntegrityError):
        User.objects.create_user(full_name="Nobody")


def test_createsuperuser_works(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "demo-pass")

    call_command("createsuperuser", email="Root@Example.test", interactive=False, verbosity=0)

    root = User.objects.get_by_natural_key("ROOT@example.test")
    assert (root.email, root.is_staff, root.is_superuser) == ("root@example.test", True, True)
    assert root.check_password("demo-pass")
