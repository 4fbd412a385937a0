from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from notifications.channels.parcel import Verdict
from notifications.models import Delivery, Device, DeviceChange, Notice
from notifications.operators.finding import notices_about
from notifications.operators.life import life_of
from realtime import selectors
from realtime.models import Cursor
from tests.factories.accounts import UserFactory
from tests.factories.notifications import AttemptFactory, DeliveryFactory, DeviceFactory, NoticeFactory

pytestmark = pytest.mark.django_db

State = Delivery.State
Reason = Delivery.Reason

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def told(**facts: object) -> Notice:
    return NoticeFactory(**{"created_at": NOON, "planned_at": NOON, **facts})


def way(notice: Notice, state: str = State.ACCEPTED, **facts: object) -> Delivery:
    return DeliveryFactory(
        **{"notice": notice, "state": state, "planned_at": NOON, "due_at": NOON, "ended_at": NOON + SECOND, **facts}
    )


def story(notice: Notice) -> list[tuple[float, str, str]]:
    """Seconds since noon, tone and words."""
    return [((line.at - NOON).total_seconds(), line.tone, line.text) for line in life_of(notice).lines]


def words(notice: Notice) -> str:
    return "\n".join(text for _, _, text in story(notice))


def test_the_life_of_a_notice_that_arrived_in_the_order_of_time():
    device = DeviceFactory()
    notice = told(recipient=device.user, seen_at=NOON + 5 * SECOND, read_at=NOON + 6 * SECOND)
    delivery = way(notice, State.OPENED, device=device, received_at=NOON + 3 * SECOND, opened_at=NOON + 5 * SECOND)
    refused = {"verdict": "transient", "code": "UNAVAILABLE", "http": 503, "retry_after": 7}
    AttemptFactory(delivery=delivery, at=NOON + SECOND, **refused)
    AttemptFactory(delivery=delivery, at=NOON + 2 * SECOND)
    push = f"Push (FCM) to {device}"

    assert story(notice) == [
        (0, "plain", "A notice of kind sample_news was told; it is normal. It is in the inbox from now on."),
        (0, "plain", "A worker planned its ways."),
        (0, "plain", f"{push}: planned, to go at once."),
        (
            1,
            "bad",
            f"{push}: FCM gave no clear answer; it may have arrived or not (UNAVAILABLE, HTTP 503, 84 ms); "
            "it asked us to wait 7 s.",
        ),
        (2, "good", f"{push}: FCM took it (HTTP 200, 84 ms)."),
        (3, "good", f"{push}: the app confirmed that it arrived."),
        (5, "good", "It was seen in a list."),
        (5, "good", f"{push}: it was tapped."),
        (6, "good", "It was read."),
    ]


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (
            {"state": State.SKIPPED, "reason": Reason.MUTED, "ended_at": NOON},
            (0, "bad", "Email: not sent, because it is off on this channel in the recipient's settings."),
        ),
        (
            {"state": State.SKIPPED, "reason": Reason.READ},
            (1, "good", "Email: not sent, because it had been read already."),
        ),
        ({"state": State.EXPIRED}, (1, "bad", "Email: not sent any more, because its time was over.")),
        (
            {"state": State.EXPIRED, "reason": Reason.HELD},
            (1, "bad", "Email: not sent, because it waited on purpose until its time was over."),
        ),
        (
            {"state": State.FAILED, "reason": "kind_stopped"},
            (1, "bad", "Email: given up, because an operator must first look at this kind of notice (kind_stopped)."),
        ),
        ({"state": State.WITHDRAWN}, (1, "bad", "Email: not sent, because the notice was withdrawn.")),
        ({"state": State.FAILED, "code": "552"}, (1, "bad", "Email: given up (552).")),
        ({"state": State.DEAD_ADDRESS}, (1, "bad", "Email: over, since the address is dead.")),
        (
            {"state": State.RETRYING, "ended_at": None, "attempts": 1, "due_at": NOON + 9 * SECOND},
            (9, "plain", "Email: the next try is due."),
        ),
        (
            {"state": State.PENDING, "ended_at": None, "due_at": NOON + 9 * SECOND},
            (9, "plain", "Email: it is due, unless it has become needless."),
        ),
    ],
)
def test_every_end_is_explained(facts, line):
    notice = told()
    way(notice, channel="email", **facts)

    assert story(notice)[-1] == line


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words_of_its_own(reason):
    notice = told()
    way(notice, State.SKIPPED, reason=reason)

    assert f"because {reason}." not in words(notice)


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_is_told(verdict):
    notice = told()
    AttemptFactory(delivery=way(notice), verdict=verdict, at=NOON, error="Mailbox full.")

    assert "it said “Mailbox full”" in words(notice)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"held_until": NOON + 5 * SECOND}, "12:00:05 UTC for an app in the foreground to acknowledge it."),
        ({"held_until": NOON + 600 * SECOND}, "12:10:00 UTC, the end of quiet hours."),
        ({"held_until": NOON + 60 * SECOND, "step": 1}, "12:01:00 UTC for the ways before it."),
    ],
)
def test_a_wait_on_purpose_is_explained(facts, why):
    notice = told()
    way(notice, State.PENDING, ended_at=None, **facts)

    assert f"planned, to wait until 2026-11-20 {why}" in words(notice)


def test_what_came_by_the_socket_explains_why_no_push_was_sent():
    notice = told(offset=17)
    epoch = selectors.epoch()
    for device, acked, foreground in [("phone-001", 17, 17), ("tablet-002", 20, 16), ("laptop-03", 16, 16)]:
        Cursor.objects.create(
            user_id=notice.recipient_id, device=device, epoch=epoch, acked=acked, acked_foreground=foreground,
            seen_at=NOON,
        )  # fmt: skip

    told_of = [text for _, _, text in story(notice) if "socket" in text]

    assert told_of == [
        "The app on device hone-001 got it by its socket, while somebody looked at it.",
        "The app on device blet-002 got it by its socket, in the background.",
    ]


def test_what_became_of_her_devices_around_then_is_told():
    notice = told()
    device_id = UUID(int=0xABCDEF12)
    for what, at in [("unbound", NOON - timedelta(days=2)), ("registered", NOON - timedelta(days=40))]:
        DeviceChange.objects.create(
            user_id=notice.recipient_id, device_id=device_id, what=what, reason="signed_out", at=at
        )

    assert [text for _, _, text in story(notice) if "device" in text] == [
        "A device was unbound (a device that is gone, abcdef12): signed_out."
    ]


def test_a_device_is_called_by_the_same_name_throughout():
    device = DeviceFactory()
    notice = told(recipient=device.user)
    way(notice, device=device)
    DeviceChange.objects.create(user_id=device.user_id, device_id=device.pk, what="registered", at=NOON - SECOND)

    texts = [text for _, _, text in story(notice) if str(device) in text]

    assert texts == [f"A device was registered ({device}).", f"Push (FCM) to {device}: planned, to go at once."]


def test_a_device_that_is_gone_is_still_told_of():
    device = DeviceFactory()
    notice = told(recipient=device.user)
    way(notice, device=device)
    Device.objects.all().delete()

    assert f"to a device that is gone, {str(device.pk)[-8:]}:" in words(notice)


def test_a_life_is_over_when_nothing_is_under_way():
    assert not life_of(told(planned_at=None)).is_over
    notice = told()
    assert life_of(notice).is_over
    waiting = way(notice, State.SENDING, ended_at=None)
    assert not life_of(notice).is_over
    Delivery.objects.filter(pk=waiting.pk).update(state=State.FAILED)
    assert life_of(notice).is_over


@pytest.mark.parametrize("ways", [1, 6])
def test_a_life_is_read_in_five_queries(ways, django_assert_num_queries):
    notice = told(offset=3)
    for step in range(ways):
        AttemptFactory(delivery=way(notice, device=DeviceFactory(), step=step))

    with django_assert_num_queries(5):
        life_of(notice)


def test_a_notice_is_found_by_whatever_a_caller_knows():
    reader = UserFactory(email="grace@example.test", phone="+14155550123", full_name="Grace Hopper")
    notice = told(recipient=reader, subject_kind="shifts.offer", subject_key="17")
    NoticeFactory(subject_key="18")

    for text in [
        str(notice.pk), notice.pk.hex, str(reader.pk), " Grace@Example.test ", "+1 415 555-0123", "0014155550123",
        "shifts.offer:17", "17", "hopper",
    ]:  # fmt: skip
        assert list(notices_about(text)) == [notice]
    for text in ["nobody@example.test", "+14155550199", "shifts.offer:18", "19", str(UUID(int=1))]:
        assert list(notices_about(text)) == []
