"""Sockets that have not said who they are, counted by address."""

from collections import Counter
from types import TracebackType
from typing import Self

from realtime.conf import limits

_waiting: Counter[str] = Counter()


class Stranger:
    """Counts against its address from entering until it is introduced, or leaves."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._is_counted = False

    @property
    def is_one_too_many(self) -> bool:
        return _waiting[self._address] > limits.sockets_before_auth_per_address

    def introduce(self) -> None:
        if self._is_counted:
            self._is_counted = False
            _waiting[self._address] -= 1
            if not _waiting[self._address]:
                del _waiting[self._address]

    def __enter__(self) -> Self:
        _waiting[self._address] += 1
        self._is_counted = True
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.introduce()
