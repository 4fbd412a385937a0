from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import F

from core.errors import DomainError, Invalid, refuse
from core.unit import unit
from realtime import boards, hints
from realtime.publishing import Fact, blank, hide, publish
from tests.sample.models import Counter, Share


class NotAMember(DomainError):
    code = "not_a_member"
    message = "You do not share this counter."
    status = 404


class AlreadyAMember(DomainError):
    code = "already_a_member"


@unit
def share(users: Collection[UUID], text: str = "") -> int:
    counter = Counter.objects.create(text=text)
    Share.objects.bulk_create([Share(counter=counter, user_id=user_id) for user_id in users])
    publish(Fact("sample.counter_shared", about=("sample.counter", counter.pk), to=users))
    boards.touch("sample.totals")
    return counter.pk


@unit
def add(counter_id: int, user_id: UUID, amount: int = 1) -> int:
    """Its update of the counter comes first, and is the lock: whoever joins waits for it, or is among the members."""
    Counter.objects.filter(pk=counter_id).update(total=F("total") + amount)
    shares = Share.objects.filter(counter=counter_id, user_id=user_id, is_member=True)
    refuse(NotAMember, unless=shares.update(mine=F("mine") + amount))
    publish(Fact("sample.counter_grew", about=("sample.counter", counter_id), to=members(counter_id)))
    boards.touch("sample.totals", f"sample.counter:{counter_id}")
    return Counter.objects.get(pk=counter_id).total


@unit
def leave(counter_id: int, user_id: UUID) -> None:
    _lock(counter_id)
    Share.objects.filter(counter=counter_id, user_id=user_id).update(is_member=False)
    hide("sample.counter", counter_id, [user_id])
    publish(Fact("sample.counter_left", about=("sample.counter", counter_id), to=[user_id]))
    publish(Fact("sample.member_left", about=("sample.counter", counter_id), to=members(counter_id)))


@unit
def delete(counter_id: int) -> None:
    Counter.objects.filter(pk=counter_id).update(is_deleted=True)
    blank("sample.counter", counter_id)
    publish(Fact("sample.counter_deleted", about=("sample.counter", counter_id), to=members(counter_id)))


def wave(sender: UUID, users: Collection[UUID]) -> None:
    hints.signal("sample.waved", {"from": sender}, users)


def knock(user_id: UUID, data: dict[str, Any]) -> None:
    """A signal of a client's own: to whoever shares a counter with her."""
    counter_id = data.get("counter")
    if not isinstance(counter_id, int):
        raise Invalid(counter=["Which?"])
    readers = members(counter_id)
    refuse(NotAMember, unless=user_id in readers)
    hints.signal("sample.knocked", {"by": user_id}, [reader for reader in readers if reader != user_id])


def members(counter_id: int) -> list[UUID]:
    return list(Share.objects.filter(counter=counter_id, is_member=True).values_list("user_id", flat=True))


@unit
def share_and_add(user_id: UUID, amount: int) -> None:
    add(share([user_id]), user_id, amount)


def add_often(counter_id: int, user_id: UUID, times: int) -> None:
    for _ in range(times):
        add(counter_id, user_id)


@unit
def join(counter_id: int, user_id: UUID) -> None:
    _lock(counter_id)
    share, _ = Share.objects.get_or_create(counter_id=counter_id, user_id=user_id, defaults={"is_member": False})
    refuse(AlreadyAMember, unless=Share.objects.filter(pk=share.pk, is_member=False).update(is_member=True))
    publish(Fact("sample.member_joined", about=("sample.counter", counter_id), to=members(counter_id)))


@unit
def rename(counter_id: int, text: str) -> None:
    Counter.objects.filter(pk=counter_id).update(text=text)
    boards.touch("sample.totals")


def share_two(one: UUID, two: UUID) -> int:
    return share([one, two])


@unit
def rename_one(counter_id: int, text: str) -> None:
    Counter.objects.filter(pk=counter_id).update(text=text)
    publish(Fact("sample.counter_renamed", about=("sample.counter", counter_id), to=members(counter_id)))


def _lock(counter_id: int) -> None:
    """Who hears of a counter is read under its lock: a reader who joins meanwhile would miss what is being told."""
    Counter.objects.select_for_update(no_key=True).filter(pk=counter_id).first()
