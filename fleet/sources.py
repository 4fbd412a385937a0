"""Who says that something happened: a person by her account, or a device by its key."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.models import ApiKey, User
from core.ids import uuid_or_none

PERSON = "user-"


@dataclass(frozen=True, slots=True)
class Source:
    """`name` tells the events of one source from those of another; `person` reported it herself."""

    name: str
    person: User | None = None


def of_person(user: User) -> Source:
    return Source(f"{PERSON}{user.pk.hex}", user)


def of_device(key_id: str) -> Source:
    return Source(key_id)


def names_of(sources: Iterable[str]) -> Mapping[str, str]:
    """What people call them."""
    wanted = set(sources)
    people = {name: uuid_or_none(name.removeprefix(PERSON)) for name in wanted if name.startswith(PERSON)}
    users = {user.pk: user.full_name for user in User.objects.filter(pk__in=people.values()).only("full_name")}
    devices = dict(ApiKey.objects.filter(pk__in=wanted - people.keys()).values_list("pk", "name"))
    return {**{name: users[key] for name, key in people.items() if key in users}, **devices}
