"""Whose account a sign-in at Firebase opens: the one it opened before, one whose address both sides have seen proven,
or a new one. Never one that merely has the same address: anyone may claim an address that she was not asked to prove.
"""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError

from accounts.errors import AccountNotLinked, NoAddress
from accounts.firebase import FirebaseUser
from accounts.models import FirebaseIdentity, User
from core.errors import refuse
from core.unit import unit


@unit
def user_of(person: FirebaseUser, *, now: datetime) -> User:
    """Locked, so that she is not deactivated, nor this way in closed, before her session is open."""
    try:
        with unit():
            user = _found(person, now) or _made(person, now)
    except IntegrityError as error:
        # Her address is somebody's: her own since a moment ago, when she signs in twice at once, or another's.
        found = _found(person, now)
        if found is None:
            raise AccountNotLinked from error
        user = found
    _note_proofs(user, person, now)
    return user


@unit
def unlink(user: User) -> int:
    return user.firebase_identities.all().delete()[0]


def _found(person: FirebaseUser, now: datetime) -> User | None:
    linked = _linked(person)
    if linked is not None:
        return linked
    proven = _proven(person)
    return _link(proven, person, now) if proven else None


def _link(user: User, person: FirebaseUser, now: datetime) -> User:
    FirebaseIdentity.objects.create(uid=person.uid, user=user, linked_at=now)
    return user


def _linked(person: FirebaseUser) -> User | None:
    identity = FirebaseIdentity.objects.filter(uid=person.uid).first()
    if identity is None:
        return None
    user = User.objects.select_for_update(no_key=True).get(pk=identity.user_id)
    # Read again under the lock: whoever resets her password unlinks her.
    return user if user.firebase_identities.filter(uid=person.uid).exists() else None


def _proven(person: FirebaseUser) -> User | None:
    users = User.objects.select_for_update(no_key=True)
    if person.email and person.is_email_verified:
        found = users.filter(email=person.email, email_verified_at__isnull=False).first()
        if found:
            return found
    return users.filter(phone=person.phone, phone_verified_at__isnull=False).first() if person.phone else None


def _made(person: FirebaseUser, now: datetime) -> User:
    # Beside a proven phone number, a claimed email address would only keep its owner from it.
    email = person.email if person.is_email_verified or not person.phone else None
    refuse(NoAddress, unless=email or person.phone)
    user = User(
        email=email, phone=person.phone, full_name=person.full_name, password=make_password(None), joined_at=now
    )
    user.save(force_insert=True)
    return _link(user, person, now)


def _note_proofs(user: User, person: FirebaseUser, now: datetime) -> None:
    if person.email and person.is_email_verified and user.email == person.email:
        user.email_verified_at = user.email_verified_at or now
    if person.phone and user.phone == person.phone:
        user.phone_verified_at = user.phone_verified_at or now
    user.save(update_fields=["email_verified_at", "phone_verified_at"])
