from django.utils.translation import gettext_noop

from core.roles import may
from dispatch import boards, commands, demo, deposits, events, exports, kinds, messages, pages, preflight, story
from dispatch.operators import dashboard
from dispatch.services import professionals
from notifications.catalogue import NoticeKind

KINDS = {events.REPORT: kinds.REPORT, events.REQUEST: kinds.REQUEST, events.ESTIMATE: kinds.ESTIMATE}
COMMANDS = commands.COMMANDS
NOTICES = {
    messages.REPORTS: NoticeKind(gettext_noop("New damage reports")),
    messages.REQUESTS: NoticeKind(gettext_noop("Requests for an estimate")),
    messages.UPDATES: NoticeKind(gettext_noop("Changes to estimates")),
    messages.OPERATORS: NoticeKind(gettext_noop("Reports that nobody answers")),
}
BOARDS = boards.BOARDS
DASHBOARDS = {"dispatch": dashboard.DASHBOARD}
SUMMARIES = {"dispatch": dashboard.SUMMARY}
PAYABLES = {deposits.KIND: deposits.PAYABLE}
SCHEDULE = {
    "dispatch.go_on": {"task": "dispatch.tasks.go_on_everywhere", "schedule": 10.0},
    "dispatch.keep_deadlines": {"task": "dispatch.tasks.keep_deadlines", "schedule": 15.0},
    "dispatch.part": {"task": "dispatch.tasks.part", "schedule": 60.0},
    "dispatch.renew_standings": {"task": "dispatch.tasks.renew_standings", "schedule": 600.0},
    "dispatch.remove_loose_photos": {"task": "dispatch.tasks.remove_loose_photos", "schedule": 3600.0},
}
ANONYMISED = [professionals.retire]
PREFLIGHT = {"deposits": preflight.deposits}
EXPORTS = {"dispatch": exports.dispatch}
PAGES = pages.PAGES
STORIES = {"dispatch": story.play}
DEMO = [demo.city]
WAYS_IN = [demo.ways_in]
VIEW = [
    *may("view", "dispatch", "damagereport estimate estimaterequest passedover"),
    *may("view", "dispatch", "professional skill review block"),
]
ROLES = {
    "dispatcher": [
        *VIEW,
        *may("change", "dispatch", "damagereport professional skill"),
        *may("add", "dispatch", "professional skill"),
    ],
    "support": VIEW,
    "read-only": VIEW,
}
