"""Every answer FCM is known to give, from the notice to what becomes of it, its device and the others in the queue."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from notifications.models import Attempt, ChannelHealth, Delivery, Device
from notifications.reach import devices
from tests.factories.accounts import UserFactory
from tests.notifications import post
from tests.outside.world import World

pytestmark = pytest.mark.django_db(transaction=True)

State = Delivery.State
ALL_OF_FCM = ["fcm.android", "fcm.ios", "fcm.web"]


@dataclass(frozen=True)
class Row:
    address: str
    state: State
    verdict: str
    code: str
    is_alive: bool = True  # the device, afterwards
    waits: tuple[float, float] | None = None  # seconds until the next call
    opens: list[str] = field(default_factory=list)  # what is left alone from this one answer on
    platform: str = "android"
    data: dict[str, str] = field(default_factory=dict)
    outage: dict[str, str] = field(default_factory=dict)


AGAIN = (10.0, 20.0)

TABLE = {
    "200": Row("phone-1", State.ACCEPTED, "accepted", ""),
    "404 UNREGISTERED": Row("unregistered:1", State.DEAD_ADDRESS, "dead", "UNREGISTERED", is_alive=False),
    "400 of the payload": Row("badpayload:1", State.FAILED, "rejected", "INVALID_ARGUMENT"),
    "400 of the address": Row("badtoken:1", State.DEAD_ADDRESS, "dead", "INVALID_TOKEN", is_alive=False),
    "403 SENDER_ID_MISMATCH": Row("mismatch:1", State.DEAD_ADDRESS, "dead", "SENDER_ID_MISMATCH", is_alive=False),
    "403 of the project": Row(
        "forbidden:1", State.RETRYING, "misconfigured", "PERMISSION_DENIED", waits=AGAIN, opens=ALL_OF_FCM
    ),
    "401 THIRD_PARTY_AUTH_ERROR": Row(
        "apnsauth:1", State.RETRYING, "misconfigured", "THIRD_PARTY_AUTH_ERROR",
        waits=AGAIN, opens=["fcm.ios"], platform="ios",
    ),
    "401 of our token": Row(
        "unauthenticated:1", State.RETRYING, "misconfigured", "UNAUTHENTICATED", waits=AGAIN, opens=ALL_OF_FCM
    ),
    "429 with seconds": Row("quota:7:1", State.RETRYING, "limited", "QUOTA_EXCEEDED", waits=(7, 8)),
    "429 with a date": Row("quotadate:7:1", State.RETRYING, "limited", "QUOTA_EXCEEDED", waits=(5, 8)),
    "429 without a word": Row("quotabare:1", State.RETRYING, "limited", "QUOTA_EXCEEDED", waits=(60, 66)),
    "500": Row("internal:1", State.RETRYING, "transient", "INTERNAL", waits=AGAIN),
    "503 with seconds": Row("unavailable:17:1", State.RETRYING, "transient", "UNAVAILABLE", waits=(17, 27)),
    "502 in HTML": Row("badgateway:1", State.RETRYING, "transient", "HTTP_502", waits=AGAIN),
    "504": Row("gatewaytimeout:1", State.RETRYING, "transient", "DEADLINE_EXCEEDED", waits=AGAIN),
    "a connection that is refused": Row(
        "phone-2", State.RETRYING, "unsent", "CONNECT", waits=AGAIN, outage={"outage": "refused"}
    ),
    "a connection that is dropped": Row("reset:1", State.RETRYING, "transient", "CONNECTION", waits=AGAIN),
    "no answer": Row("stall:1", State.RETRYING, "transient", "TIMEOUT", waits=AGAIN),
    "no OAuth token": Row("phone-3", State.RETRYING, "unsent", "OAUTH", waits=AGAIN, outage={"token": "failing"}),
    "what the SDK refuses": Row("phone-4", State.FAILED, "rejected", "LOCAL", data={"google.x": "1"}),
    "what is too big": Row("phone-5", State.FAILED, "rejected", "TOO_BIG", data={"long": "x" * 5000}),
}  # fmt: skip


def registered(user: User, address: str, platform: str = "android") -> Device:
    now, install_id = timezone.now() - timedelta(seconds=1), f"app of {user.pk}"
    return devices.register(user_id=user.pk, address=address, platform=platform, install_id=install_id, now=now)[0]


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_what_becomes_of_an_answer(row: Row, fcm: World) -> None:
    reader = UserFactory()
    device = registered(reader, row.address, row.platform)
    fcm.control("fcm", **row.outage)

    notice = post.told("sample_news", reader, data=row.data)
    post.deliver()

    [delivery] = post.ways_of(notice)
    [attempt] = Attempt.objects.filter(delivery=delivery)
    device.refresh_from_db()
    broken = ChannelHealth.objects.exclude(state="closed").order_by("name").values_list("name", flat=True)
    assert (delivery.state, delivery.code, attempt.verdict) == (row.state, row.code, row.verdict)
    assert device.is_enabled is row.is_alive
    assert list(broken) == row.opens
    if row.waits:
        least, most = row.waits
        assert least - 1 <= (delivery.due_at - timezone.now()).total_seconds() <= most


def test_a_token_that_dies_while_the_app_registers_a_new_one_costs_nothing(fcm: World) -> None:
    reader = UserFactory()
    device = registered(reader, "slow:800:unregistered:2")
    notice = post.told("sample_news", reader)

    with post.meanwhile(lambda: registered(reader, "phone-7"), once=lambda: fcm.counts()["received"]):
        post.deliver()

    device.refresh_from_db()
    assert device.is_enabled
    assert post.ways_of(notice)[0].state == State.ACCEPTED
    assert [push["address"] for push in fcm.journal("fcm")] == ["slow:800:unregistered:2", "phone-7"]


def test_a_429_holds_up_nobody_else(fcm: World) -> None:
    flooded, reader = UserFactory(), UserFactory()
    registered(flooded, "quota:7:2")
    registered(reader, "phone-6")
    started = timezone.now()
    notices = [post.told("sample_news", flooded), post.told("sample_news", reader)]
    post.deliver()

    assert [post.ways_of(notice)[0].state for notice in notices] == [State.RETRYING, State.ACCEPTED]
    assert timezone.now() - started < timedelta(seconds=3)
