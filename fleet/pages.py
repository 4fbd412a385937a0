from django.utils.translation import gettext_lazy as _

from core.pages import Page
from fleet import selectors

# By the names that the boards have for them.
TYPES = {
    "Parking Violation": _("Parking Violation"),
    "Speed Violation": _("Speed Violation"),
    "No Valid Registration": _("No Valid Registration"),
    "No Valid License": _("No Valid License"),
    "Reckless Driving": _("Reckless Driving"),
    "Unauthorized Entry": _("Unauthorized Entry"),
    "Improper Parking": _("Improper Parking"),
    "Vehicle Modification": _("Vehicle Modification"),
    "Over Speeding": _("Over Speeding"),
    "Expired MVP Registration": _("Expired MVP Registration"),
    "Other": _("Other"),
}
STATES = {
    "pending": _("Pending"),
    "confirmed": _("Confirmed"),
    "sanctioned": _("Sanctioned"),
    "dismissed": _("Dismissed"),
    "warning": _("Warning"),
    "suspension": _("Suspension"),
    "revocation": _("Revocation"),
    "active": _("Active"),
    "suspended": _("Suspended"),
    "expired": _("Expired"),
    "revoked": _("Revoked"),
    "onsite": _("On the campus"),
    "offsite": _("Off the campus"),
    "two-wheeled": _("Two wheels"),
    "four-wheeled": _("Four wheels"),
}

BOARD = Page(
    path="fleet",
    title=_("Fleet"),
    template="fleet/board.html",
    is_for=selectors.is_reader,
    texts={
        **TYPES,
        **STATES,
        "Unknown": _("Unknown"),
        "of": _("of {count}"),
        "up": _("{percent} more than before"),
        "down": _("{percent} less than before"),
        "same": _("as many as before"),
        "none_before": _("none before"),
        "as_of": _("As of {time}"),
        "span": _("{first} to {last}"),
        "in": _("In"),
        "out": _("Out"),
        "vehicles": _("Vehicles"),
        "violations": _("Violations"),
        "shown": _("{count} vehicles"),
        "truncated": _("The {count} that moved last, of {total}. A search finds the others too."),
        "just_now": _("just now"),
        "reported_by": _("Reported by {name}"),
        "unregistered": _("This plate is not registered."),
        "more": _("Show {count} more"),
        "sending": _("Sending …"),
        "recorded": _("Recorded"),
        "repeated": _("Known already"),
        "refused_because": _("Refused: {message}"),
        "scanned": _("{plate}: {direction}"),
        "reported": _("{plate}: {type}"),
        "week": _("Week of {day}"),
    },
)

PAGES = [BOARD]
