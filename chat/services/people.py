"""Who wants nothing to do with whom, and who goes altogether."""

from datetime import datetime
from uuid import UUID

from accounts.models import User
from chat import membership, selectors, tasks
from chat.errors import NoSuchPerson
from chat.models import Block, Conversation, MessageReport, Participant
from core.doorbell import ring
from core.errors import Invalid, refuse
from core.unit import unit


@unit
def block(user: User, other_id: UUID, *, now: datetime) -> None:
    """What they have together of direct conversations is closed to the other, and nobody writes there."""
    refuse(NoSuchPerson, unless=selectors.people([other_id]))
    if other_id == user.pk:
        raise Invalid(user_id=["You cannot block yourself."])
    membership.lock_people([user.pk, other_id])
    Block.objects.bulk_create([Block(blocker=user, blocked_id=other_id, created_at=now)], ignore_conflicts=True)
    together = membership.lock_with_places(_together(user.pk, other_id))
    still_open = [one for one in together if selectors.is_in(one.pk, other_id)]
    membership.note_block(still_open, other_id, now)
    for conversation in still_open:
        membership.close_to(conversation, [other_id])
        membership.tell_change(conversation, "participant_blocked")


@unit
def unblock(user: User, other_id: UUID) -> None:
    membership.lock_people([user.pk, other_id])
    if not Block.objects.filter(blocker=user, blocked=other_id).delete()[0]:
        return
    together = membership.lock_with_places(_together(user.pk, other_id))
    closed = [one for one in together if not selectors.is_in(one.pk, other_id)]
    membership.note_block(closed, other_id, None)
    for conversation in closed:
        if not selectors.is_in(conversation.pk, other_id):
            continue  # she has left altogether
        membership.tell_change(conversation, "participant_unblocked")
        membership.open_to(conversation, [other_id])


@unit
def retire(user_id: UUID) -> None:
    """Her account is gone. What she wrote stays with those she wrote it to, under no name."""
    Block.objects.filter(blocker=user_id).delete()
    Block.objects.filter(blocked=user_id).delete()
    MessageReport.objects.filter(reporter=user_id).update(note="")
    ring(tasks.part)


def _together(user_id: UUID, other_id: UUID) -> list[UUID]:
    hers = Participant.objects.filter(user=user_id).values("conversation")
    direct = Conversation.objects.filter(kind=Conversation.Kind.DIRECT, pk__in=hers)
    return list(direct.filter(participants__user=other_id).values_list("pk", flat=True))
