from django.utils.translation import gettext_noop

from core.roles import may
from notifications import carriers, commands, demo, exports, kinds, messages, pages, services, telling
from notifications.catalogue import NoticeKind
from notifications.operators import dashboard, metrics, operations, preflight
from notifications.outbox import digests
from notifications.reach import devices, preferences

PAGES = pages.PAGES
SETTLERS = [(messages.Message | messages.Withdrawal, telling.settle)]
NOTICES = {
    digests.KIND: NoticeKind(gettext_noop("Summaries"), throttle=None, is_listed=False),
    operations.TEST: operations.TEST_KIND,
}
KINDS = {"notifications.notice": kinds.NOTICE, "notifications.inbox": kinds.INBOX}
COMMANDS = commands.COMMANDS
CARRIERS = {"sms": carriers.SMS}
SCHEDULE = {
    "notifications.deliver": {"task": "notifications.tasks.deliver", "schedule": 1.0},
    "notifications.send_digests": {"task": "notifications.tasks.send_digests", "schedule": 60.0},
    "notifications.send_broadcasts": {"task": "notifications.tasks.send_broadcasts", "schedule": 10.0},
    "notifications.forget": {"task": "notifications.tasks.forget", "schedule": 86_400.0},
    "notifications.age_devices": {"task": "notifications.tasks.age_devices", "schedule": 86_400.0},
}
COLLECTORS = [metrics.collector]
DASHBOARDS = {"notifications": dashboard.DASHBOARD}
SUMMARIES = {"notifications": dashboard.SUMMARY}
PREFLIGHT = {
    "providers": preflight.providers,
    "queues": preflight.queues,
    "breakers": preflight.breakers,
}
REVOKED = [devices.unbind_sessions]
ANONYMISED = [services.forget, devices.forget, preferences.forget]
DEMO = [demo.phones]
EXPORTS = {
    "notices": exports.notices,
    "devices": exports.devices,
    "notice_preferences": exports.preferences,
    "quiet_hours": exports.quiet_hours,
}
VIEW = [
    *may("view", "notifications", "notice delivery attempt broadcast channelhealth digest"),
    *may("view", "notifications", "device devicechange preference quiethours"),
]
ROLES = {
    "support": [*VIEW, *may("change", "notifications", "notice delivery device channelhealth")],
    "read-only": VIEW,
}
