"""What hands are asked to do where dispatch and chat meet."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.timezone import now

from accounts.models import User
from chat.models import Conversation
from chat.services import conversations, people
from dispatch.models import Estimate
from tests import dispatch_world


def accept(report_id: UUID) -> str:
    return dispatch_world.accept_any(report_id)


def open_talk(report_id: UUID, *, by_owner: bool) -> str:
    """By one of the two, whoever is going to be chosen."""
    first = (
        Estimate.objects.filter(report=report_id).select_related("report__owner", "professional__user").earliest("pk")
    )
    both = [first.report.owner, first.professional.user]
    opener, other = both if by_owner else reversed(both)
    opened, _ = conversations.open_conversation(opener, [other.pk], context={"report_id": str(report_id)}, now=now())
    return str(opened.pk)


def open_by_owner(report_id: UUID) -> str:
    return open_talk(report_id, by_owner=True)


def open_by_professional(report_id: UUID) -> str:
    return open_talk(report_id, by_owner=False)


def block_and_unblock(user_id: UUID, other_id: UUID) -> None:
    user = User.objects.get(pk=user_id)
    people.block(user, other_id, now=now())
    people.unblock(user, other_id)


def talks(reports: Sequence[UUID]) -> list[list[str]]:
    """Who is in each conversation about one of these, in their order."""
    found = []
    for report_id in reports:
        about = Conversation.objects.filter(context__report_id=str(report_id)).order_by("pk")
        found += [sorted(str(place.user_id) for place in one.participants.all()) for one in about]
    return found


def winners(reports: Sequence[UUID]) -> list[list[str]]:
    accepted = Estimate.objects.filter(report__in=reports, status=Estimate.Status.ACCEPTED).select_related("report")
    both = {str(one.report_id): sorted([str(one.report.owner_id), str(one.professional_id)]) for one in accepted}
    return [both[str(report_id)] for report_id in reports]
