from django.utils.translation import gettext_noop

from core.roles import may
from notifications.catalogue import NoticeKind
from shifts import boards, commands, demo, exports, kinds, messages, operators, pages, services, story

KINDS = {"shifts.offer": kinds.OFFER}
COMMANDS = commands.COMMANDS
NOTICES = {
    messages.OFFERS: NoticeKind(gettext_noop("Shift offers"), ack_seconds=4),
    # Seed 002's app shows offers and nothing else.
    messages.UPDATES: NoticeKind(gettext_noop("Changes to shifts"), ack_seconds=0, is_shown_by_all=False),
}
SCOPES = {"shifts.schedule": gettext_noop("Create, offer and cancel shifts")}
BOARDS = {boards.NAME: boards.COVERAGE}
DASHBOARDS = {"shifts": operators.DASHBOARD}
SUMMARIES = {"shifts": operators.SUMMARY}
SCHEDULE = {
    "shifts.tidy": {"task": "shifts.tasks.tidy", "schedule": 10.0},
    "shifts.go_on_offering": {"task": "shifts.tasks.go_on_offering_everywhere", "schedule": 15.0},
    "shifts.release_shifts": {"task": "shifts.tasks.release_shifts", "schedule": 60.0},
    "shifts.withdraw_overlapping": {"task": "shifts.tasks.withdraw_overlapping_everywhere", "schedule": 60.0},
}
ANONYMISED = [services.retire_employee]
EXPORTS = {"shifts": exports.shifts}
STORIES = {"shifts": story.play}
PAGES = pages.PAGES
DEMO = [demo.hospital]
WAYS_IN = [demo.ways_in]
OF_EMPLOYEES = "heldqualification availability leave"
VIEW = may("view", "shifts", f"shift shiftoffer consideration employee qualification {OF_EMPLOYEES}")
ROLES = {
    "dispatcher": [
        *VIEW,
        *may("change", "shifts", f"shift employee {OF_EMPLOYEES}"),
        *may("add", "shifts", f"shift employee {OF_EMPLOYEES}"),
        *may("delete", "shifts", OF_EMPLOYEES),
    ],
    "support": VIEW,
    "read-only": VIEW,
}
