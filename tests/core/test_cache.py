"""The cache costs nobody a request: without Redis it is empty, and soon no longer asked."""

import time

import pytest
from redis import Redis

from core.cache import FailOpenRedisCache
from tests import services


@pytest.fixture
def redis():
    with services.workspace() as directory, services.redis(directory) as server:
        yield server


@pytest.fixture
def cache(redis):
    FailOpenRedisCache._resting_until = 0.0
    yield FailOpenRedisCache(redis.url, {"OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1, "retry": None}})
    FailOpenRedisCache._resting_until = 0.0


def test_it_is_a_cache(cache):
    cache.set("a", 1)

    assert (cache.get("a"), cache.incr("a"), cache.add("a", 5), cache.get("b", "none")) == (1, 2, False, "none")


def test_it_clears_its_own_keys_and_leaves_the_queues_of_the_broker(cache, redis):
    neighbour = FailOpenRedisCache(redis.url, {"KEY_PREFIX": "neighbour"})
    client = Redis.from_url(redis.url)
    client.rpush("celery", "a task")
    for one in (cache, neighbour):
        one.set("a", 1)

    cache.clear()

    assert (cache.get("a"), neighbour.get("a"), client.lrange("celery", 0, -1)) == (None, 1, [b"a task"])


@pytest.mark.parametrize("trouble", ["stop", "pause"])
def test_in_trouble_it_is_empty_and_the_first_question_only_is_slow(cache, redis, trouble):
    cache.set("a", 1)
    getattr(redis, trouble)()
    took = []
    for _ in range(5):
        began = time.monotonic()
        assert cache.get("a", "none") == "none"
        assert cache.add("a", 1) is True
        assert cache.incr("a") == 1
        cache.set("a", 1)
        took.append(time.monotonic() - began)
    redis.resume() if trouble == "pause" else None

    assert took[0] < 2
    assert sum(took[1:]) < 1
