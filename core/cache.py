"""A Redis cache that costs nobody a request: when Redis does not answer, it is an empty cache for a while."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

REST_SECONDS = 5.0


class FailOpenRedisCache(RedisCache):
    _resting_until = 0.0

    def _ask(self, question: Callable[..., Any], otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < FailOpenRedisCache._resting_until:
            return otherwise
        try:
            return question(*args, **kwargs)
        except (RedisError, OSError) as error:
            # One request pays the time-out, the others of the next seconds do not.
            FailOpenRedisCache._resting_until = time.monotonic() + REST_SECONDS
            logger.warning("cache_unavailable", extra={"error": repr(error)})
            return otherwise

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask(super().get, default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._ask(super().set, None, *args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask(super().add, True, *args, **kwargs))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        return int(self._ask(super().incr, delta, key, delta, version))

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask(super().touch, False, *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask(super().delete, False, *args, **kwargs))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return dict(self._ask(super().get_many, {}, *args, **kwargs))

    def set_many(self, *args: Any, **kwargs: Any) -> list[str]:
        return list(self._ask(super().set_many, [], *args, **kwargs))

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._ask(super().delete_many, None, *args, **kwargs)

    def clear(self) -> None:
        """Of its own keys: in the same Redis are the broker's queues, and what its neighbours keep."""
        self._ask(self._clear, None)

    def _clear(self) -> None:
        redis = self._cache.get_client(write=True)
        for key in redis.scan_iter(self.make_key("*"), count=1000):
            redis.unlink(key)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask(super().has_key, False, *args, **kwargs))
