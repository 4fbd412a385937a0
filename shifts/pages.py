from django.utils.translation import gettext_lazy as _

from core.pages import Badge, Page
from shifts import selectors

OFFERS = Page(
    path="shifts",
    title=_("Shifts"),
    template="shifts/offers.html",
    is_for=selectors.is_employee,
    badge=Badge("shifts.offer", "status", "pending"),
    about=["shifts.offer"],
    texts={
        "pending": _("Waiting for you"),
        "accepted": _("Yours"),
        "rejected": _("You said no"),
        "dropped": _("You gave it back"),
        "expired": _("Too late"),
        "withdrawn": _("Withdrawn"),
        "taken": _("A colleague has it"),
        "sending": _("Sending your answer …"),
        "won": _("The shift is yours: {place}, {day}."),
        "lost": _("A colleague was quicker: {place}, {day}."),
        "gone": _("No longer offered: {place}, {day}."),
        "answer_by": _("Answer {when}"),
    },
)

PAGES = [OFFERS]
