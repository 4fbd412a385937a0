"""An owner and the professional whose estimate was accepted can talk: dispatch and chat do not know each other."""

import logging
from datetime import datetime

from django.utils import timezone

from chat import demo
from chat.models import Conversation
from chat.services import conversations
from core.errors import DomainError
from dispatch.models import Estimate

logger = logging.getLogger(__name__)

OWNER = "owner@demo.test"
ABOUT_A_REPAIR = [
    "Thank you for choosing us. Can you bring the car on Monday at eight?",
    "Monday is fine. How long will you need it?",
    "Until Wednesday evening. I will send you pictures when it is done.",
]


def open_talk(estimate: Estimate, now: datetime) -> None:
    """In the unit that accepts, as its last lock. Whoever may not talk to the other gets the job all the same."""
    try:
        _open(estimate, now)
    except DomainError as refusal:
        logger.info("no_conversation_opened", extra={"report": str(estimate.report_id), "code": refusal.code})


def history() -> None:
    """Of the demo world: about the owner's last repair."""
    accepted = Estimate.objects.filter(status=Estimate.Status.ACCEPTED, report__owner__email=OWNER)
    estimate = accepted.select_related("report__owner", "professional__user").order_by("-decided_at").first()
    if estimate is None:
        return
    now = timezone.now()
    talk, is_new = _open(estimate, now)
    if is_new:
        owner, professional = estimate.report.owner, estimate.professional.user
        speakers = (professional, owner, professional)
        demo.say(talk, list(zip(speakers, ABOUT_A_REPAIR, strict=True)), now=now)


def _open(estimate: Estimate, now: datetime) -> tuple[Conversation, bool]:
    report = estimate.report
    return conversations.open_conversation(
        report.owner,
        [estimate.professional_id],
        title=report.vehicle,
        context={"report_id": str(report.pk), "title": report.vehicle},
        now=now,
    )
