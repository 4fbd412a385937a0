from typing import Any

from accounts.identity import Identity
from notifications import selectors, wire
from realtime import selectors as streams
from realtime.dialects import DialectConsumer, Greeting


class NotificationConsumer(DialectConsumer):
    """`/api/chat/ws`: notices as they come, and how many are unread. What the app says here is about its chat."""

    dialect = "chat"

    def greet(self, identity: Identity) -> Greeting:
        """What she missed comes by REST."""
        with streams.snapshot():
            unread = selectors.unread_counts([identity.user_id])[identity.user_id]
            return Greeting(streams.state(identity.user_id), [wire.unread(unread)])

    def frame(self, event: dict[str, Any]) -> dict[str, Any] | None:
        match event["event"], event["data"]:
            case _, None:
                return None
            case "notifications.notice_added", data:
                return wire.notification(data)
            case "notifications.inbox_changed", data:
                return wire.unread(data["unread"])
        return None

    async def hear(self, frame: dict[str, Any]) -> None:
        """Whatever it is, it shows that the app reads."""
        self.acknowledge()
