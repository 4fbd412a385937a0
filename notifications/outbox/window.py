"""How many calls may be on the wire at once: all there is room for, fewer while the provider is in trouble."""

import threading

FEWEST = 2


class Window:
    """Halves when calls fail for reasons of the provider, and opens by one with each that succeeds, as TCP starts."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._limit = slots
        self._taken = 0
        self._lock = threading.Lock()

    @property
    def limit(self) -> int:
        return self._limit

    def take(self, at_most: int) -> int:
        """How many slots the caller has from now on; they are given back one by one or together."""
        with self._lock:
            granted = max(0, min(at_most, self._limit - self._taken))
            self._taken += granted
            return granted

    def give_back(self, slots: int) -> None:
        with self._lock:
            self._taken -= slots

    def learn(self, *, succeeded: int, failed: int) -> None:
        """From calls that ended together: one cut for all their failures."""
        with self._lock:
            if failed:
                self._limit = max(FEWEST, self._limit // 2)
            else:
                self._limit = min(self._slots, self._limit + succeeded)
