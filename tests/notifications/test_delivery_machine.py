"""Any life of some notices on all their ways, with the laws of the outbox checked after every step."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.errors import DomainError
from core.sealing import fingerprint
from notifications import catalogue, messages, services, trees
from notifications.channels.parcel import Outcome, Verdict
from notifications.models import Attempt, Delivery, Device, Notice
from notifications.operators import operations
from notifications.outbox import claiming, planning
from notifications.outbox.courier import Job
from notifications.reach import devices, preferences
from realtime import presence, selectors
from tests.factories.accounts import UserFactory
from tests.factories.notifications import DeviceFactory
from tests.notifications import calls, post
from tests.notifications.screens import LEASE, Screens
from tests.properties import live, tries

State = Delivery.State
Importance = Notice.Importance
Unless = Delivery.Unless

ALWAYS = [{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "00:00"}]
KINDS = ["sample_news", "sample_alarm", "sample_bill", "sample_chat", "sample_flood", "sample_siren"]
WEEK = timedelta(weeks=1)  # in which all quiet hours end

WITHOUT_A_CALL = {State.SKIPPED, State.WITHDRAWN, State.EXPIRED, State.FAILED}
# What waits may turn out to have arrived: by a call that took longer than its lease.
LEGAL = {
    State.PENDING: {State.SENDING, State.ACCEPTED, *WITHOUT_A_CALL},
    State.RETRYING: {State.SENDING, State.PENDING, State.ACCEPTED, *WITHOUT_A_CALL},
    State.SENDING: {
        State.PENDING,
        State.RETRYING,
        State.ACCEPTED,
        State.OPENED,
        State.DEAD_ADDRESS,
        *WITHOUT_A_CALL,
    },
    State.ACCEPTED: {State.OPENED},
}
BEGINNINGS = {State.PENDING, State.SKIPPED}

whom = st.integers(0, 1)
recent = st.integers(0, 2)  # how many were told since
which = st.integers(0, 20)
answers = st.sampled_from([*Verdict, Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.TRANSIENT])
durations = st.sampled_from([timedelta(seconds=12), LEASE + timedelta(seconds=5), timedelta(minutes=70)])


class Outbox(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.savepoint = transaction.savepoint()
        self.readers = [UserFactory(email_verified_at=timezone.now()), UserFactory()]
        for user, token in zip([*self.readers, self.readers[0]], "abc", strict=True):
            DeviceFactory(user=user, token=token)
        self.told = 0
        self.wire: list[tuple[str, Job, datetime]] = []
        self.screens = Screens()
        self.counted: Counter[int] = Counter()  # calls, without those that are not held against a delivery
        self.answered: Counter[int] = Counter()
        self.states: dict[int, str] = {}
        # What the test itself knows of, to judge by.
        self.withdrawn: set[UUID] = set()
        self.read: set[UUID] = set()
        self.seen: set[UUID] = set()
        self.muted: set[tuple[UUID, str, str]] = set()
        self.quiet: set[UUID] = set()
        self.acked: dict[UUID, int] = {}
        self.tell({0, 1}, "sample_news", Importance.NORMAL, timedelta())
        self.tell({0}, "sample_siren", Importance.URGENT, timedelta())

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            try:
                self.come_to_an_end()
            finally:
                transaction.savepoint_rollback(self.savepoint)

    # What is told, and taken back

    @rule(whom=st.sets(whom, min_size=1), kind=st.sampled_from(KINDS), how=st.sampled_from(Importance), lasts=durations)
    def tell(self, whom: set[int], kind: str, how: Importance, lasts: timedelta) -> None:
        expires_at = timezone.now() + lasts if lasts > LEASE else None
        about = ("sample.counter", self.told)
        self.told += 1
        post.tell(kind, *[self.readers[n] for n in whom], about=about, importance=how, expires_at=expires_at)

    @rule(place=recent)
    def withdraw(self, place: int) -> None:
        number = max(0, self.told - 1 - place)
        self.withdrawn |= set(Notice.objects.filter(subject_key=str(number)).values_list("pk", flat=True))
        messages.withdraw(("sample.counter", number))

    # What workers do

    @rule(at_most=st.integers(1, 5))
    def send(self, at_most: int) -> None:
        self.plan()
        for lane in trees.LANES:
            now = timezone.now()
            jobs = calls.begun(lane, at_most=at_most, now=now)
            assert [fault for job in jobs if (fault := self.fault_with(job, now))] == []
            self.counted.update(job.delivery_id for job in jobs)
            self.wire += [(lane, job, now) for job in jobs]
            self.screens.begin(jobs)

    def plan(self) -> None:
        planning.plan(timezone.now())
        self.every_step_is_legal_and_what_has_ended_stays_so()

    @rule(is_after_the_calls=st.booleans())
    def die(self, is_after_the_calls: bool) -> None:
        if is_after_the_calls:
            self.wire.clear()
            return
        self.plan()
        for lane in trees.LANES:
            self.counted.update(claiming.claim(lane, 2, timezone.now()))

    @rule(place=which, verdict=answers)
    def answer(self, place: int, verdict: Verdict) -> None:
        if not self.wire:
            return
        lane, job, began = self.wire.pop(place % len(self.wire))
        before = Delivery.objects.get(pk=job.delivery_id)
        calls.answered(lane, job, Outcome(verdict, verdict.upper()), began=began)
        after = Delivery.objects.get(pk=job.delivery_id)
        is_blameless = verdict in {Verdict.UNSENT, Verdict.MISCONFIGURED} and after.state == State.RETRYING
        is_current = (before.state, before.attempts) == (State.SENDING, job.attempt)
        self.counted[job.delivery_id] -= is_blameless and is_current
        self.answered[job.delivery_id] += 1
        self.screens.answer(job, verdict)

    @rule(by=durations)
    def pass_time(self, by: timedelta) -> None:
        Delivery.objects.update(due_at=F("due_at") - by, begun_at=F("begun_at") - by)
        Notice.objects.update(expires_at=F("expires_at") - by)
        self.screens.pass_time(by)

    @rule(place=which)
    def retry(self, place: int) -> None:
        given_up = list(Delivery.objects.filter(state__in=operations.GIVEN_UP, is_clear=False).order_by("pk"))
        if given_up:
            self.revive(given_up[place % len(given_up)])

    def revive(self, delivery: Delivery) -> None:
        try:
            operations.retry(delivery, now=timezone.now())
        except DomainError:
            return
        self.counted[delivery.pk] = 0
        self.states[delivery.pk] = State.PENDING

    # What she does

    @rule(who=whom, place=recent, how=st.sampled_from(["see", "read", "archive", "open"]))
    def look(self, who: int, place: int, how: str) -> None:
        reader, now = self.readers[who], timezone.now()
        told = Notice.objects.filter(recipient=reader, withdrawn_at=None).order_by("-pk")
        ids = list(told.values_list("pk", flat=True)[place : place + 1])
        match how:
            case "see":
                services.mark_seen(reader, ids, now=now)
            case "read":
                services.mark_read(reader, ids, now=now)
            case "archive":
                services.archive(reader, ids, now=now)
            case "open":
                hers = list(Device.objects.filter(user=reader).values_list("pk", flat=True))
                services.note_receipts(reader, received=ids, opened=ids, device_ids=hers, now=now)
        self.seen |= set(ids)
        self.read |= set(ids) if how != "see" else set()

    @rule(who=whom)
    def acknowledge_all(self, who: int) -> None:
        reader = self.readers[who]
        head = selectors.state(reader.pk).head
        self.acked[reader.pk] = head
        presence.record([], {}, {}, [presence.Ack(reader.pk, "phone", selectors.epoch(), head, head)])

    @rule(who=whom, kind=st.sampled_from(KINDS), channel=st.sampled_from(trees.CHANNELS), is_wanted=st.booleans())
    def choose(self, who: int, kind: str, channel: str, is_wanted: bool) -> None:
        if catalogue.kind(kind).is_mandatory:
            return
        reader = self.readers[who].pk
        preferences.choose(reader, channels={}, kinds={kind: {channel: is_wanted}})
        self.muted = self.muted - {(reader, kind, channel)} if is_wanted else self.muted | {(reader, kind, channel)}

    @rule(who=whom, is_quiet=st.booleans())
    def set_quiet_hours(self, who: int, is_quiet: bool) -> None:
        reader = self.readers[who].pk
        preferences.set_quiet_hours(reader, zone="UTC", windows=ALWAYS if is_quiet else [])
        self.quiet = self.quiet | {reader} if is_quiet else self.quiet - {reader}

    @rule(who=whom, token=st.sampled_from("abc"), is_kept=st.sampled_from([True, True, False]))
    def register(self, who: int, token: str, is_kept: bool) -> None:
        """Or sign out on that phone, with or without having been its owner."""
        reader = self.readers[who].pk
        if not is_kept:
            devices.unbind(reader, token)
            return
        if not Device.objects.filter(user=reader, fingerprint=fingerprint(token)).exists():
            self.screens.forget(token)  # what it shows is its former owner's
        devices.register(user_id=reader, address=token, now=timezone.now())

    # The laws

    def fault_with(self, job: Job, now: datetime) -> str:
        """Why this must not be handed over, by what the test knows."""
        delivery = Delivery.objects.select_related("notice", "device").get(pk=job.delivery_id)
        notice, unless = delivery.notice, delivery.unless
        kind = catalogue.kind(notice.kind)
        passes_quiet = notice.importance == Importance.URGENT or kind.ignores_quiet_hours or kind.is_mandatory
        faults = {
            "withdrawn": notice.pk in self.withdrawn,
            "expired": notice.expires_at and notice.expires_at <= now,
            "read": notice.pk in self.read and unless != Unless.NEVER,
            "seen": notice.pk in self.seen and unless in {Unless.SEEN, Unless.ACKED},
            "acked": notice.offset
            and self.acked.get(notice.recipient_id, 0) >= notice.offset
            and unless == Unless.ACKED,
            "muted": (notice.recipient_id, notice.kind, delivery.channel) in self.muted,
            "quiet": notice.recipient_id in self.quiet and delivery.channel != trees.EMAIL and not passes_quiet,
        }
        if delivery.device and not (delivery.device.is_enabled and delivery.device.user_id == notice.recipient_id):
            return "no address"
        return "" if delivery.is_clear else next((name for name, is_so in faults.items() if is_so), "")

    @invariant()
    def every_step_is_legal_and_what_has_ended_stays_so(self) -> None:
        now = dict(Delivery.objects.values_list("pk", "state"))
        changed = {(self.states.get(pk), state) for pk, state in now.items() if self.states.get(pk) != state}
        illegal = [(old, new) for old, new in changed if new not in (LEGAL.get(old, set()) if old else BEGINNINGS)]
        assert illegal == []
        self.states = now

    @invariant()
    def every_call_is_accounted_for(self) -> None:
        attempts = Counter(Attempt.objects.values_list("delivery", flat=True))
        for pk, number in Delivery.objects.values_list("pk", "attempts"):
            assert (number, attempts[pk]) == (self.counted[pk], self.answered[pk])

    @invariant()
    def what_waits_will_be_done_and_what_is_over_says_when(self) -> None:
        now = timezone.now()
        for delivery in Delivery.objects.select_related("notice"):
            assert (delivery.ended_at is None) == (delivery.state in Delivery.ACTIVE)
            if delivery.state == State.SENDING:
                assert delivery.due_at <= now + LEASE
            elif delivery.state in Delivery.WAITING:
                assert delivery.due_at <= now + WEEK

    @invariant()
    def everything_is_explained(self) -> None:
        for delivery in Delivery.objects.filter(state__in=[State.SKIPPED, State.FAILED, State.DEAD_ADDRESS]):
            assert delivery.reason or delivery.code, delivery.state
        silent = Notice.objects.filter(planned_at__isnull=False, deliveries=None)
        assert set(silent.values_list("pk", flat=True)) <= self.withdrawn

    def come_to_an_end(self) -> None:
        """Everything ends, and no screen keeps what is over."""
        self.states = dict(Delivery.objects.values_list("pk", "state"))
        for who in (0, 1):
            self.set_quiet_hours(who, False)
        rounds = 0
        while Notice.objects.filter(planned_at=None).exists() or Delivery.objects.active().exists():
            self.send(1000)
            self.every_step_is_legal_and_what_has_ended_stays_so()
            while self.wire:
                self.answer(0, Verdict.ACCEPTED)
                self.every_step_is_legal_and_what_has_ended_stays_so()
            self.pass_time(WEEK)
            rounds += 1
            assert rounds < 10
        assert self.kept() == []

    def kept(self) -> list[tuple[str, str]]:
        """Phones that show what was read or withdrawn, though a clear could have reached them."""
        reachable = {(d.fingerprint, d.user_id) for d in Device.objects.enabled()}
        over = {
            str(pk): user
            for pk, user in Notice.objects.filter(pk__in=self.read | self.withdrawn).values_list("pk", "recipient")
        }
        return [
            (address, nid)
            for address, nid in sorted(self.screens.showing)
            if (fingerprint(address), over.get(nid)) in reachable
        ]


@pytest.mark.hypothesis
@pytest.mark.django_db
@pytest.mark.usefixtures("every_channel")
def test_the_laws_hold_in_any_life() -> None:
    live(Outbox, lives=tries(6, 500), steps=30)
