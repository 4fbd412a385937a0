from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum

from notifications import trees
from notifications.catalogue import NoticeKind, Throttle
from payments.payables import Payable
from realtime.batches import Batched
from realtime.boards import BoardKind
from realtime.kinds import Kind, Reader
from tests.sample import desk, doorways, services, tallies, tickets
from tests.sample.models import Counter, Share


def render(keys: Collection[str]) -> dict[str, dict[str, Any]]:
    found = Counter.objects.filter(pk__in=keys, is_deleted=False)
    return {str(c.pk): {"id": c.pk, "total": c.total, "text": c.text} for c in found}


def own(readers: Collection[Reader]) -> dict[Reader, dict[str, Any]]:
    wanted = set(readers)
    keys = {key for key, _ in wanted}
    shares = Share.objects.filter(counter__in=keys, is_member=True, user_id__in={user for _, user in wanted})
    by_reader = {(str(share.counter_id), share.user_id): {"mine": share.mine} for share in shares}
    return {reader: data for reader, data in by_reader.items() if reader in wanted}


def keys_of(user_id: UUID) -> Iterable[str]:
    shares = Share.objects.filter(user_id=user_id, is_member=True)
    return [str(pk) for pk in shares.values_list("counter_id", flat=True)]


def totals(argument: str) -> dict[str, Any]:
    if Counter.objects.filter(text="uncomputable").exists():
        raise ArithmeticError("This total cannot be had.")
    return {str(c.pk): c.total for c in Counter.objects.filter(is_deleted=False)}


def one_total(argument: str) -> dict[str, Any]:
    return {"total": Counter.objects.filter(pk=argument).aggregate(total=Sum("total"))["total"]}


def everyone(argument: str, users: Collection[UUID]) -> set[UUID]:
    return set(users)


def members(argument: str, users: Collection[UUID]) -> set[UUID]:
    is_known = Q(counter=argument) if argument.isdigit() else Q(pk__in=[])
    return set(Share.objects.filter(is_known, user_id__in=users, is_member=True).values_list("user_id", flat=True))


KINDS = {"sample.counter": Kind(render=render, own=own, keys_of=keys_of)}

BOARDS = {
    "sample.totals": BoardKind(render=totals, readers=everyone),
    "sample.counter": BoardKind(render=one_total, readers=members),
}

PAYABLES = {
    tickets.KIND: Payable(
        lock=tickets.lock,
        paid=tickets.paid,
        lapsed=tickets.lapsed,
        refunded=tickets.refunded,
        entered=tickets.entered,
    )
}

COMMANDS = {
    "sample.add": lambda user, data: {"total": services.add(data["counter"], user.pk, data.get("amount", 1))},
    "sample.wave": lambda user, data: services.wave(user.pk, [UUID(data["to"])]) or {},
    "sample.tally": Batched(tallies.tally, about="counter"),
}

SCOPES = {"sample.ring": "Ring"}

SIGNALS = {"sample.knock": services.knock}

ACKED = [doorways.note_acks]
CAME_OR_WENT = [doorways.note_who]

NOTICES = {
    "sample_news": NoticeKind("News"),
    "sample_alarm": NoticeKind("Alarms", throttle=None, ignores_quiet_hours=True),
    "sample_bill": NoticeKind("Bills", is_mandatory=True),
    "sample_chat": NoticeKind("Conversations", tree=trees.CHAT, is_listed=False),
    "sample_patient": NoticeKind("What can wait", ack_seconds=3600),
    "sample_flood": NoticeKind("Floods", throttle=Throttle(most=3, per=timedelta(hours=1))),
    "sample_siren": NoticeKind("Sirens", tree=trees.until_seen(trees.URGENT, every=timedelta(minutes=5), times=2)),
}

DASHBOARDS = {"sample": desk.DASHBOARD}
SUMMARIES = {"sample": desk.SUMMARY}
