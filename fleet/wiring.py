from django.utils.translation import gettext_noop

from core.roles import may
from fleet import boards, commands, demo, exports, leaving, messages, metrics, pages, preflight, story
from fleet.operators import dashboard
from notifications.catalogue import NoticeKind

BOARDS = boards.BOARDS
DASHBOARDS = {"fleet": dashboard.DASHBOARD}
SUMMARIES = {"fleet": dashboard.SUMMARY}
COMMANDS = commands.COMMANDS
NOTICES = {messages.ALERTS: NoticeKind(gettext_noop("Alerts of the fleet"))}
SCOPES = {
    "fleet.scans": gettext_noop("Say which vehicles passed a gate"),
    "fleet.violations": gettext_noop("Report violations"),
}
SCHEDULE = {
    "fleet.adopt": {"task": "fleet.tasks.adopt", "schedule": 60.0},
    "fleet.end_what_is_over": {"task": "fleet.tasks.end_what_is_over", "schedule": 20.0},
    "fleet.turn_over": {"task": "fleet.tasks.turn_over", "schedule": 5.0},
    "fleet.sweep_kept": {"task": "fleet.tasks.sweep_kept", "schedule": 600.0},
    "fleet.forget": {"task": "fleet.tasks.forget", "schedule": 86_400.0},
}
COLLECTORS = [metrics.collector]
PREFLIGHT = {"fleet": preflight.fleet}
ANONYMISED = [leaving.retire]
EXPORTS = {"fleet": exports.fleet}
STORIES = {"fleet": story.play}
PAGES = pages.PAGES
DEMO = [demo.campus]
WAYS_IN = [demo.ways_in]
VIEW = may("view", "fleet", "vehicle vehiclelog scan tally violation sanction officer")
ROLES = {
    "fleet officer": [
        *VIEW,
        *may("change", "fleet", "vehicle violation sanction"),
        *may("add", "fleet", "vehicle"),
    ],
    "read-only": VIEW,
}
