"""Which phones and browsers are whose. One address is one person's; what became of each is written to DeviceChange."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.errors import SessionEnded
from accounts.models import Session, User
from core.errors import Busy, refuse
from core.sealing import fingerprint, seal
from core.unit import unit
from notifications.conf import limits
from notifications.errors import NoSuchDevice
from notifications.models import Device, DeviceChange

What = DeviceChange.What

TRIES = 5
SEEN_EVERY = timedelta(days=1)


def all_of(user: User) -> QuerySet[Device]:
    return Device.objects.filter(user=user).order_by("pk")


def one_of(user: User, device_id: UUID) -> Device:
    device = all_of(user).filter(pk=device_id).first()
    if device is None:
        raise NoSuchDevice
    return device


@unit
def register(
    *,
    user_id: UUID,
    address: str,
    now: datetime,
    session_id: UUID | None = None,
    install_id: str | None = None,
    **facts: Any,
) -> tuple[Device, bool]:
    """The device, and whether it is a new one. `facts` are what its app says of itself."""
    _refuse_who_left(user_id, session_id)
    values = {
        **facts,
        **({"install_id": install_id} if install_id else {}),
        "session_id": session_id,
        "address": seal(address),
        "fingerprint": fingerprint(address),
        "last_registered_at": now,
        "last_seen_at": now,
        "is_enabled": True,
        "dead_reason": "",
    }
    for _ in range(TRIES):
        try:
            with unit():
                return _bind(user_id, values)
        except IntegrityError:
            continue  # somebody registered the same address at this moment: now there is a row to find
    raise Busy


@unit
def unbind(user_id: UUID, address: str) -> bool:
    return bool(_remove(Device.objects.filter(user=user_id, fingerprint=fingerprint(address)), What.UNBOUND, "by_app"))


@unit
def remove(device: Device, reason: str = "by_user") -> None:
    _remove(Device.objects.filter(pk=device.pk), What.UNBOUND, reason)


@unit
def unbind_sessions(user_id: UUID, session_ids: Collection[UUID]) -> None:
    """Signed out. A browser has no session but a cookie, which ends with the last of them, as by a new password."""
    bound = Q(session_id__in=session_ids)
    if not Session.objects.live().filter(user=user_id).exists():
        bound |= Q(session_id=None)
    _remove(Device.objects.filter(bound, user=user_id), What.UNBOUND, "signed_out")


@unit
def forget(user_id: UUID) -> None:
    _remove(Device.objects.filter(user=user_id), What.UNBOUND, "account_deleted")


@unit
def bury(device_id: UUID, address_print: str, since: datetime, reason: str, at: datetime) -> bool:
    """The provider knows no such address. False: its app registered again after `since`, when the call began."""
    dead = Device.objects.enabled().filter(pk=device_id, fingerprint=address_print, last_registered_at__lt=since)
    if not dead.update(is_enabled=False, dead_reason=reason[:40]):
        return False
    _note(What.DIED, Device.objects.filter(pk=device_id), reason, at)
    return True


@unit
def remove_unseen(since: datetime, *, most: int) -> int:
    """Their apps are gone, or were not opened for so long that the push service has forgotten their addresses."""
    unseen = Device.objects.filter(last_seen_at__lt=since).order_by("pk").select_for_update(no_key=True)
    return _delete(list(unseen[:most]), What.AGED)


@unit
def note_seen(device_ids: Collection[UUID], now: datetime) -> None:
    """Its app has told us of a push. Written once a day: only the age in days counts."""
    known = Device.objects.filter(pk__in=device_ids, last_seen_at__lt=now - SEEN_EVERY)
    locked = known.order_by("pk").select_for_update(no_key=True)
    Device.objects.filter(pk__in=list(locked.values_list("pk", flat=True))).update(last_seen_at=now)


def _refuse_who_left(user_id: UUID, session_id: UUID | None) -> None:
    """Locked, so that whoever ends the session either comes first or finds the device."""
    user = User.objects.filter(pk=user_id, is_active=True).select_for_update(no_key=True)
    refuse(SessionEnded, unless=user.exists())
    if session_id:
        session = Session.objects.live().filter(pk=session_id, user=user_id).select_for_update(no_key=True)
        refuse(SessionEnded, unless=session.exists())


def _bind(user_id: UUID, values: dict[str, Any]) -> tuple[Device, bool]:
    known = _known(values["fingerprint"], values.get("install_id"))
    theirs = [device for device in known if device.user_id != user_id]
    # A new row for its new owner: what still waits for the old one must not find its way to this phone.
    _delete(theirs, What.MOVED)
    own = [device for device in known if device.user_id == user_id]
    if not own:
        device = Device.objects.create(user_id=user_id, **values)
        _note(What.REGISTERED, [device], at=values["last_registered_at"])
        _make_room(user_id, device)
        return device, True
    # Of two rows that turn out to be one app, the one with this address goes on.
    device, *others = sorted(own, key=lambda one: one.fingerprint != values["fingerprint"])
    _delete(others, What.UNBOUND, "same_app")
    _refresh(device, values)
    return device, False


def _known(address_print: str, install_id: str | None) -> list[Device]:
    same = Q(fingerprint=address_print)
    if install_id:
        same |= Q(install_id=install_id)
    return list(Device.objects.filter(same).order_by("pk").select_for_update(no_key=True))


def _refresh(device: Device, values: dict[str, Any]) -> None:
    is_new_address = device.fingerprint != values["fingerprint"]
    was_dead = not device.is_enabled
    for name, value in values.items():
        setattr(device, name, value)
    device.save(update_fields=list(values))
    if is_new_address or was_dead:
        _note(What.REFRESHED if is_new_address else What.REGISTERED, [device], at=device.last_registered_at)


def _make_room(user_id: UUID, newest: Device) -> None:
    """Beyond as many devices as a user may have, the dead ones go first, and then those unseen for longest."""
    others = Device.objects.filter(user=user_id).exclude(pk=newest.pk).order_by("-is_enabled", "-last_seen_at", "-pk")
    _delete(list(others.select_for_update(no_key=True)[limits.devices_per_user - 1 :]), What.UNBOUND, "too_many")


def _remove(devices: QuerySet[Device], what: What, reason: str) -> int:
    return _delete(list(devices.order_by("pk").select_for_update(no_key=True)), what, reason)


def _delete(devices: Collection[Device], what: What, reason: str = "") -> int:
    if devices:
        _note(what, devices, reason)
        Device.objects.filter(pk__in=[device.pk for device in devices]).delete()
    return len(devices)


def _note(what: What, devices: Iterable[Device], reason: str = "", at: datetime | None = None) -> None:
    at = at or timezone.now()
    DeviceChange.objects.bulk_create(
        DeviceChange(user_id=device.user_id, device_id=device.pk, what=what, reason=reason[:40], at=at)
        for device in devices
    )
