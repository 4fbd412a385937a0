"""When there is something to book: also where the clocks are changed, and on days of their own."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings import schedule, slots
from bookings.errors import NoSuchSlot, TooEarlyToBook, TooLateToBook
from bookings.listing import listed
from bookings.models import Provider, Service
from bookings.schedule import Hours, hours_of, offered
from bookings.services import providers
from core.clocks import local_day
from core.hours import is_open
from tests.factories.bookings import ProviderFactory, ServiceFactory, every_day

MINUTE = timedelta(minutes=1)
FOR_EVER = 730

CAIRO_FORWARD, CAIRO_BACK = date(2026, 4, 24), date(2026, 10, 29)
CHANGES = [
    ("Africa/Cairo", CAIRO_FORWARD),
    ("Africa/Cairo", CAIRO_BACK),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2018, 2, 17)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
]


def a_service(zone, *spans, minutes=60, buffer=0, **of_service):
    provider = ProviderFactory(zone=zone, hours=every_day(*spans))
    return ServiceFactory(provider=provider, duration_minutes=minutes, buffer_minutes=buffer, **of_service)


def shown(service, day):
    """What its clocks show when the slots of a day begin, with the offset."""
    clock = ZoneInfo(service.provider.zone)
    begin = [slot.start.astimezone(clock) for slot in offered(service, hours_of(service, day, day), day)]
    return [f"{at:%H:%M%z}"[:-2] for at in begin]


pytestmark = pytest.mark.django_db


class TestWhereClocksAreChanged:
    def test_where_midnight_is_skipped_a_night_begins_at_one(self):
        service = a_service("Africa/Cairo", ("00:00", "02:00"), minutes=30)

        assert shown(service, CAIRO_FORWARD) == ["01:00+03", "01:30+03"]

    def test_an_hour_that_is_shown_twice_is_offered_twice(self):
        service = a_service("Africa/Cairo", ("22:00", "02:00"), minutes=30)
        evening, after = shown(service, CAIRO_BACK), shown(service, CAIRO_BACK + timedelta(days=1))

        assert evening[4:] == ["22:00+03", "22:30+03", "23:00+03", "23:30+03", "23:00+02", "23:30+02"]
        assert after[:4] == ["00:00+02", "00:30+02", "01:00+02", "01:30+02"]

    def test_both_can_be_booked_each_for_itself(self, reserve):
        service = a_service("Africa/Cairo", ("22:00", "02:00"), minutes=30, horizon_days=FOR_EVER)
        first, again = datetime(2026, 10, 29, 20, 30, tzinfo=UTC), datetime(2026, 10, 29, 21, 30, tzinfo=UTC)
        now = first - timedelta(days=3)

        one, other = (reserve(service, start_at=at, seats=2, now=now) for at in (first, again))
        assert one.slot_id != other.slot_id
        assert [f"{each.start_at.astimezone(ZoneInfo('Africa/Cairo')):%H:%M}" for each in (one, other)] == ["23:30"] * 2

    def test_lord_howe_changes_by_half_an_hour(self):
        service = a_service("Australia/Lord_Howe", ("01:00", "03:00"), minutes=30)

        assert shown(service, date(2026, 10, 4)) == ["01:00+10", "01:30+10", "02:30+11"]
        assert shown(service, date(2026, 4, 5)) == ["01:00+11", "01:30+11", "01:30+10", "02:00+10", "02:30+10"]

    def test_a_day_that_the_calendar_skips_has_no_slots(self):
        service = a_service("Pacific/Apia", ("09:00", "12:00"))

        assert shown(service, date(2011, 12, 30)) == []
        assert shown(service, date(2011, 12, 29)) == ["09:00-10", "10:00-10", "11:00-10"]
        assert shown(service, date(2011, 12, 31)) == ["09:00+14", "10:00+14", "11:00+14"]

    def test_sao_paulo_had_no_midnight_and_had_one_eleven_twice(self):
        service = a_service("America/Sao_Paulo", ("23:00", "01:00"), minutes=30)

        assert shown(service, date(2018, 11, 3))[-2:] == ["23:00-03", "23:30-03"]
        assert shown(service, date(2018, 11, 4)) == ["23:00-02", "23:30-02"]
        assert shown(service, date(2018, 2, 17))[-4:] == ["23:00-02", "23:30-02", "23:00-03", "23:30-03"]

    def test_who_is_always_open_has_as_many_slots_as_the_day_has_hours(self):
        service = a_service("Africa/Cairo", ("00:00", "00:00"))

        assert [len(shown(service, day)) for day in (CAIRO_FORWARD, CAIRO_BACK, date(2026, 7, 1))] == [23, 25, 24]


class TestHours:
    def test_a_night_belongs_to_the_day_on_which_a_slot_begins(self):
        provider = ProviderFactory(hours=[{"weekday": 4, "start": "22:00", "end": "02:00"}])
        service = ServiceFactory(provider=provider)
        friday = date(2026, 6, 5)

        assert shown(service, friday) == ["22:00+00", "23:00+00"]
        assert shown(service, friday + timedelta(days=1)) == ["00:00+00", "01:00+00"]

    def test_a_special_day_has_its_own_hours_or_none(self):
        service = a_service("UTC", ("09:00", "12:00"))
        day = date(2026, 6, 5)
        providers.set_special_day(service.provider, day=day, spans=[{"start": "10:00", "end": "11:00"}])
        assert shown(service, day) == ["10:00+00"]
        assert len(shown(service, day + timedelta(days=1))) == 3

        providers.set_special_day(service.provider, day=day, spans=[])
        assert shown(service, day) == []
        providers.unset_special_day(service.provider, day=day)
        assert len(shown(service, day)) == 3

    def test_a_special_night_reaches_into_the_next_day(self):
        service = a_service("UTC", ("09:00", "10:00"))
        day = date(2026, 12, 31)
        providers.set_special_day(service.provider, day=day, spans=[{"start": "22:00", "end": "02:00"}])

        assert shown(service, day) == ["22:00+00", "23:00+00"]
        assert shown(service, day + timedelta(days=1)) == ["00:00+00", "01:00+00", "09:00+00"]

    def test_a_service_may_have_hours_of_its_own(self):
        service = a_service("UTC", ("09:00", "12:00"), hours=every_day(("15:00", "16:00")))

        assert shown(service, date(2026, 6, 5)) == ["15:00+00"]

    def test_a_slot_ends_before_they_close(self):
        assert shown(a_service("UTC", ("09:00", "11:30")), date(2026, 6, 5)) == ["09:00+00", "10:00+00"]

    def test_a_buffer_lies_between_slots_and_not_after_the_last(self):
        with_buffer = a_service("UTC", ("10:00", "12:15"), buffer=15)
        without = a_service("UTC", ("10:00", "12:15"))

        assert shown(with_buffer, date(2026, 6, 5)) == ["10:00+00", "11:15+00"]
        assert shown(without, date(2026, 6, 5)) == ["10:00+00", "11:00+00"]


class TestNotice:
    START = datetime(2026, 6, 5, 12, tzinfo=UTC)

    @pytest.fixture
    def service(self):
        return a_service("UTC", ("00:00", "00:00"), notice_minutes=120, horizon_days=30)

    def starts(self, service, now):
        return [slot.start for slot in listed(service, self.START.date(), self.START.date(), now)]

    def test_exactly_as_much_as_is_wanted_is_enough(self, service):
        now = self.START - timedelta(hours=2)

        assert self.starts(service, now)[0] == self.START
        assert slots.bookable(service, self.START, now).start_at == self.START

    def test_a_moment_less_is_not(self, service):
        now = self.START - timedelta(hours=2) + timedelta(microseconds=1)

        assert self.START not in self.starts(service, now)
        with pytest.raises(TooLateToBook):
            slots.bookable(service, self.START, now)

    def test_so_it_is_with_how_far_ahead_one_may_book(self, service):
        earliest = self.START - timedelta(days=30)
        assert slots.bookable(service, self.START, earliest).start_at == self.START
        assert self.starts(service, earliest)[-1] == self.START

        with pytest.raises(TooEarlyToBook):
            slots.bookable(service, self.START, earliest - timedelta(microseconds=1))

    def test_what_begins_now_can_be_booked_without_notice_and_what_has_begun_cannot(self):
        service = a_service("UTC", ("00:00", "00:00"))
        assert slots.bookable(service, self.START, self.START).start_at == self.START

        with pytest.raises(TooLateToBook):
            slots.bookable(service, self.START, self.START + MINUTE)


@pytest.mark.parametrize(("zone", "day"), CHANGES[:3])
def test_what_is_listed_is_what_can_be_booked_at_every_minute_of_the_day(zone, day):
    service = a_service(zone, ("22:00", "02:10"), ("09:05", "12:00"), minutes=40, buffer=5, horizon_days=FOR_EVER)
    now = local_day(day - timedelta(days=3), zone).start
    span = local_day(day, zone)
    every_minute = [span.start + n * MINUTE for n in range((span.end - span.start) // MINUTE)]

    found = [at for at in every_minute if schedule.offered_at(service, at)]
    assert found == [slot.start for slot in listed(service, day, day, now)]
    assert [slots.bookable(service, at, now).start_at for at in found] == found
    with pytest.raises(NoSuchSlot):
        slots.bookable(service, found[0] + MINUTE, now)


class TestProperties:
    clock = st.times().map(lambda at: f"{at:%H:%M}")

    @given(
        st.sampled_from(CHANGES),
        st.integers(-1, 1),
        st.lists(st.tuples(clock, clock), min_size=1, max_size=3),
        st.integers(5, 180),
        st.integers(0, 30),
    )
    @pytest.mark.hypothesis
    def test_slots_are_of_one_length_within_the_hours_and_apart(self, change, shift, spans, minutes, buffer):
        zone, changed_on = change
        day = changed_on + timedelta(days=shift)
        weekly = every_day(*spans)
        provider = Provider(zone=zone, hours=weekly)
        service = Service(provider=provider, duration_minutes=minutes, buffer_minutes=buffer)
        hours = Hours(zone, weekly_of(weekly), {})
        found = offered(service, hours, day)

        today = local_day(day, zone)
        for slot in found:
            assert slot.end - slot.start == minutes * MINUTE
            assert today.start <= slot.start < today.end
            assert is_open(weekly, zone, slot.start)
            assert is_open(weekly, zone, slot.end - timedelta(microseconds=1))
        for before, after in pairwise(found):
            assert before.end <= after.start


def weekly_of(spans):
    found = {}
    for span in spans:
        found.setdefault(span["weekday"], []).append(
            (time.fromisoformat(span["start"]), time.fromisoformat(span["end"]))
        )
    return found
