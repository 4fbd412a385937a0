"""Those whose accounts are gone leave their conversations, each in a unit of its own."""

from datetime import datetime
from functools import partial
from uuid import UUID

from chat import events, membership
from chat.models import Participant
from core.sweeping import each
from core.unit import unit
from realtime.publishing import blank


def part(now: datetime) -> None:
    departed = Participant.objects.filter(left_at=None, user__anonymised_at__isnull=False)
    each(departed.order_by("pk").values_list("conversation", "user"), partial(_leave, now=now))


@unit
def _leave(place: tuple[UUID, UUID], now: datetime) -> None:
    conversation_id, user_id = place
    [conversation] = membership.lock_with_places([conversation_id])
    blank(events.CONVERSATION, conversation_id)  # her name is in all that was told of it
    membership.take_out(conversation, user_id, now=now)
