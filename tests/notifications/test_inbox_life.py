"""Any life of two inboxes, with their laws checked after every step."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from notifications import messages, selectors, services
from notifications.models import Notice
from tests.factories.accounts import UserFactory
from tests.factories.notifications import DeliveryFactory, DeviceFactory
from tests.notifications.inbox import folded, fresh, tell
from tests.properties import live, tries

TOPICS = 6

whom = st.sets(st.integers(0, 1), min_size=1)
topics = st.integers(0, TOPICS - 1)
several = st.sets(topics, max_size=3)


class Inboxes(RuleBasedStateMachine):
    @initialize()
    def open(self):
        self.savepoint = transaction.savepoint()
        self.now = datetime(2026, 11, 20, 8, tzinfo=UTC)
        self.readers = [UserFactory(), UserFactory()]
        self.devices = [DeviceFactory(user=reader) for reader in self.readers]
        self.ever = {}
        self.told = 0
        self.standing = set()

    def teardown(self):
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    def ids(self, reader, topics):
        about = Notice.objects.filter(recipient=reader, subject_key__in=[str(topic) for topic in topics])
        return list(about.values_list("pk", flat=True))

    @rule(whom=whom, topic=topics, kind=st.sampled_from(["sample_news", "sample_news", "sample_chat"]))
    def tell(self, whom, topic, kind):
        tell(*[self.readers[n] for n in whom], about=topic, kind=kind)
        for notice in Notice.objects.filter(deliveries=None):
            device = self.devices[self.readers.index(notice.recipient)]
            DeliveryFactory(notice=notice, device=device, state="accepted")
        said = {(n, topic, kind) for n in whom}
        self.told += len(said - self.standing)
        self.standing |= said

    @rule(topic=topics, whom=whom)
    def withdraw(self, topic, whom):
        messages.withdraw(("sample.counter", topic), to=[self.readers[n].pk for n in whom])
        self.standing = {said for said in self.standing if said[0] not in whom or said[1] != topic}

    @rule(who=st.integers(0, 1), topics=several)
    def see(self, who, topics):
        reader = self.readers[who]
        services.mark_seen(reader, self.ids(reader, topics), now=self.now)

    @rule(who=st.integers(0, 1), topic=topics)
    def see_list(self, who, topic):
        reader = self.readers[who]
        for notice_id in self.ids(reader, [topic])[:1]:
            services.mark_seen_upto(reader, notice_id, now=self.now)

    @rule(who=st.integers(0, 1), topics=several)
    def read(self, who, topics):
        reader = self.readers[who]
        services.mark_read(reader, self.ids(reader, topics), now=self.now)

    @rule(who=st.integers(0, 1))
    def read_all(self, who):
        services.mark_all_read(self.readers[who], now=self.now)
        assert selectors.unread_count(self.readers[who]) == 0

    @rule(who=st.integers(0, 1), topics=several)
    def archive(self, who, topics):
        reader = self.readers[who]
        services.archive(reader, self.ids(reader, topics), now=self.now)

    @rule(who=st.integers(0, 1), topics=several, tapped=several)
    def push(self, who, topics, tapped):
        reader = self.readers[who]
        services.note_receipts(
            reader,
            received=self.ids(reader, topics),
            opened=self.ids(reader, tapped),
            device_ids=[self.devices[who].pk],
            now=self.now,
        )

    @rule()
    def wait(self):
        self.now += timedelta(minutes=1)

    @invariant()
    def unread_is_what_a_recount_finds(self):
        for reader in getattr(self, "readers", []):
            notices = Notice.objects.filter(recipient=reader)
            unread = [n for n in notices if n.is_listed and not (n.read_at or n.archived_at or n.withdrawn_at)]
            assert selectors.unread_count(reader) == len(unread)

    @invariant()
    def views_follow_from_events(self):
        for reader in getattr(self, "readers", []):
            assert folded(reader) == fresh(reader)

    @invariant()
    def states_only_move_forward(self):
        for notice in Notice.objects.all():
            steps = (notice.seen_at, notice.read_at, notice.archived_at, notice.withdrawn_at)
            before = self.ever.get(notice.pk, (None,) * 4)
            assert all(was in (None, now) for was, now in zip(before, steps, strict=True))
            assert steps[0] or not steps[1], "read and not seen"
            assert steps[1] or not steps[2], "archived and not read"
            self.ever[notice.pk] = steps

    @invariant()
    def what_is_told_twice_is_one_notice_unless_it_was_withdrawn(self):
        if hasattr(self, "readers"):
            assert Notice.objects.filter(recipient__in=self.readers).count() == self.told

    @invariant()
    def who_has_read_is_shown_nothing(self):
        """Each phone that was handed a notice is told to take it away, once."""
        for notice in Notice.objects.prefetch_related("deliveries"):
            clears = [delivery for delivery in notice.deliveries.all() if delivery.is_clear]
            is_over = bool(notice.read_at or notice.withdrawn_at)
            assert len(clears) == is_over


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_the_laws_hold_in_any_life():
    live(Inboxes, lives=tries(12), steps=20)
