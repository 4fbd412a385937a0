"""What a channel is handed, and what it says became of it."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Parcel:
    """One notice for one address, in the reader's words. `address` is a secret: it is in no log and no `repr`."""

    nid: UUID  # of the notice: what a device shows once, however often it arrives
    user_id: UUID
    kind: str  # such as "shift_offers"; also the name of the Android channel
    title: str
    body: str
    data: Mapping[str, str]
    is_urgent: bool
    is_clear: bool  # take the notice off the screen, in silence
    badge: int  # how many unread there are now
    expires_at: datetime | None
    address: str = field(repr=False)
    address_kind: str = ""  # of push: token or fid
    platform: str = ""  # of push: android, ios or web
    renders_data: bool = False  # of push: the app draws the notice itself
    locale: str = "en"
    fresh_until: float = math.inf  # of the monotonic clock: what was looked at may have been taken back since

    def refuse_if_stale(self) -> None:
        """To be called when nothing but the call remains."""
        if time.monotonic() > self.fresh_until:
            raise Stale


class Stale(Exception):
    """The look at the parcel has grown old; no call was begun."""


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    DEAD = "dead"  # the address is no more
    REJECTED = "rejected"  # a defect of what we sent; the address is not to blame
    MISCONFIGURED = "misconfigured"  # our credentials or the project: nothing can be sent until somebody mends them
    LIMITED = "limited"  # too many; `retry_after` says when, if the provider did
    TRANSIENT = "transient"  # it could not say, or only "later"; it may have been delivered
    UNSENT = "unsent"  # certainly not handed over, and nothing to blame it on but the way there


class Scope(StrEnum):
    """What an outcome says about others: all that goes the same way to the same platform, or all of the channel."""

    LANE = "lane"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Outcome:
    verdict: Verdict
    code: str = ""  # as the provider says it, such as UNREGISTERED
    http: int | None = None
    provider_id: str = ""
    retry_after: float | None = None  # seconds
    error: str = ""  # for operators; never holds an address
    scope: Scope = Scope.LANE


class Channel(Protocol):
    """A way to a person. `send` runs on the courier's event loop and answers for every failure with an Outcome."""

    async def send(self, parcel: Parcel) -> Outcome: ...

    async def check(self) -> Outcome:
        """Would the provider take something from us? Nothing is delivered."""

    async def close(self) -> None: ...
