from typing import Any

from accounts.identity import Identity
from core.errors import Forbidden, refuse
from fleet import selectors, turning
from fleet.feed import feed
from realtime import selectors as streams
from realtime.dialects import DialectConsumer, Greeting


class FleetConsumer(DialectConsumer):
    """`/ws/fleet`: the board of seed 003, for guards, officers and staff. What the app says is passed over."""

    dialect = "fleet"

    def admit(self, identity: Identity) -> None:
        refuse(Forbidden, unless=selectors.readers([identity.user_id]))
        self.is_full = bool(selectors.deciders([identity.user_id]))

    def greet(self, identity: Identity) -> Greeting:
        turning.begin()
        connected = {"type": "connection", "data": {"status": "connected"}}
        return Greeting(streams.state(identity.user_id), [connected])

    def opened(self) -> None:
        feed.join(self.connection, is_full=self.is_full)

    def gone(self) -> None:
        feed.leave(self.connection)

    def frame(self, event: dict[str, Any]) -> dict[str, Any] | None:
        """The app has no words for what is told to one user alone."""
        return None
