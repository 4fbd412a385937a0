"""Reads that are kept for some minutes, in Redis and in the memory of a server that is one process."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache

from core.cache import FailOpenRedisCache
from core.unit import unit
from fleet import kept
from fleet.conf import limits
from tests import services
from tests.fleet.eyes import reported, saw

SUMMARY, VIOLATIONS, LOGS = "fleet.summary", "fleet.violations", "fleet.vehicle_logs"
LOCAL = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "kept",
    "OPTIONS": {"MAX_ENTRIES": 10_000},
}


@pytest.fixture(scope="module")
def redis() -> Iterator[services.Server]:
    with services.workspace() as directory, services.redis(directory) as server:
        yield server


def redis_cache(server: services.Server) -> dict[str, Any]:
    patience = {"socket_timeout": 2, "socket_connect_timeout": 2, "retry": None}
    return {"BACKEND": "core.cache.FailOpenRedisCache", "LOCATION": server.url, "OPTIONS": patience}


@pytest.fixture(params=["local", "redis"], autouse=True)
def backend(request: pytest.FixtureRequest, settings: Any, redis: services.Server) -> Iterator[str]:
    settings.CACHES = {"default": LOCAL if request.param == "local" else redis_cache(redis)}
    FailOpenRedisCache._resting_until = 0.0
    cache.clear()
    yield request.param
    FailOpenRedisCache._resting_until = 0.0


@pytest.fixture
def commit(db: None, django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[[], Any]:
    """What is done inside is committed at the end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


class Figures:
    """How often they were asked for, so far."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> int:
        self.asked += 1
        return self.asked


@pytest.fixture
def figures() -> Figures:
    return Figures()


def age(seconds: float) -> None:
    """As if all entries were that much older."""
    for entry in kept.entries():
        cache.set(kept._place_of(entry.query), replace(entry, at=entry.at - seconds))


class TestReading:
    def test_what_was_read_a_moment_ago_is_not_made_again(self, figures):
        assert [kept.read(SUMMARY, "7d", figures) for _ in range(3)] == [1, 1, 1]

    def test_each_question_has_its_own_answer(self, figures):
        asked = [(SUMMARY, "7d"), (SUMMARY, "30d"), (VIOLATIONS, "7d")]

        assert [kept.read(*one, figures) for one in asked] == [1, 2, 3]
        assert [kept.read(*one, figures) for one in asked] == [1, 2, 3]

    def test_also_where_two_have_one_place(self, figures):
        places: dict[str, str] = {}
        for n in range(10 * limits.cache_entries):
            other = places.setdefault(kept._place_of(f"{SUMMARY}?{n}"), str(n))
            if other != str(n):
                break

        found = [kept.read(SUMMARY, query, figures) for query in (other, str(n), str(n), other)]

        assert found == [1, 2, 2, 3]

    @pytest.mark.parametrize("value", [None, 0, "", [], {"trend": None}])
    def test_an_answer_may_be_anything(self, value):
        made = [value, "made again"]

        assert [kept.read(SUMMARY, "7d", lambda: made.pop(0)) for _ in range(2)] == [value, value]

    def test_what_cannot_be_made_is_not_kept(self, figures):
        with pytest.raises(ZeroDivisionError):
            kept.read(SUMMARY, "7d", lambda: 1 / 0)

        assert kept.read(SUMMARY, "7d", figures) == 1

    def test_anew_is_made_in_any_case_and_kept_for_others(self, figures):
        kept.read(SUMMARY, "7d", figures)

        assert (kept.read(SUMMARY, "7d", figures, anew=True), kept.read(SUMMARY, "7d", figures)) == (2, 2)


class TestAge:
    @pytest.mark.parametrize(("age_of_it", "answer"), [(limits.cache_seconds - 30, 1), (limits.cache_seconds + 1, 2)])
    def test_after_five_minutes_it_is_made_again(self, figures, age_of_it, answer):
        kept.read(SUMMARY, "7d", figures)
        age(age_of_it)

        assert kept.read(SUMMARY, "7d", figures) == answer

    @pytest.mark.parametrize(("ttl", "answer"), [(60, 1), (10, 2), (0, 2)])
    def test_who_asks_says_how_old_it_may_be(self, figures, ttl, answer):
        kept.read(SUMMARY, "7d", figures)
        age(30)

        assert kept.read(SUMMARY, "7d", figures, ttl=ttl) == answer

    def test_but_not_that_it_may_be_older_than_others_may_see(self, figures):
        kept.read(SUMMARY, "7d", figures)
        age(limits.cache_seconds + 1)

        assert kept.read(SUMMARY, "7d", figures, ttl=10 * limits.cache_seconds) == 2

    def test_what_is_read_again_is_as_young_as_its_making(self, figures):
        kept.read(SUMMARY, "7d", figures)
        age(limits.cache_seconds - 30)
        kept.read(SUMMARY, "7d", figures)
        age(31)

        assert kept.read(SUMMARY, "7d", figures) == 2


class TestOutdating:
    def test_a_change_is_read_once_it_is_committed(self, figures, commit):
        kept.read(SUMMARY, "7d", figures)
        with commit():
            kept.outdate(SUMMARY)
            assert kept.read(SUMMARY, "7d", figures) == 1

        assert kept.read(SUMMARY, "7d", figures) == 2

    def test_one_that_is_rolled_back_was_none(self, figures, commit):
        kept.read(SUMMARY, "7d", figures)
        with commit(), suppress(ZeroDivisionError), unit():
            kept.outdate(SUMMARY)
            raise ZeroDivisionError

        assert kept.read(SUMMARY, "7d", figures) == 1

    def test_other_boards_stay(self, figures, commit):
        kept.read(VIOLATIONS, "7d", figures)
        with commit():
            kept.outdate(SUMMARY, LOGS)

        assert kept.read(VIOLATIONS, "7d", figures) == 1

    def test_what_was_being_made_meanwhile_is_answered_and_never_read_again(self, figures, commit):
        def make() -> str:
            with commit():
                kept.outdate(SUMMARY)
            return "of before the change"

        assert kept.read(SUMMARY, "7d", make) == "of before the change"
        assert kept.read(SUMMARY, "7d", figures) == 1

    def test_all_that_a_gate_or_a_guard_says_outdates_what_shows_it(self, figures, vehicle, commit):
        for board in (VIOLATIONS, LOGS):
            kept.read(board, "7d", figures)
        with commit():
            saw("in 08:00")
        assert [kept.read(board, "7d", figures) for board in (VIOLATIONS, LOGS)] == [1, 3]
        with commit():
            reported()
        assert [kept.read(board, "7d", figures) for board in (VIOLATIONS, LOGS)] == [4, 3]


class TestPlaces:
    def test_there_are_a_thousand_whatever_is_asked(self, figures):
        for n in range(1200):
            kept.read(SUMMARY, str(n), figures)

        assert 600 < len(kept.entries()) <= limits.cache_entries == 1000
        assert kept.read(SUMMARY, str(n), figures) == 1200  # the newest has its place

    def test_a_sweep_takes_what_nobody_can_read_any_more(self, figures, commit):
        kept.read(SUMMARY, "old", figures)
        age(limits.cache_seconds + 1)
        kept.read(SUMMARY, "7d", figures)
        kept.read(VIOLATIONS, "7d", figures)
        with commit():
            kept.outdate(VIOLATIONS)

        assert kept.sweep() == 2
        assert [entry.query for entry in kept.entries()] == [f"{SUMMARY}?7d"]
        assert (kept.sweep(), kept.read(SUMMARY, "7d", figures)) == (0, 2)

    def test_clearing_takes_all(self, figures):
        cache.set("somebody_elses", 1)
        for query in ("7d", "30d"):
            kept.read(SUMMARY, query, figures)

        assert (kept.clear(), kept.clear(), kept.entries()) == (2, 0, [])
        assert (kept.read(SUMMARY, "7d", figures), cache.get("somebody_elses")) == (3, 1)


class TestWithoutRedis:
    @pytest.fixture
    def away(self, backend: str, settings: Any) -> Iterator[services.Server]:
        """Redis, which has gone, with what was in it."""
        with services.workspace() as directory, services.redis(directory) as server:
            settings.CACHES = {"default": redis_cache(server)}
            kept.read(SUMMARY, "7d", lambda: "kept")
            server.stop()
            yield server

    @pytest.mark.parametrize("backend", ["redis"], indirect=True)
    def test_everything_is_made_and_nothing_is_kept(self, away, figures, commit):
        assert [kept.read(SUMMARY, "7d", figures, ttl=ttl) for ttl in (None, 60, None)] == [1, 2, 3]
        with commit():
            kept.outdate(SUMMARY)
        assert (kept.sweep(), kept.clear(), kept.entries()) == (0, 0, [])

    @pytest.mark.parametrize("backend", ["redis"], indirect=True)
    def test_changes_are_written_all_the_same(self, away, vehicle, commit):
        with commit():
            saw("in 08:00")

        vehicle.refresh_from_db()
        assert vehicle.status == "onsite"
