"""What arrived, and what the phones show of it."""

import json
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Arrival:
    """One request. It is kept as it came, which is a tenth of the memory of what it parses to."""

    at: float
    channel: str
    address: str
    raw: bytes = field(repr=False)
    nid: str = ""
    kind: str = ""
    title: str = ""
    body: str = ""
    is_clear: bool = False
    is_visible: bool = True
    validate_only: bool = False
    code: int | None = None  # of the answer; none if there was none

    def as_json(self) -> dict[str, Any]:
        shown = asdict(self)
        message = json.loads(shown.pop("raw"))
        shown["message"] = message["message"] if self.channel == "fcm" and "message" in message else message
        return shown


@dataclass(slots=True)
class Shown:
    """One notice on one phone."""

    channel: str
    address: str
    nid: str
    kind: str
    title: str
    body: str
    at: float
    visible_writes: int = 1
    is_cleared: bool = False


class Journal:
    def __init__(self, keep: int = 50_000) -> None:
        self.arrivals: deque[Arrival] = deque(maxlen=keep)
        self.reset()

    def reset(self) -> None:
        self.arrivals.clear()
        self.phones: dict[tuple[str, str], Shown] = {}
        self._received: Counter[str] = Counter()
        self._accepted: Counter[str] = Counter()
        self._nids: set[str] = set()
        self._most_visible_writes = 0

    def arrived(self, arrival: Arrival) -> Arrival:
        self.arrivals.append(arrival)
        self._received[arrival.channel] += 1
        return arrival

    def accepted(self, arrival: Arrival, provider_id: str, addresses: tuple[str, ...] = ()) -> None:
        """Show it. A repeated notice replaces itself, a clear removes it, and what has no notice stands alone."""
        self._accepted[arrival.channel] += 1
        if arrival.nid:
            self._nids.add(arrival.nid)
        for address in addresses or (arrival.address,):
            self._fold(arrival, address, arrival.nid or provider_id)

    def since(self, at: float, channel: str = "") -> Iterator[Arrival]:
        """Oldest first."""
        return (one for one in list(self.arrivals) if one.at >= at and channel in ("", one.channel))

    def counts(self) -> dict[str, Any]:
        return {
            "received": self._received.total(),
            "accepted": self._accepted.total(),
            "nids": len(self._nids),
            "most_visible_writes": self._most_visible_writes,
            "received_by": dict(self._received),
            "accepted_by": dict(self._accepted),
        }

    def _fold(self, arrival: Arrival, address: str, nid: str) -> None:
        shown = self.phones.get((address, nid))
        if arrival.is_clear:
            if shown:
                shown.is_cleared, shown.at = True, arrival.at
        elif arrival.is_visible:
            writes = shown.visible_writes + 1 if shown else 1
            self._most_visible_writes = max(self._most_visible_writes, writes)
            self.phones[address, nid] = Shown(
                arrival.channel, address, nid, arrival.kind, arrival.title, arrival.body, arrival.at, writes
            )
