"""The figures: each is right for rows that were made for it, and costs one query."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Q

from core.measuring import Parts
from notifications.models import ChannelHealth, Delivery, DeviceChange, Notice, QuietHours
from notifications.operators import backlog, insight
from notifications.operators.insight import Dwell, Tally
from notifications.outbox.looking import Verdict, verdict_on
from tests.factories.accounts import UserFactory
from tests.factories.notifications import DeliveryFactory, DeviceFactory, NoticeFactory

pytestmark = pytest.mark.django_db

State = Delivery.State
Reason = Delivery.Reason

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
DAY_IN_HOURS = Parts(NOON - 24 * HOUR, HOUR, 24)


def delivery(state: str = State.ACCEPTED, **facts: object) -> Delivery:
    """Planned one minute before noon."""
    return DeliveryFactory(**{"planned_at": NOON - 60 * SECOND, "state": state, "ended_at": NOON, **facts})


def told(at: datetime, kind: str = "sample_news", **facts: object) -> Notice:
    return NoticeFactory(kind=kind, created_at=at, planned_at=at, **facts)


def total() -> Tally:
    return insight.tallies(insight.outcomes(NOON - HOUR, NOON)).get((), Tally())


def test_the_rate_is_of_those_that_should_have_gone_and_have_ended():
    for state in (State.ACCEPTED, State.ACCEPTED, State.OPENED, State.FAILED, State.DEAD_ADDRESS):
        delivery(state)
    for reason in Reason:
        delivery(State.SKIPPED, reason=reason)
    delivery(State.WITHDRAWN)
    for state in Delivery.ACTIVE:
        delivery(state, ended_at=None)

    tally = total()

    assert (tally.handed_over, tally.lost, tally.waiting, tally.out) == (3, 2, 3, len(Reason) + 1)
    assert tally.rate == 3 / 5


def test_what_expired_is_lost_if_it_could_have_gone_before():
    delivery(State.EXPIRED)
    delivery(State.EXPIRED, code="UNAVAILABLE")
    delivery(State.EXPIRED, reason=Reason.HELD)

    assert (total().lost, total().out) == (2, 1)


@pytest.mark.parametrize(("held_until", "reason"), [(NOON, Reason.HELD), (NOON - SECOND, ""), (None, "")])
def test_the_last_look_says_that_it_was_held_until_its_time_was_over(held_until, reason):
    device = DeviceFactory()
    notice = told(NOON - HOUR, recipient=device.user, expires_at=NOON)
    waiting = delivery(State.SENDING, notice=notice, device=device, held_until=held_until, ended_at=None)

    verdict = verdict_on(waiting, NOON, is_wanted=True, is_stopped=False)

    assert verdict == Verdict(State.EXPIRED, reason)


def test_a_rate_of_nothing_is_none():
    delivery(State.SKIPPED, reason=Reason.MUTED)

    assert (total().rate, total().received_rate, total().opened_rate) == (None, None, None)


def test_what_apps_confirm_is_measured_against_what_was_handed_over():
    delivery(received_at=NOON)
    delivery(State.OPENED, received_at=NOON, opened_at=NOON)
    delivery()
    delivery()

    assert (total().received_rate, total().opened_rate) == (1 / 2, 1 / 4)


def test_clears_and_what_was_planned_before_the_window_are_not_counted():
    delivery(is_clear=True)
    delivery(planned_at=NOON - HOUR - SECOND)

    assert total() == Tally()


def test_figures_are_per_kind_and_channel():
    delivery(notice=told(NOON, "sample_news"), channel="fcm")
    delivery(State.FAILED, notice=told(NOON, "sample_news"), channel="email")
    delivery(notice=told(NOON, "sample_alarm"), channel="fcm")

    tallies = insight.tallies(insight.outcomes(NOON - HOUR, NOON), "kind", "channel")

    assert {key: tally.rate for key, tally in tallies.items()} == {
        ("sample_alarm", "fcm"): 1,
        ("sample_news", "email"): 0,
        ("sample_news", "fcm"): 1,
    }


def test_failures_are_listed_by_code_and_skips_by_reason_the_most_frequent_first():
    delivery(State.FAILED, code="INVALID_ARGUMENT")
    delivery(State.DEAD_ADDRESS, code="UNREGISTERED")
    delivery(State.DEAD_ADDRESS, code="UNREGISTERED")
    delivery(State.RETRYING, code="UNAVAILABLE", ended_at=None)
    delivery(State.SKIPPED, reason=Reason.READ)
    delivery(State.SKIPPED, reason=Reason.MUTED, channel="email")
    delivery(State.SKIPPED, reason=Reason.MUTED, channel="email")

    outcomes = insight.outcomes(NOON - HOUR, NOON)

    assert list(insight.failures(outcomes).items()) == [
        (("fcm", "dead_address", "UNREGISTERED"), 2),
        (("fcm", "failed", "INVALID_ARGUMENT"), 1),
    ]
    assert list(insight.skips(outcomes).items()) == [(("muted", "email"), 2), (("read", "fcm"), 1)]


def test_dwell_is_from_the_commit_to_the_hand_over():
    for seconds in (1, 2, 3, 4, 5):
        delivery(notice=told(NOON - seconds * SECOND))

    (dwell,) = insight.dwells(NOON - HOUR, NOON)

    assert (dwell.kind, dwell.channel, dwell.is_held, dwell.count) == ("sample_news", "fcm", False, 5)
    assert (dwell.p50, dwell.p95, dwell.p99) == pytest.approx((3, 4.8, 4.96), abs=0.001)


def test_dwell_of_what_was_held_on_purpose_is_from_the_end_of_that():
    delivery(notice=told(NOON - 10 * HOUR), held_until=NOON - 2 * SECOND)
    delivery(notice=told(NOON - SECOND))

    immediate, held = insight.dwells(NOON - HOUR, NOON)

    assert (immediate.is_held, held.is_held) == (False, True)
    assert (immediate.p50, held.p50) == pytest.approx((1, 2), abs=0.001)


def test_what_was_never_handed_over_has_no_dwell():
    delivery(State.FAILED)
    delivery(State.SKIPPED, reason=Reason.MUTED)
    delivery(State.PENDING, ended_at=None)

    assert insight.dwells(NOON - HOUR, NOON) == []


def test_dwell_may_be_asked_per_channel_alone():
    delivery(notice=told(NOON - SECOND, "sample_news"))
    delivery(notice=told(NOON - SECOND, "sample_alarm"))

    (dwell,) = insight.dwells(NOON - HOUR, NOON, "channel")

    assert dwell == Dwell("", "fcm", False, 2, dwell.p50, dwell.p95, dwell.p99)


def test_a_window_is_charted_in_equal_parts_and_empty_ones_too():
    delivery(planned_at=NOON - 24 * HOUR)
    delivery(State.FAILED, planned_at=NOON - HOUR / 2)
    delivery(State.PENDING, planned_at=NOON - HOUR / 2, ended_at=None)
    delivery(planned_at=NOON)

    found = insight.tallies_over_time(DAY_IN_HOURS)

    assert [(one.handed_over, one.lost, one.waiting) for one in found["fcm"]] == [
        (1, 0, 0),
        *[(0, 0, 0)] * 22,
        (0, 1, 1),
    ]


def test_dwell_over_time_is_of_what_went_at_once():
    for seconds in (1, 3):
        delivery(notice=told(NOON - seconds * SECOND))
    delivery(notice=told(NOON - 10 * HOUR), held_until=NOON - 9 * SECOND)

    found = insight.dwells_over_time(DAY_IN_HOURS)

    assert found[:-1] == [None] * 23
    assert found[-1] == pytest.approx([2, 2.9, 2.98], abs=0.001)


def test_figures_may_be_of_one_channel_or_kind_alone():
    delivery(notice=told(NOON, "sample_news"), channel="fcm")
    delivery(notice=told(NOON, "sample_alarm"), channel="email")
    only = Q(channel="email", kind="sample_alarm")

    assert [one.kind for one in insight.outcomes(NOON - HOUR, NOON, only)] == ["sample_alarm"]
    assert list(insight.tallies_over_time(DAY_IN_HOURS, only)) == ["email"]
    assert [one.channel for one in insight.dwells(NOON - HOUR, NOON, only=only)] == ["email"]


def test_what_was_told_is_counted_whether_a_worker_has_looked_at_it_or_not():
    told(NOON - HOUR)
    NoticeFactory(kind="sample_news", created_at=NOON - HOUR)
    told(NOON - HOUR, "sample_alarm")
    told(NOON)

    assert insight.told(NOON - HOUR, NOON) == insight.Told(3, 2)
    assert insight.told(NOON - HOUR, NOON, "sample_news") == insight.Told(2, 1)


def test_a_queue_says_what_its_jobs_wait_for_and_how_long_the_oldest_has_waited():
    for state, due_at in [
        (State.PENDING, NOON - 90 * SECOND),
        (State.RETRYING, NOON - 30 * SECOND),
        (State.SENDING, NOON - SECOND),
        (State.SENDING, NOON + 59 * SECOND),
        (State.RETRYING, NOON + 30 * SECOND),
        (State.PENDING, NOON + HOUR),
    ]:
        delivery(state, lane="fcm.ios", due_at=due_at, ended_at=None)
    delivery(State.FAILED, lane="fcm.ios", due_at=NOON - HOUR)

    queues = {queue.lane: queue for queue in backlog.queues(NOON)}

    assert queues["fcm.ios"] == backlog.Queue("fcm.ios", due=3, sending=1, retrying=1, held=1, age=90.0)
    assert queues["sms"] == backlog.Queue("sms", due=0, sending=0, retrying=0, held=0, age=0.0)


def test_notices_no_worker_has_planned_are_counted_with_the_age_of_the_oldest():
    NoticeFactory(created_at=NOON - 5 * SECOND)
    NoticeFactory(created_at=NOON)
    told(NOON - HOUR)

    assert backlog.unplanned(NOON) == backlog.Unplanned(2, 5.0)


def test_held_by_quiet_hours_is_what_waits_while_the_readers_clock_says_quiet():
    asleep, awake = UserFactory(), UserFactory()
    night = [{"days": list(range(7)), "start": "22:00", "end": "08:00"}]
    QuietHours.objects.create(user=asleep, zone="Asia/Tokyo", windows=night)
    QuietHours.objects.create(user=awake, zone="UTC", windows=night)
    at = datetime(2026, 11, 20, 17, tzinfo=UTC)  # two in the morning in Tokyo

    for user, kind, importance, channel in [
        (asleep, "sample_news", "normal", "fcm"),
        (asleep, "sample_news", "normal", "email"),
        (asleep, "sample_news", "urgent", "fcm"),
        (asleep, "sample_alarm", "normal", "fcm"),
        (asleep, "sample_bill", "normal", "fcm"),
        (awake, "sample_news", "normal", "fcm"),
    ]:
        notice = told(at, kind, recipient=user, importance=importance)
        delivery(State.PENDING, notice=notice, channel=channel, due_at=at + HOUR, ended_at=None)

    assert backlog.held_by_quiet_hours(at) == 1


def test_open_breakers_come_first():
    ChannelHealth.objects.create(name="email")
    ChannelHealth.objects.create(name="sms", state="open", opened_at=NOON, retry_at=NOON + HOUR)

    assert [health.name for health in backlog.breakers()] == ["sms", "email"]


def test_devices_are_fresh_stale_or_dead():
    DeviceFactory(last_seen_at=NOON)
    DeviceFactory(last_seen_at=NOON - timedelta(days=31))
    DeviceFactory(last_seen_at=NOON, is_enabled=False)
    DeviceFactory(last_seen_at=NOON, platform="ios")

    assert insight.fleet(NOON) == [insight.Fleet("android", 1, 1, 1), insight.Fleet("ios", 1, 0, 0)]


def test_what_happened_to_addresses_is_counted_per_day():
    user_id = UserFactory().pk
    for what, at in [("registered", NOON), ("died", NOON), ("died", NOON - 13 * HOUR)]:
        DeviceChange.objects.create(user_id=user_id, device_id=user_id, what=what, at=at)

    days = insight.device_changes_by_day(NOON - 24 * HOUR)
    changes = insight.device_changes(NOON - 12 * HOUR)

    assert [(str(day), counts["registered"], counts["died"]) for day, counts in days.items()] == [
        ("2026-11-20", 1, 1),
        ("2026-11-19", 0, 1),
    ]
    assert changes == {"registered": 1, "refreshed": 0, "moved": 0, "unbound": 0, "died": 1, "aged": 0}


@pytest.mark.parametrize("rows", [1, 7])
@pytest.mark.parametrize(
    "figure",
    [
        lambda: insight.outcomes(NOON - HOUR, NOON),
        lambda: insight.tallies_over_time(DAY_IN_HOURS),
        lambda: insight.dwells_over_time(DAY_IN_HOURS),
        lambda: insight.told(NOON - HOUR, NOON),
        lambda: insight.dwells(NOON - HOUR, NOON),
        lambda: insight.fleet(NOON),
        lambda: insight.device_changes(NOON - HOUR),
        lambda: insight.device_changes_by_day(NOON - HOUR),
        lambda: backlog.queues(NOON),
        lambda: backlog.unplanned(NOON),
        lambda: backlog.held_by_quiet_hours(NOON),
        lambda: backlog.breakers(),
    ],
    ids=[
        "outcomes",
        "over time",
        "dwells over time",
        "told",
        "dwells",
        "fleet",
        "changes",
        "by day",
        "queues",
        "unplanned",
        "quiet",
        "breakers",
    ],
)
def test_a_figure_is_one_query_however_much_there_is(figure, rows, django_assert_num_queries):
    for n in range(rows):
        notice = told(NOON, kind=f"kind {n}")
        delivery(notice=notice, code=f"code {n}")
        delivery(State.PENDING, notice=notice, channel="email", ended_at=None)
        DeviceFactory()
        ChannelHealth.objects.create(name=f"lane {n}")

    with django_assert_num_queries(1):
        figure()
