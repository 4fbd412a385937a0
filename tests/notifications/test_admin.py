import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from notifications.models import (
    Broadcast,
    ChannelHealth,
    Delivery,
    Device,
    DeviceChange,
    Digest,
    Notice,
    Preference,
    QuietHours,
)
from tests.factories.accounts import UserFactory
from tests.factories.notifications import AttemptFactory, DeliveryFactory, DeviceFactory, NoticeFactory

pytestmark = pytest.mark.django_db

State = Delivery.State
TOKEN = "a-token-that-nobody-may-see"
PAGES = [
    "notice", "delivery", "device", "devicechange", "channelhealth", "broadcast", "preference", "quiethours", "digest",
]  # fmt: skip


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def onlooker(client: Client) -> Client:
    """May look at everything, and press nothing."""
    user = UserFactory(is_staff=True)
    views = Permission.objects.filter(content_type__app_label="notifications", codename__startswith="view_")
    user.user_permissions.set(views)
    client.force_login(user)
    return client


def url(name: str, *arguments: Any) -> str:
    return reverse(f"admin:notifications_{name}", args=arguments)


def act(operator: Client, model: str, action: str, *things: Any) -> str:
    body = {"action": action, "_selected_action": [str(thing.pk) for thing in things]}
    return operator.post(url(f"{model}_changelist"), body, follow=True).text


def pushed(state: str = State.ACCEPTED, **facts: Any) -> Delivery:
    device = DeviceFactory(token=TOKEN) if not Device.objects.exists() else Device.objects.get()
    notice = NoticeFactory(recipient=device.user, planned_at=timezone.now())
    ended_at = None if state in Delivery.ACTIVE else timezone.now()
    return DeliveryFactory(notice=notice, device=device, state=state, ended_at=ended_at, **facts)


@pytest.fixture
def world_of_rows() -> Delivery:
    now = timezone.now()
    delivery = pushed(State.FAILED, code="INTERNAL")
    AttemptFactory(delivery=delivery, verdict="transient", code="INTERNAL", http=500)
    user = delivery.notice.recipient
    DeviceChange.objects.create(user_id=user.pk, device_id=delivery.device_id, what="registered", at=now)
    ChannelHealth.objects.create(name="sms", state="open", opened_at=now, retry_at=now)
    Broadcast.objects.create(channel="fcm", target="news", title="Hello", body="All.", created_at=now)
    Preference.objects.create(user=user, kind="sample_news", channel="email", is_enabled=False)
    QuietHours.objects.create(user=user, zone="UTC", windows=[])
    Digest.objects.create(recipient=user, kind="sample_news", opened_at=now, due_at=now)
    return delivery


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("query", [{}, {"q": "a"}])
def test_the_lists_open_and_show_no_address(operator, world_of_rows, page, query):
    answer = operator.get(url(f"{page}_changelist"), query)

    assert answer.status_code == 200
    assert shows_no_address(answer.text)


@pytest.mark.parametrize("model", [Notice, Delivery, Device, DeviceChange, ChannelHealth, Broadcast, Preference])
def test_the_pages_open_and_show_no_address(operator, world_of_rows, model):
    answer = operator.get(url(f"{model._meta.model_name}_change", model.objects.get().pk))

    assert answer.status_code == 200
    assert shows_no_address(answer.text)


def shows_no_address(html: str) -> bool:
    device = Device.objects.get()
    return not any(secret in html for secret in (TOKEN, device.address, device.fingerprint))


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_added_changed_or_deleted_by_hand(operator, world_of_rows, page):
    if page != "broadcast":
        assert operator.get(url(f"{page}_add")).status_code == 403
    assert operator.post(url(f"{page}_delete", world_of_rows.pk)).status_code in {302, 403}
    assert Delivery.objects.exists()


@pytest.mark.parametrize("page", ["notice", "delivery", "device"])
def test_a_list_costs_as_many_queries_for_many_rows_as_for_one(operator, page):
    DeliveryFactory(device=DeviceFactory())
    with CaptureQueriesContext(connection) as one:
        operator.get(url(f"{page}_changelist"))
    for _ in range(8):
        DeliveryFactory(device=DeviceFactory())
    with CaptureQueriesContext(connection) as many:
        operator.get(url(f"{page}_changelist"))

    assert len(many) == len(one)


def test_pages_carry_no_inline_scripts_styles_or_handlers(operator, world_of_rows):
    for page in ["/admin/dashboards/notifications/", url("notice_change", world_of_rows.notice_id)]:
        html = operator.get(page).text
        ours = html[html.index('class="ops"') : html.index('id="command-results"')]  # what follows is the theme's
        assert re.findall(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", ours) == []


class TestNotices:
    def test_the_list_says_how_it_went(self, operator):
        notice = pushed().notice
        for step, reason in [(0, "muted"), (1, "muted")]:
            DeliveryFactory(notice=notice, channel="email", step=step, state=State.SKIPPED, reason=reason)
        NoticeFactory()
        NoticeFactory(planned_at=timezone.now())
        NoticeFactory(withdrawn_at=timezone.now())

        html = operator.get(url("notice_changelist")).text

        found = [text.strip() for text in re.findall(r'class="field-how_it_went[^>]*>([^<]*)', html)]
        assert found == [
            "withdrawn",
            "in the inbox only",
            "not planned yet",
            "fcm accepted, email skipped (muted) ×2",
        ]

    def test_its_page_tells_its_life_and_looks_again_until_it_is_over(self, operator):
        delivery = pushed(State.SENDING)
        AttemptFactory(delivery=delivery)

        page = operator.get(url("notice_change", delivery.notice_id)).text
        assert ("FCM took it" in page, 'http-equiv="refresh"' in page) == (True, True)

        Delivery.objects.update(state=State.ACCEPTED)
        assert 'http-equiv="refresh"' not in operator.get(url("notice_change", delivery.notice_id)).text

    def test_a_notice_is_found_by_the_address_of_its_recipient(self, operator):
        wanted, other = NoticeFactory(recipient__full_name="Grace"), NoticeFactory()

        html = operator.get(url("notice_changelist"), {"q": wanted.recipient.email}).text

        assert (str(wanted.pk) in html, str(other.pk) in html) == (True, False)

    def test_one_that_does_not_exist_is_not_shown(self, operator):
        for key in ["01a1f7e8-2170-7761-823c-dbaa46e703cd", "nonsense"]:
            assert operator.get(url("notice_change", key)).status_code == 302


class TestButtons:
    def test_a_failed_delivery_is_tried_again_from_the_page_of_its_notice(self, operator):
        delivery = pushed(State.FAILED)
        assert url("retry", delivery.pk) in operator.get(url("notice_change", delivery.notice_id)).text

        answer = operator.post(url("retry", delivery.pk), follow=True)

        assert answer.redirect_chain == [(url("notice_change", delivery.notice_id), 302)]
        assert "Will be tried again (1)." in answer.text
        assert Delivery.objects.get().state == State.PENDING

    def test_a_refusal_is_shown(self, operator):
        delivery = pushed(State.ACCEPTED)

        assert "Only a delivery that was given up" in operator.post(url("retry", delivery.pk), follow=True).text

    def test_many_are_tried_again_from_the_list(self, operator):
        failed, accepted = pushed(State.FAILED), pushed(State.ACCEPTED)

        html = act(operator, "delivery", "retry", failed, accepted)

        assert ("Will be tried again (1)." in html, "Only a delivery that was given up" in html) == (True, True)

    def test_a_notice_is_withdrawn(self, operator):
        delivery = pushed(State.PENDING)

        html = operator.post(url("withdraw", delivery.notice_id), follow=True).text

        assert "Withdrawn (1)." in html
        assert Delivery.objects.get().state == State.WITHDRAWN
        assert url("withdraw", delivery.notice_id) not in html

    def test_an_operator_tests_her_own_channels(self, operator):
        answer = operator.post(url("test"), {"address": ""}, follow=True)

        notice = Notice.objects.get()
        assert (notice.kind, str(notice.recipient_id)) == ("test", operator.session["_auth_user_id"])
        assert answer.redirect_chain == [(url("notice_change", notice.pk), 302)]

    def test_an_operator_tests_the_channels_of_somebody(self, operator):
        user = UserFactory()

        operator.post(url("test"), {"address": user.email.upper()})

        assert Notice.objects.get().recipient == user

    def test_nobody_is_tested_where_nobody_is_found(self, operator):
        answer = operator.post(url("test"), {"address": "nobody@example.test"}, follow=True)

        assert "Nobody has this email address or phone number." in answer.text
        assert not Notice.objects.exists()

    def test_a_device_is_tested_and_its_notice_shown(self, operator):
        device = DeviceFactory()

        html = act(operator, "device", "send_test", device)

        assert f"Push (FCM) to {device}: planned, to go at once." in html

    def test_a_dead_device_is_not_tested(self, operator):
        assert "called the address of this device dead" in act(
            operator, "device", "send_test", DeviceFactory(is_enabled=False)
        )

    def test_a_device_is_unbound(self, operator):
        device = DeviceFactory()

        assert "Unbound (1)." in act(operator, "device", "unbind", device)
        assert not Device.objects.exists()

    def test_a_breaker_is_closed(self, operator):
        now = timezone.now()
        health = ChannelHealth.objects.create(
            name="sms", state="open", opened_at=now, retry_at=now + timedelta(hours=1)
        )

        assert "Closed (1)." in act(operator, "channelhealth", "close", health)
        assert ChannelHealth.objects.get().state == "closed"

    def test_who_pressed_what_is_kept(self, operator):
        delivery = pushed(State.FAILED)

        operator.post(url("retry", delivery.pk))

        entry = LogEntry.objects.get()
        assert (str(entry.user_id), entry.object_id, entry.change_message) == (
            operator.session["_auth_user_id"],
            str(delivery.pk),
            "Will be tried again",
        )

    @pytest.mark.parametrize(
        "press",
        [
            lambda delivery: (url("retry", delivery.pk), {}),
            lambda delivery: (url("withdraw", delivery.notice_id), {}),
            lambda delivery: (url("test"), {"address": ""}),
            lambda delivery: (url("broadcast_add"), {}),
        ],
        ids=["retry", "withdraw", "test", "broadcast"],
    )
    def test_who_may_only_look_presses_nothing(self, onlooker, press: Callable[[Delivery], tuple[str, dict[str, str]]]):
        delivery = pushed(State.FAILED)
        page, body = press(delivery)

        assert onlooker.post(page, body).status_code == 403
        assert Delivery.objects.get().state == State.FAILED

    def test_who_may_only_look_sees_no_buttons(self, onlooker):
        delivery = pushed(State.FAILED)

        html = onlooker.get(url("notice_change", delivery.notice_id)).text
        buttons = [url("retry", delivery.pk), url("withdraw", delivery.notice_id), url("test"), url("broadcast_add")]

        assert [button for button in buttons if button in html] == []

    @pytest.mark.parametrize("action", ["unbind", "send_test"])
    def test_who_may_only_look_runs_no_action(self, onlooker, action):
        device = DeviceFactory()

        act(onlooker, "device", action, device)

        assert (Device.objects.count(), Notice.objects.count()) == (1, 0)

    def test_a_button_is_not_a_link(self, operator):
        delivery = pushed(State.FAILED)

        for page in (url("retry", delivery.pk), url("withdraw", delivery.notice_id), url("test")):
            assert operator.get(page).status_code == 405


class TestBroadcastForm:
    @pytest.fixture
    def body(self, operator: Client, settings: Any) -> dict[str, str]:
        settings.FIREBASE_CREDENTIALS = "given"
        page = operator.get(url("broadcast_add")).text
        (broadcast_id,) = re.findall(r'name="id" value="([^"]+)"', page)
        return {"id": broadcast_id, "channel": "fcm", "target": "news", "title": "Hello", "body": "All.", "data": "{}"}

    def test_its_button_says_what_it_does(self, operator):
        page = operator.get(url("broadcast_add")).text

        assert re.findall(r'type="submit" value="([^"]+)"', page) == ["Send to everybody there"]

    def test_it_waits_to_be_sent_and_says_who_wrote_it(self, operator, body):
        answer = operator.post(url("broadcast_add"), body)

        broadcast = Broadcast.objects.get()
        assert answer.status_code == 302
        assert (str(broadcast.pk), broadcast.state) == (body["id"], "pending")
        assert str(broadcast.by_id) == operator.session["_auth_user_id"]

    def test_a_form_that_is_sent_twice_is_one_broadcast(self, operator, body):
        operator.post(url("broadcast_add"), body)
        answer = operator.post(url("broadcast_add"), body)

        assert (answer.status_code, Broadcast.objects.count()) == (200, 1)

    @pytest.mark.parametrize(
        ("field", "value", "error"),
        [
            ("target", "two words", "A topic is made of letters"),
            ("target", "x" * 901, "at most 900 characters"),
            ("data", "[1]", "An object whose values are texts"),
            ("data", '{"n": 1}', "An object whose values are texts"),
            ("channel", "onesignal", "has no access to this provider"),
        ],
    )
    def test_what_cannot_be_sent_is_said(self, operator, body, field, value, error):
        answer = operator.post(url("broadcast_add"), {**body, field: value})

        assert error in answer.text
        assert not Broadcast.objects.exists()
