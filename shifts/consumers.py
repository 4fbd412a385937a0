import asyncio
import logging
from collections.abc import Iterable
from time import monotonic
from typing import Any

from django.utils import timezone

from accounts.identity import Identity
from core.errors import Forbidden, refuse
from realtime import selectors as streams
from realtime.dialects import DialectConsumer, Greeting
from realtime.threads import in_thread
from shifts import delivery, messages, selectors, wire
from shifts.models import Employee
from shifts.serializers import OfferOut

logger = logging.getLogger(__name__)


class Deliveries:
    """What this process wrote to sockets and the rows do not say yet. One unit at a time notes all there is.

    What cannot be noted is shown again at the next connection: twice is better than never.
    """

    def __init__(self) -> None:
        self._written: set[tuple[int, int]] = set()
        self._noting: asyncio.Task[None] | None = None

    def note(self, employee_id: int, shift_id: int) -> None:
        self._written.add((employee_id, shift_id))
        if self._noting is None or self._noting.done():
            self._noting = asyncio.create_task(self._note_all())

    async def _note_all(self) -> None:
        while self._written:
            written, self._written = self._written, set()
            try:
                await in_thread(delivery.mark_delivered, written, timezone.now())
            except Exception:
                logger.warning("deliveries_not_noted", exc_info=True)


deliveries = Deliveries()


class ShiftOfferConsumer(DialectConsumer):
    """`/ws/{emp_id}`: offers, each as one frame; answers come by REST."""

    dialect = "shift_offers"
    keepalive = wire.PING

    def admit(self, identity: Identity) -> None:
        self.emp_id = self.scope["url_route"]["kwargs"]["emp_id"]
        herself = Employee.objects.active().filter(pk=self.emp_id, user=identity.user_id)
        refuse(Forbidden, unless=herself.exists())

    def greet(self, identity: Identity) -> Greeting:
        with streams.snapshot():
            state = streams.state(identity.user_id)
            offers = selectors.undelivered_offers(identity.user_id, timezone.now())
            return Greeting(state, self._written_as_read([OfferOut(offer).data for offer in offers]))

    def frame(self, event: dict[str, Any]) -> dict[str, Any] | None:
        data = event["data"]
        if data is None:
            return None
        if event["event"] == "notifications.notice_added" and data["kind"] == messages.OFFERS:
            asyncio.get_running_loop().call_soon(self._ask_whether_she_reads)
        if event["event"] != "shifts.shift_offered" or data["status"] != "pending":
            return None
        deliveries.note(self.emp_id, data["shift_id"])
        return wire.shift_offer(data)

    async def hear(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "pong":
            self.acknowledge()

    def _ask_whether_she_reads(self) -> None:
        """The notice of an offer comes after the offer itself. Without a pong to this, she is pushed."""
        if not self.connection.is_closed:
            self.connection.ping(monotonic())

    def _written_as_read(self, offers: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        """A frame is noted once the next is asked for: it was written then."""
        for data in offers:
            yield wire.shift_offer(data)
            deliveries.note(self.emp_id, data["shift_id"])
