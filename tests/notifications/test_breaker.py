from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from core.unit import unit
from notifications.channels.parcel import Outcome, Scope, Verdict
from notifications.models import ChannelHealth
from notifications.outbox import breaker
from tests.properties import tries

pytestmark = pytest.mark.django_db

State = ChannelHealth.State

ACCEPTED = Outcome(Verdict.ACCEPTED)
FAILED = Outcome(Verdict.TRANSIENT, "UNAVAILABLE")
LANE = "fcm.android"
NEWS = breaker.name_of_kind("fcm", "sample_news")


@unit
def note(*outcomes: Outcome, lane: str = LANE, now: datetime | None = None) -> list[str]:
    return breaker.note(lane, outcomes, now or timezone.now())


def state(name: str = LANE) -> str:
    return ChannelHealth.objects.get(pk=name).state


def test_five_failures_in_a_row_open_it(now: datetime) -> None:
    assert note(*[FAILED] * 4, ACCEPTED, *[FAILED] * 4) == []
    assert note(FAILED) == [LANE]
    assert breaker.allowance(LANE, now) == 0
    assert breaker.open_lanes(now) == [LANE]


def test_so_does_half_of_the_last_twenty(now: datetime) -> None:
    assert note(*[FAILED, ACCEPTED, ACCEPTED] * 6, *[FAILED, ACCEPTED] * 3) == []
    assert note(*[FAILED, ACCEPTED] * 7) == [LANE]


def test_a_lane_without_trouble_is_not_written_to() -> None:
    note(*[ACCEPTED] * 100)
    assert not ChannelHealth.objects.exists()


def test_while_it_is_open_one_call_at_a_time_finds_out(now: datetime) -> None:
    note(*[FAILED] * 5, now=now)
    later = now + timedelta(seconds=31)
    assert [breaker.allowance(LANE, later) for _ in range(3)] == [1, 0, 0]
    note(ACCEPTED, now=later)
    assert breaker.allowance(LANE, later) == breaker.UNLIMITED


def test_a_probe_that_fails_makes_the_pause_twice_as_long(now: datetime) -> None:
    note(*[FAILED] * 5, now=now)
    for seconds in (60, 120, 240, 480, 600, 600):
        now += timedelta(seconds=1000)
        assert breaker.allowance(LANE, now) == 1
        note(FAILED, now=now)
        assert ChannelHealth.objects.get(pk=LANE).retry_at == now + timedelta(seconds=seconds)


def test_a_probe_whose_process_died_is_followed_by_another(now: datetime) -> None:
    note(*[FAILED] * 5, now=now)
    assert breaker.allowance(LANE, now + timedelta(seconds=31)) == 1
    assert breaker.allowance(LANE, now + timedelta(seconds=31 + 16)) == 1


def test_the_providers_own_word_is_obeyed(now: datetime) -> None:
    note(*[Outcome(Verdict.LIMITED, retry_after=120)] * 5, now=now)
    assert ChannelHealth.objects.get(pk=LANE).retry_at == now + timedelta(seconds=120)


def test_bad_credentials_open_every_lane_of_the_channel_at_once(now: datetime) -> None:
    opened = note(Outcome(Verdict.MISCONFIGURED, "PERMISSION_DENIED", scope=Scope.CHANNEL))
    assert opened == ["fcm.android", "fcm.ios", "fcm.web"]
    assert breaker.allowance("onesignal", now) == breaker.UNLIMITED


def test_a_bad_key_for_apple_opens_the_lane_of_apple_only() -> None:
    assert note(Outcome(Verdict.MISCONFIGURED, "THIRD_PARTY_AUTH_ERROR"), lane="fcm.ios") == ["fcm.ios"]


def test_what_is_wrong_with_an_address_or_a_message_says_nothing_of_the_lane() -> None:
    note(*[Outcome(Verdict.DEAD), Outcome(Verdict.REJECTED)] * 20)
    assert not ChannelHealth.objects.exclude(state=State.CLOSED).exists()


def test_a_kind_that_is_rejected_five_times_in_a_row_is_stopped_until_somebody_closes_it(now: datetime) -> None:
    with unit():
        breaker.note_kind(NEWS, [True, True, False, True, True, True, True], now)
    assert breaker.stopped_kinds() == set()
    with unit():
        breaker.note_kind(NEWS, [True], now)
    assert breaker.stopped_kinds() == {NEWS}
    breaker.close(NEWS)
    assert breaker.stopped_kinds() == set()


@settings(max_examples=tries(25))
@given(st.lists(st.sampled_from([ACCEPTED, FAILED, Outcome(Verdict.LIMITED)]), max_size=40))
def test_it_opens_exactly_when_the_row_or_the_window_says_so(outcomes: list[Outcome]) -> None:
    """Against a recount from the whole history."""
    ChannelHealth.objects.all().delete()
    failed = [outcome.verdict != Verdict.ACCEPTED for outcome in outcomes]
    should_open = any(
        (all(failed[max(0, n - 5) : n]) and n >= 5) or sum(failed[max(0, n - 20) : n]) >= 10
        for n in range(1, len(failed) + 1)
        if failed[n - 1]
    )
    for outcome in outcomes:
        note(outcome)
    assert ChannelHealth.objects.exclude(state=State.CLOSED).exists() == should_open
