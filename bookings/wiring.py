from django.utils.translation import gettext_noop

from bookings import (
    boards,
    commands,
    demo,
    events,
    exports,
    kinds,
    messages,
    pages,
    paying,
    preflight,
    renewing,
    stats,
    story,
)
from bookings.operators import dashboard
from bookings.services import people
from core.roles import may
from notifications.catalogue import NoticeKind

KINDS = {
    events.RESERVATION: kinds.RESERVATION,
    events.REFERENCE: kinds.REFERENCE,
    events.SUBSCRIPTION: kinds.SUBSCRIPTION,
    events.SUBSCRIPTION_REFERENCE: kinds.SUBSCRIPTION_REFERENCE,
    events.WAITLIST: kinds.ENTRY,
}
COMMANDS = commands.COMMANDS
SETTLERS = [(stats.Moved, stats.settle)]
PAYABLES = {events.RESERVATION: paying.RESERVATION, renewing.INVOICES: paying.INVOICE}
NOTICES = {
    messages.RESERVATIONS: NoticeKind(gettext_noop("Reservations")),
    messages.SUBSCRIPTIONS: NoticeKind(gettext_noop("Subscriptions")),
    messages.REMINDERS: NoticeKind(gettext_noop("Reminders")),
}
BOARDS = boards.BOARDS
DASHBOARDS = {"bookings": dashboard.DASHBOARD}
SUMMARIES = {"bookings": dashboard.SUMMARY}
SCHEDULE = {
    "bookings.keep_deadlines": {"task": "bookings.tasks.keep_deadlines", "schedule": 15.0},
    "bookings.renew": {"task": "bookings.tasks.renew", "schedule": 30.0},
    "bookings.remind": {"task": "bookings.tasks.remind", "schedule": 20.0},
    "bookings.leave": {"task": "bookings.tasks.leave", "schedule": 60.0},
    "bookings.count_days": {"task": "bookings.tasks.count_days", "schedule": 900.0},
    "bookings.touch_boards": {"task": "bookings.tasks.touch_boards", "schedule": 60.0},
}
ANONYMISED = [people.retire]
PREFLIGHT = {"bookings": preflight.bookings}
EXPORTS = {"bookings": exports.bookings}
STORIES = {"bookings": story.play}
PAGES = pages.PAGES
DEMO = [demo.spa]
WAYS_IN = [demo.ways_in]
VIEW = [
    *may("view", "bookings", "provider providerstats providerday specialday service plan slot reservation"),
    *may("view", "bookings", "waitlistentry subscription invoice scheduledreminder review"),
]
ROLES = {
    "support": [
        *VIEW,
        *may("change", "bookings", "provider specialday service plan slot reservation subscription"),
        *may("add", "bookings", "specialday"),
        *may("delete", "bookings", "specialday"),
    ],
    "read-only": VIEW,
}
