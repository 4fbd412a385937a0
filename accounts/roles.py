"""Roles of operators: groups with the permissions that the installed apps declare under ROLES in `wiring.py`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured

from core.unit import unit
from core.wiring import gathered

Roles = Mapping[str, Collection[str]]

NAMES = ["dispatcher", "support", "moderator", "fleet officer", "read-only"]


@dataclass(frozen=True, slots=True)
class Drift:
    """What a group lacks of its role, and what it has beyond it."""

    role: str
    is_new: bool
    missing: Collection[str]
    surplus: Collection[str]


def drifts(declared: Roles) -> list[Drift]:
    there = {group.name: _held(group) for group in _groups()}
    found = [
        Drift(role, role not in there, sorted(wanted - there.get(role, set())), sorted(there.get(role, set()) - wanted))
        for role, wanted in _wanted(declared).items()
        if wanted or role in there
    ]
    return [one for one in found if one.is_new or one.missing or one.surplus]


@unit
def set_right(declared: Roles) -> list[Drift]:
    """Makes each group what its role is. Members stay, and so do groups that are no roles."""
    found = drifts(declared)
    keys = {_name(permission): permission for permission in _permissions()}
    wanted = _wanted(declared)
    for drift in found:
        group, _ = Group.objects.get_or_create(name=drift.role)
        group.permissions.set([keys[name] for name in wanted[drift.role]])
    return found


def preflight() -> Iterable[tuple[bool, str]]:
    found = drifts(gathered("ROLES"))
    for drift in found:
        lacks = "is missing" if drift.is_new else f"lacks {len(drift.missing)} and has {len(drift.surplus)} too many"
        yield False, f"{drift.role} {lacks}: run `manage.py roles`"
    if not found:
        yield True, "all are as declared"


def _wanted(declared: Roles) -> dict[str, set[str]]:
    unknown = [*(declared.keys() - NAMES), *(set().union(*declared.values()) - {_name(one) for one in _permissions()})]
    if unknown:
        raise ImproperlyConfigured(f"No such role, or no such permission: {', '.join(sorted(unknown))}.")
    return {role: set(declared.get(role, ())) for role in NAMES}


def _groups() -> Iterable[Group]:
    return Group.objects.filter(name__in=NAMES).prefetch_related("permissions__content_type")


def _permissions() -> Iterable[Permission]:
    return Permission.objects.select_related("content_type")


def _held(group: Group) -> set[str]:
    return {_name(permission) for permission in group.permissions.all()}


def _name(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"
