from collections.abc import Collection
from typing import Any
from uuid import UUID

from accounts.models import User
from core.doorbell import ring
from core.errors import Invalid, refuse
from core.unit import unit
from dispatch import tasks
from dispatch.boards import touch_professionals
from dispatch.errors import ProfessionalAlready
from dispatch.models import Block, PassedOver, Professional, Skill

DECIDES = {"latitude", "longitude", "radius_km", "hours", "zone", "most_open", "is_approved", "is_available"}


@unit
def apply(user: User, *, skills: Collection[Skill] = (), **facts: Any) -> Professional:
    """Nobody is asked before staff have approved her."""
    refuse(ProfessionalAlready, unless=not Professional.objects.filter(pk=user.pk).exists())
    professional = Professional.objects.create(user=user, **{"zone": user.zone, **facts})
    professional.skills.set(skills)
    return professional


@unit
def approve(professional: Professional) -> Professional:
    Professional.objects.filter(pk=professional.pk, is_approved=False).update(is_approved=True)
    return reconsider(professional)


@unit
def revise_profile(
    professional: Professional, *, skills: Collection[Skill] | None = None, **facts: Any
) -> Professional:
    Professional.objects.filter(pk=professional.pk).update(**facts)
    if skills is not None:
        professional.skills.set(skills)
    if skills is not None or DECIDES & facts.keys():
        return reconsider(professional)
    return Professional.objects.get(pk=professional.pk)


@unit
def set_availability(professional: Professional, *, is_available: bool) -> Professional:
    """What she was asked before stays hers to answer."""
    Professional.objects.filter(pk=professional.pk).update(is_available=is_available)
    return reconsider(professional)


@unit
def reconsider(professional: Professional) -> Professional:
    """Something about her has changed: whatever spoke against her may not hold any more."""
    PassedOver.objects.filter(professional=professional).delete()
    touch_professionals([professional.pk])
    ring(tasks.consider, professional.pk)
    return Professional.objects.get(pk=professional.pk)


@unit
def block(user: User, other: User) -> Block:
    """Neither hears of the other from now on; what is open between them ends."""
    if user == other:
        raise Invalid(user_id=["You cannot block yourself."])
    made, _ = Block.objects.get_or_create(blocker=user, blocked=other)
    ring(tasks.part)
    return made


@unit
def unblock(user: User, other_id: UUID) -> None:
    if Block.objects.filter(blocker=user, blocked=other_id).delete()[0]:
        for professional in Professional.objects.filter(pk__in=[user.pk, other_id]).order_by("pk"):
            reconsider(professional)


@unit
def retire(user_id: UUID) -> None:
    """Whoever it was, owner or professional: nobody asks her any more, and what she left open ends."""
    Professional.objects.filter(pk=user_id).update(is_approved=False, is_available=False)
    ring(tasks.part)
