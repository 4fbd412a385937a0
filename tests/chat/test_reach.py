"""What share of the messages reached somebody in time, and how the figure falls when something is broken."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest

from accounts.models import User
from chat import events, messages, metrics, pushing, reach
from chat.models import Conversation, Message, Reach
from chat.services import conversations, moderation, receipts
from chat.services.messages import delete_message
from core.figures import FiguresCollector
from core.ids import first_of
from notifications.models import Delivery
from notifications.outbox.courier import courier
from realtime import nodes
from realtime.models import Connection, Node
from tests.factories.chat import group, send, two
from tests.factories.notifications import DeliveryFactory, DeviceFactory, NoticeFactory
from tests.notifications import post
from tests.outside.world import World

pytestmark = pytest.mark.django_db

State = Delivery.State
SECOND = timedelta(seconds=1)


def judged(*sent: Message) -> tuple[int, int, int]:
    """Due, reached and unreachable, once the time of these messages is over."""
    after = max(message.created_at for message in sent) + 30 * SECOND
    for begun_at in {reach._floor(message.created_at) for message in sent}:
        reach._judge(begun_at)
    found = reach.share(min(message.created_at for message in sent) - reach.WINDOW, after)
    return found.due, found.reached, found.unreachable


def pushed(message: Message, user: User, *, after: float = 2, **facts: Any) -> Delivery:
    """A notice of this message, and what became of it so many seconds later."""
    notice = NoticeFactory(
        recipient=user,
        kind=messages.MESSAGES,
        subject_kind=events.MESSAGE,
        subject_key=str(message.pk),
        created_at=message.created_at,
    )
    facts = {"state": State.ACCEPTED, "ended_at": message.created_at + after * SECOND, **facts}
    return DeliveryFactory(notice=notice, **facts)


def connected(user: User) -> None:
    nodes.beat(Node.Role.WEB)
    name = nodes.node_name(Node.Role.WEB)
    Connection.objects.create(user=user, device="phone", protocol="stream.v1", node=name, since=timezone.now())


@pytest.fixture
def talk() -> tuple[Conversation, User, User]:
    return two()


class TestJudging:
    def test_what_a_device_acknowledged_has_reached_its_reader(self, talk):
        conversation, alice, bob = talk
        message = send(alice, conversation)
        receipts.mark_delivered(bob, conversation.pk, message.seq, now=timezone.now())

        assert judged(message) == (1, 1, 0)

    def test_what_a_provider_took_has_reached_her_too(self, talk):
        conversation, alice, bob = talk
        message = send(alice, conversation)
        DeviceFactory(user=bob)
        pushed(message, bob)

        assert judged(message) == (1, 1, 0)

    @pytest.mark.parametrize(
        ("what", "facts"),
        [
            ("taken too late", {"after": 31}),
            ("still tried again", {"state": State.RETRYING, "ended_at": None}),
            ("given up", {"state": State.FAILED}),
            ("nothing is configured", {"state": State.SKIPPED, "reason": Delivery.Reason.NOT_CONFIGURED}),
            ("only cleared", {"is_clear": True}),
        ],
    )
    def test_a_push_that_did_not_go_is_missed(self, talk, what, facts):
        conversation, alice, bob = talk
        message = send(alice, conversation)
        DeviceFactory(user=bob)
        pushed(message, bob, **facts)

        assert judged(message) == (1, 0, 0)

    def test_who_has_an_app_open_that_does_not_acknowledge_is_missed(self, talk):
        conversation, alice, bob = talk
        connected(bob)

        assert judged(send(alice, conversation)) == (1, 0, 0)

    def test_who_has_neither_an_app_open_nor_a_phone_is_counted_apart(self, talk):
        conversation, alice, bob = talk
        DeviceFactory(user=bob, is_enabled=False)

        assert judged(send(alice, conversation)) == (0, 0, 1)

    @pytest.mark.parametrize(
        "facts",
        [
            {"state": State.SKIPPED, "reason": Delivery.Reason.MUTED},
            {"state": State.PENDING, "ended_at": None, "held_until": timezone.now() + timedelta(hours=8)},
        ],
        ids=["she turned pushes off", "quiet hours"],
    )
    def test_who_wants_no_push_now_is_counted_apart(self, talk, facts):
        conversation, alice, bob = talk
        DeviceFactory(user=bob)
        message = send(alice, conversation)
        pushed(message, bob, **facts)

        assert judged(message) == (0, 0, 1)

    def test_of_a_burst_the_newest_stands_for_those_before_and_not_for_those_after(self, talk):
        conversation, alice, bob = talk
        DeviceFactory(user=bob)
        first, second, third = (send(alice, conversation, str(n)) for n in range(3))
        pushed(second, bob)

        assert judged(first, second, third) == (3, 2, 0)

    def test_a_push_of_another_conversation_tells_nothing_of_this(self, talk):
        conversation, alice, bob = talk
        DeviceFactory(user=bob)
        elsewhere, carol, _ = two()
        conversations.open_conversation(carol, [bob.pk], now=timezone.now())
        other = Conversation.objects.exclude(pk__in=[conversation.pk, elsewhere.pk]).get()
        message, foreign = send(alice, conversation), send(carol, other)
        pushed(foreign, bob)

        assert judged(message, foreign) == (2, 1, 0)

    def test_nobody_is_due_her_own_what_she_has_muted_or_what_is_deleted(self, talk):
        conversation, alice, bob = talk
        conversations.mute(bob, conversation.pk, is_muted=True)
        muted = send(alice, conversation)
        conversations.mute(bob, conversation.pk, is_muted=False)
        deleted = send(alice, conversation)
        delete_message(alice, deleted.pk, now=timezone.now())
        conversations.mute(bob, conversation.pk, is_muted=True)

        assert judged(muted, deleted) == (0, 0, 0)

    def test_a_group_counts_once_for_each_who_sees_it(self):
        together, everyone = group(4)
        for person in everyone:
            connected(person)
        message = send(everyone[0], together)
        conversations.leave(everyone[3], together.pk, now=timezone.now())
        receipts.mark_delivered(everyone[1], together.pk, message.seq, now=timezone.now())

        assert judged(message) == (2, 1, 0)

    def test_a_window_is_judged_once(self, talk):
        conversation, alice, bob = talk
        connected(bob)
        message = send(alice, conversation)

        assert judged(message) == judged(message) == (1, 0, 0)
        assert Reach.objects.count() == 1

    def test_it_asks_as_often_for_many_as_for_one(self, talk, django_assert_num_queries):
        conversation, alice, bob = talk
        DeviceFactory(user=bob)
        message = send(alice, conversation)
        pushed(message, bob)
        for _ in range(10):
            pushed(send(alice, conversation), bob)
        with django_assert_num_queries(9, exact=False):
            reach._judge(reach._floor(message.created_at))


class TestWindows:
    def test_each_is_judged_once_while_the_time_goes_on(self):
        start = datetime.fromisoformat("2026-05-01T12:00:03+00:00")
        for seconds in range(0, 60, 5):
            reach.measure(start + seconds * SECOND)

        found = list(Reach.objects.order_by("begun_at").values_list("begun_at", flat=True))
        assert [at.second for at in found] == [30, 40, 50, 0, 10, 20, 30]
        assert reach.judged_until() == datetime.fromisoformat("2026-05-01T12:00:40+00:00")

    @pytest.mark.parametrize("second", range(10))
    def test_messages_are_15_to_30_seconds_old_then(self, second):
        start = datetime.fromisoformat("2026-05-01T12:00:00+00:00") + second * SECOND
        seen: set[datetime] = set()
        for tick in range(20):
            now = start + 5 * tick * SECOND
            reach.measure(now)
            new = set(Reach.objects.values_list("begun_at", flat=True)) - seen
            if seen:
                assert all(25 <= (now - at).total_seconds() <= 30 for at in new)
            seen |= new

    def test_what_was_not_judged_meanwhile_is_judged_afterwards(self):
        start = datetime.fromisoformat("2026-05-01T12:00:00+00:00")
        reach.measure(start)
        reach.measure(start + timedelta(minutes=10))

        assert Reach.objects.count() == 61

    def test_what_is_longer_ago_than_an_hour_stays_unjudged(self):
        start = datetime.fromisoformat("2026-05-01T12:00:00+00:00")
        reach.measure(start)
        reach.measure(start + timedelta(days=3))

        assert Reach.objects.count() < 360 + 2


def test_ids_are_found_by_their_time():
    before = timezone.now()
    _, alice, _ = talk = two()
    message = send(alice, talk[0])

    assert first_of(before) < message.pk < first_of(timezone.now() + SECOND)


class TestOutage:
    """A message each ten seconds for ten minutes, of which the provider was away for two: as the rows recorded it."""

    MINUTE = timedelta(minutes=1)
    AWAY = (4, 6)

    @pytest.fixture
    def start(self, talk: tuple[Conversation, User, User]) -> datetime:
        conversation, alice, bob = talk
        DeviceFactory(user=bob)
        start = reach._floor(timezone.now() - 11 * self.MINUTE)
        gone, back = (start + minute * self.MINUTE for minute in self.AWAY)
        for number in range(60):
            at = start + number * reach.WINDOW + SECOND
            message = self._message(conversation, alice, number + 1, at)
            pushed(message, bob, after=(back - at).total_seconds() + 1 if gone < at < back else 1)
            reach._judge(start + number * reach.WINDOW)
        return start

    def _message(self, conversation: Conversation, sender: User, seq: int, at: datetime) -> Message:
        id = UUID(int=first_of(at).int + seq)
        return Message.objects.create(
            id=id, conversation=conversation, seq=seq, sender=sender, client_id=id, body="Hello", created_at=at
        )

    def test_the_figure_falls_and_rises_again(self, start):
        by_minute = [reach.share(start + n * self.MINUTE, start + (n + 1) * self.MINUTE).ratio for n in range(10)]

        # What was sent in the last half minute of it was pushed in time all the same.
        assert by_minute == [1, 1, 1, 1, 0, 0.5, 1, 1, 1, 1]
        assert reach.share(start, timezone.now()).ratio == 51 / 60

    def test_operators_and_their_alert_see_it(self, start):
        now = timezone.now()
        lines = scraped(now)

        assert lines['chat_reach_ratio{span="hour"}'] == 51 / 60
        assert [lines[f'chat_reach{{outcome="{one}",span="hour"}}'] for one in ("reached", "missed")] == [51, 9]
        assert 50 <= lines["chat_reach_age_seconds"] < 120
        assert reach.share(now - timedelta(hours=1), now).ratio == 51 / 60


@pytest.mark.django_db(transaction=True)
def test_while_the_provider_is_away_messages_are_missed(talk, world: World, settings: Any):
    """By the whole way: the decision whom to push, the outbox, and a look-alike of FCM."""
    conversation, alice, bob = talk
    world.reset()
    world.answer_fcm_of(settings)
    DeviceFactory(user=bob)
    sent = []
    for outage in ("none", "unavailable", "none"):
        world.control("fcm", outage=outage)
        sent.append(send(alice, conversation, outage))
        pushing.tell(timezone.now())
        post.deliver()
        if outage == "unavailable":
            assert judged(*sent) == (2, 1, 0)
            Reach.objects.all().delete()

    # The last tells her of the one before, too: what waits is tried again, and would come later.
    assert judged(*sent) == (3, 3, 0)
    states = Delivery.objects.order_by("notice__id").values_list("state", flat=True)
    assert list(states) == [State.ACCEPTED, State.RETRYING, State.ACCEPTED]
    courier.close()


def test_messages_of_other_times_are_not_read(talk):
    conversation, alice, _ = talk
    now, long_ago = timezone.now(), first_of(timezone.now() - timedelta(days=9)).int
    facts = {"conversation": conversation, "sender": alice, "created_at": now - timedelta(days=9)}
    Message.objects.bulk_create(
        Message(id=UUID(int=long_ago + n), client_id=UUID(int=n), seq=n, **facts) for n in range(1, 3001)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    whole_table = r"Seq Scan on chat_message|SCAN chat_message"
    assert not re.search(whole_table, reach._pairs(now).explain())
    # The control: by their time alone they are looked for among all.
    assert re.search(whole_table, Message.objects.filter(created_at__gte=now).explain())


def test_while_nothing_is_due_there_is_no_ratio():
    lines = scraped(timezone.now())

    assert not any(name.startswith("chat_reach_ratio") for name in lines)
    assert lines["chat_reach_age_seconds"] == 0


def test_what_waits_is_counted():
    conversation, alice, bob = two()
    moderation.report_message(bob, send(alice, conversation).pk, reason="spam", note="", now=timezone.now())
    Conversation.objects.update(look_at=timezone.now() - timedelta(seconds=40))

    lines = scraped(timezone.now())

    assert (lines["chat_untold"], lines["chat_open_reports"]) == (1, 1)
    assert 40 <= lines["chat_untold_seconds"] < 100


def scraped(now: datetime) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(FiguresCollector(lambda _: metrics.figures(now)))
    lines = generate_latest(registry).decode().splitlines()
    found = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in found}
