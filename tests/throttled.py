"""People who have asked as often as they may."""

import time
from types import SimpleNamespace

from accounts.models import User
from accounts.throttles import PerUser


def use_up(throttle: type[PerUser], user: User) -> int:
    """In this window and in the next, which may begin before they ask again. Answers how often they might in each."""
    asked = SimpleNamespace(user=user, auth=None)
    counted = throttle()
    for ahead in (0, counted.duration):
        counted.timer = lambda ahead=ahead: time.time() + ahead
        assert all(counted.allow_request(asked, None) for _ in range(counted.num_requests))
    return counted.num_requests
