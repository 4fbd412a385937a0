"""The dashboard of notifications shows what the rows say; what each figure means is in test_insight.py."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.utils import timezone

from notifications.models import ChannelHealth, Delivery, Device, DeviceChange
from notifications.operators.dashboard import figures
from tests.dashboards import card, exported, operator, queries, said, words
from tests.factories.accounts import UserFactory
from tests.factories.notifications import DeliveryFactory, DeviceFactory, NoticeFactory

pytestmark = pytest.mark.django_db

PAGE = "/admin/dashboards/notifications/"
TOKEN = "a-token-that-nobody-may-see"
State = Delivery.State
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def nothing_is_kept() -> None:
    cache.clear()


def delivery(
    state: str = State.ACCEPTED, *, kind: str = "sample_news", ago: timedelta = MINUTE, **facts: Any
) -> Delivery:
    """Planned as soon as its notice was told, and over a second later."""
    at = timezone.now() - ago
    notice = NoticeFactory(kind=kind, created_at=at, planned_at=at)
    ended_at = None if state in Delivery.ACTIVE else at + timedelta(seconds=1)
    return DeliveryFactory(notice=notice, planned_at=at, state=state, ended_at=ended_at, **facts)


def breaker(name: str = "sms", state: str = "open") -> ChannelHealth:
    now = timezone.now()
    return ChannelHealth.objects.create(name=name, state=state, opened_at=now, retry_at=now, code="AUTH")


def shown(**chosen: Any) -> dict[str, Any]:
    return figures({"period": 24, "channel": "", "kind": "", **chosen}, timezone.now())


def test_it_says_how_deliveries_go_and_shows_no_address(office):
    device = DeviceFactory(token=TOKEN)
    delivery(device=device)
    delivery(State.FAILED, code="INTERNAL", device=device)
    breaker()

    answer = office.get(PAGE)
    text = words(answer)

    for part in [
        "Delivery rate 50.0 % 1 handed over, 1 lost",
        "fcm · failed · INTERNAL",
        "sample_news fcm 1 1",
        "Breakers open 1",
    ]:
        assert part in text
    found = Device.objects.get()
    assert [secret for secret in (TOKEN, found.address, found.fingerprint) if secret in answer.text] == []


@pytest.mark.parametrize("period", ["1", "24", "168", "672", "nonsense"])
def test_a_quiet_time_says_so(office, period):
    assert "Nothing was planned in this time." in words(office.get(PAGE, {"period": period}))


def test_charts_and_funnel_are_what_a_naive_count_finds():
    for state in (State.ACCEPTED, State.OPENED, State.FAILED, State.PENDING, State.SKIPPED):
        delivery(state)
        delivery(state, channel="email", ago=3 * HOUR)
    Delivery.objects.filter(state=State.OPENED, channel="fcm").update(
        received_at=timezone.now(), opened_at=timezone.now()
    )

    context = shown()

    assert [sum(one.values) for one in context["planned"].series] == [4, 2, 2]
    assert [(one.label, [value for value in one.values if value is not None]) for one in context["rates"].series] == [
        ("Email", [66.67]),
        ("Push (FCM)", [66.67]),
    ]
    assert [value for value in context["waits"].series[0].values if value is not None] == [1, 1]
    assert [(bar.words[0], bar.count) for bar in context["funnel"]] == [
        ("Told", 10),
        ("Planned", 10),
        ("To go", 8),
        ("Handed over", 4),
        ("Received", 1),
        ("Opened", 1),
    ]


@pytest.mark.parametrize(
    ("chosen", "count"),
    [({"channel": "email"}, 2), ({"kind": "sample_alarm"}, 2), ({"channel": "email", "kind": "sample_alarm"}, 1)],
)
def test_filters_leave_out_the_others(chosen, count):
    for channel in ("fcm", "email"):
        for kind in ("sample_news", "sample_alarm"):
            delivery(channel=channel, kind=kind)

    context = shown(**chosen)

    assert card(context["cards"], "Delivery rate").hint == f"{count} handed over, 0 lost"
    assert sum(context["planned"].series[0].values) == sum(row["tally"].count for row in context["kinds"]) == count


def test_a_window_leaves_out_what_was_before():
    delivery(ago=2 * HOUR)

    assert card(shown(period=1)["cards"], "Delivery rate").value == "–"
    assert card(shown(period=24)["cards"], "Delivery rate").value == "100.0 %"


def test_what_is_long_is_kept_for_a_while_and_an_hour_is_not():
    for period, count in [(1, 2), (24, 1)]:
        Delivery.objects.all().delete()
        delivery()
        before = shown(period=period)
        delivery()

        assert [before["shown"].total.count, shown(period=period)["shown"].total.count] == [1, count]


def test_what_waits_too_long_is_an_alarm():
    delivery(State.PENDING, lane="fcm.ios", due_at=timezone.now() - 2 * MINUTE)
    NoticeFactory(created_at=timezone.now() - 3 * MINUTE)
    cards = shown()["cards"]

    assert (card(cards, "Due now").value, card(cards, "Due now").is_alarm) == ("1", True)
    assert (card(cards, "Not planned yet").value, card(cards, "Not planned yet").is_alarm) == ("1", True)


def test_reasons_lead_to_the_deliveries_they_are_of(office):
    wanted = delivery(State.FAILED, code="INTERNAL")
    delivery(State.FAILED, code="UNAVAILABLE")
    muted = delivery(State.SKIPPED, reason="muted")
    context = shown()
    internal = next(bar for bar in context["failures"] if "INTERNAL" in bar.words)

    for link, found in [(internal.link, wanted), (context["skips"][0].link, muted)]:
        assert list(office.get(link).context["cl"].result_list) == [found]


def test_a_breaker_is_closed_by_a_button(client):
    client.force_login(operator("notifications.view_delivery", "notifications.change_channelhealth"))
    breaker()

    answer = client.post(PAGE, {"press": "close", "on": "sms"}, follow=True)

    assert ChannelHealth.objects.get().state == "closed"
    assert said(answer)[0].startswith("Breaker closed: sms")
    assert LogEntry.objects.get().get_change_message() == "Breaker closed"


def test_a_breaker_that_is_gone_is_said(office):
    assert said(office.post(PAGE, {"press": "close", "on": "nonsense"}, follow=True)) == [
        "There is no such thing here."
    ]


def test_who_may_only_look_sees_no_button_and_presses_none(client):
    client.force_login(operator("notifications.view_delivery"))
    breaker()

    assert [word for word in ('name="press"', "Send a test") if word in client.get(PAGE).text] == []
    assert client.post(PAGE, {"press": "close", "on": "sms"}).status_code == 403
    assert ChannelHealth.objects.get().is_open


def test_without_the_right_there_is_nothing_to_see(client):
    client.force_login(UserFactory(is_staff=True))

    assert client.get(PAGE).status_code == client.get(PAGE, {"export": "kinds"}).status_code == 403


def test_tables_are_exported(office):
    delivery()
    delivery(State.SKIPPED, reason="muted", channel="email")

    kinds, reasons = exported(office, PAGE, "kinds"), exported(office, PAGE, "reasons", channel="email")
    parts = exported(office, PAGE, "time", channel="fcm", period="24")

    assert [row[:6] for row in kinds[1:]] == [
        ["sample_news", "email", "0", "0", "0", "1"],
        ["sample_news", "fcm", "1", "0", "0", "0"],
    ]
    assert reasons == [["Channel", "State", "Why", "Deliveries"], ["email", "skipped", "muted", "1"]]
    assert (len(parts), {row[1] for row in parts[1:]}, sum(int(row[2]) for row in parts[1:])) == (1 + 24, {"fcm"}, 1)


def test_it_costs_the_same_for_much_as_for_little(office):
    delivery(State.FAILED, code="A")
    breaker("email")
    few = queries(office, PAGE)
    for number in range(5):
        user_id = delivery(State.FAILED, code=f"CODE_{number}", kind=f"kind {number}").notice.recipient_id
        delivery(State.SKIPPED, reason="muted", channel="email")
        breaker(f"kind {number}")
        DeviceFactory()
        DeviceChange.objects.create(user_id=user_id, device_id=user_id, what="died", at=timezone.now())

    assert queries(office, PAGE) == few
