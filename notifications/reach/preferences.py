"""What people want to hear, on which channel, and when not. Who said nothing wants all that is not off by default."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import translation

from accounts.models import User
from core.errors import refuse
from core.unit import unit
from notifications import catalogue, trees
from notifications.errors import KindIsMandatory
from notifications.models import Preference, QuietHours

ALL_KINDS = ""

Switches = Mapping[str, bool]  # by channel


class Preferences:
    """The preferences of some users, read at once."""

    def __init__(self, said: dict[tuple[UUID, str, str], bool]) -> None:
        self._said = said

    @classmethod
    def of(cls, users: Collection[UUID]) -> "Preferences":
        rows = Preference.objects.filter(user__in=users)
        return cls({(row.user_id, row.kind, row.channel): row.is_enabled for row in rows})

    def wants(self, user_id: UUID, kind: str, channel: str) -> bool:
        """A channel that is off altogether is off for every kind; of some kinds nobody has a choice."""
        if catalogue.kind(kind).is_mandatory:
            return True
        of_all = self._said.get((user_id, ALL_KINDS, channel))
        of_kind = self._said.get((user_id, kind, channel), of_all)
        if of_kind is None:
            return channel not in trees.ON_REQUEST
        return of_kind and of_all is not False

    def wants_channel(self, user_id: UUID, channel: str) -> bool:
        return self._said.get((user_id, ALL_KINDS, channel), channel not in trees.ON_REQUEST)


def overview(user: User) -> dict[str, Any]:
    """Every kind there is and whether she hears of it on each channel, all she said taken together."""
    preferences = Preferences.of([user.pk])
    with translation.override(user.locale):
        kinds = [
            {
                "kind": name,
                "title": translation.gettext(kind.title),
                "is_mandatory": kind.is_mandatory,
                "channels": {channel: preferences.wants(user.pk, name, channel) for channel in trees.CHANNELS},
            }
            for name, kind in catalogue.all_kinds().items()
        ]
    channels = {channel: preferences.wants_channel(user.pk, channel) for channel in trees.CHANNELS}
    return {"channels": channels, "kinds": kinds}


@unit
def choose(user_id: UUID, *, channels: Switches, kinds: Mapping[str, Switches]) -> None:
    """What is not mentioned stays as it was."""
    muted = [name for name, of_kind in kinds.items() if not all(of_kind.values())]
    refuse(KindIsMandatory, unless=not any(catalogue.kind(name).is_mandatory for name in muted))
    rows = [
        Preference(user_id=user_id, kind=kind, channel=channel, is_enabled=is_enabled)
        for kind, switches in sorted({ALL_KINDS: channels, **kinds}.items())
        for channel, is_enabled in sorted(switches.items())
    ]
    Preference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "kind", "channel"], update_fields=["is_enabled"]
    )


@unit
def choose_anew(user_id: UUID, *, channels: Switches, kinds: Mapping[str, Switches]) -> None:
    """What is not mentioned is as if she had never said anything of it."""
    Preference.objects.filter(user=user_id).delete()
    choose(user_id, channels=channels, kinds=kinds)


def quiet_hours_of(user: User) -> QuietHours:
    return QuietHours.objects.filter(user=user).first() or QuietHours(user=user, zone=user.zone)


@unit
def set_quiet_hours(user_id: UUID, *, zone: str, windows: Sequence[Mapping[str, Any]]) -> None:
    """Of none, nothing is kept."""
    if not windows:
        QuietHours.objects.filter(user=user_id).delete()
        return
    QuietHours.objects.bulk_create(
        [QuietHours(user_id=user_id, zone=zone, windows=list(windows))],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["zone", "windows"],
    )


@unit
def forget(user_id: UUID) -> None:
    Preference.objects.filter(user=user_id).delete()
    QuietHours.objects.filter(user=user_id).delete()
