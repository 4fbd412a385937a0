"""What a deployment is asked to do for the measurements of notifications; runs in a hand (tests/hand.py)."""

import queue
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from uuid import UUID, uuid4

from django.db import transaction
from uuid_utils.compat import uuid7

from accounts.models import User
from bench.cost import Cost, cost_of
from core.sealing import fingerprint, seal
from core.unit import unit
from notifications import trees
from notifications.channels.parcel import Parcel, Verdict
from notifications.conf import limits
from notifications.messages import Importance, Message, notify
from notifications.models import Delivery, Device, Notice
from notifications.outbox import claiming, planning, sending
from notifications.outbox.courier import Job, Sent, courier

KIND = "bench_news"
TITLE, BODY = "{place} needs you", "From nine to five in {place}."
LANE = trees.lane_of(trees.FCM, Device.Platform.ANDROID)

_numbers = count(1)


def sign_up(people: int, phones: int) -> list[UUID]:
    """New people, who have so many phones among them."""
    known = User.objects.count()
    users = [User(email=f"reader{known + n}@bench.test") for n in range(people)]
    User.objects.bulk_create(users)
    Device.objects.bulk_create([_phone(users[n % people]) for n in range(phones)])
    return [user.pk for user in users]


def _phone(user: User) -> Device:
    token, at = f"token-{uuid4().hex}", datetime.now(UTC)
    return Device(
        user=user, address=seal(token), fingerprint=fingerprint(token), last_registered_at=at, last_seen_at=at
    )


@unit
def tell(users: Sequence[UUID]) -> None:
    notify(_message(users))


def tell_and_note_commit(users: Sequence[UUID]) -> float:
    """When the commit had returned, before the doorbell rang."""
    committed: list[float] = []
    with unit():
        transaction.on_commit(lambda: committed.append(time.time()))
        notify(_message(users))
    return committed[0]


def time_audience(users: Sequence[UUID]) -> tuple[float, float]:
    """Seconds until the unit that told them had returned, and until what each of them gets was planned."""
    start = time.perf_counter()
    tell(users)
    told = time.perf_counter() - start
    plan_all()
    return told, time.perf_counter() - start


def tell_and_plan(users: Sequence[UUID]) -> None:
    tell(users)
    plan_all()


def plan_all() -> None:
    while planning.plan(datetime.now(UTC)):
        pass


def drain() -> Cost:
    return cost_of(lambda: sending.drain(LANE))


def push(seconds: float) -> Cost:
    """Parcels straight to the courier for so long: a slot that falls free takes the next at once."""
    came: queue.SimpleQueue[Sent] = queue.SimpleQueue()

    def run() -> int:
        end = time.perf_counter() + seconds
        _send(came, limits.slots)
        under_way = done = limits.slots
        while under_way:
            free = _took(came)
            under_way -= free
            if time.perf_counter() < end:
                _send(came, free)
                under_way, done = under_way + free, done + free
        return done

    return cost_of(run)


def _send(came: "queue.SimpleQueue[Sent]", pushes: int) -> None:
    courier.send(trees.FCM, [Job(n, 1, _parcel()) for n in range(pushes)], came.put)


def _took(came: "queue.SimpleQueue[Sent]") -> int:
    """How many came back, at least one."""
    outcomes = [came.get().outcome]
    outcomes += [came.get_nowait().outcome for _ in range(came.qsize())]
    if failed := [one for one in outcomes if one is None or one.verdict != Verdict.ACCEPTED]:
        raise RuntimeError(f"{len(failed)} pushes were not accepted, such as {failed[0]}.")
    return len(outcomes)


def _parcel() -> Parcel:
    return Parcel(
        nid=uuid7(),
        user_id=uuid7(),
        kind=KIND,
        title=TITLE.format(place="Ward 7"),
        body=BODY.format(place="Ward 7"),
        data={"shift_id": str(next(_numbers))},
        is_urgent=True,
        is_clear=False,
        badge=3,
        expires_at=None,
        address=f"token-{uuid4().hex}",
        address_kind=Device.AddressKind.TOKEN,
        platform=Device.Platform.ANDROID,
    )


def _message(users: Sequence[UUID]) -> Message:
    number = next(_numbers)
    return Message(
        KIND,
        ("bench.note", number),
        TITLE,
        BODY,
        users,
        params={"place": f"Ward {number}"},
        data={"shift_id": str(number)},
        importance=Importance.NORMAL,
    )


def queue_up(deliveries: int) -> None:
    """Deliveries that are due, without what belongs to them; those of before have ended."""
    now = datetime.now(UTC)
    Delivery.objects.active().update(state=Delivery.State.ACCEPTED, ended_at=now)
    [reader] = sign_up(1, 0)
    notices = [
        Notice(
            recipient_id=reader, kind=KIND, subject_kind="bench.note", subject_key="1", dedupe_key=uuid4().hex,
            title=TITLE, body=BODY, created_at=now, planned_at=now,
        )
        for _ in range(deliveries)
    ]  # fmt: skip
    Notice.objects.bulk_create(notices, batch_size=2000)
    Delivery.objects.bulk_create(
        [
            Delivery(notice=notice, kind=notice.kind, channel=trees.FCM, lane=LANE, due_at=now, planned_at=now)
            for notice in notices
        ],
        batch_size=2000,
    )


def claim_all(at_once: int) -> Cost:
    def run() -> int:
        claimed = 0
        while lot := claiming.claim(LANE, at_once, datetime.now(UTC)):
            claimed += len(lot)
        return claimed

    return cost_of(run)
