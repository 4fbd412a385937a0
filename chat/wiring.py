from django.utils.translation import gettext_noop

from chat import commands, delivery, demo, events, exports, kinds, live, messages, metrics, pages, story
from chat.operators import dashboard
from chat.services import people
from core.roles import may
from notifications import trees
from notifications.catalogue import NoticeKind

KINDS = {
    events.CONVERSATION: kinds.CONVERSATION,
    events.UNREAD: kinds.UNREAD,
    events.RECEIPTS: kinds.RECEIPTS,
    events.MESSAGE: kinds.MESSAGE,
}
COMMANDS = commands.COMMANDS
SIGNALS = {live.TYPING: live.hear_typing}
ACKED = [delivery.note]
CAME_OR_WENT = [live.tell_presence]
NOTICES = {
    # Whether to push was decided by then, and of a burst only the newest: see chat.pushing.
    messages.MESSAGES: NoticeKind(
        gettext_noop("Messages"), tree=trees.CHAT, ack_seconds=0, throttle=None, is_listed=False
    ),
}
SCHEDULE = {
    "chat.tell": {"task": "chat.tasks.tell", "schedule": 1.0},
    "chat.part": {"task": "chat.tasks.part", "schedule": 60.0},
    "chat.remove_loose_media": {"task": "chat.tasks.remove_loose_media", "schedule": 60.0},
    "chat.measure": {"task": "chat.tasks.measure", "schedule": 5.0},
    "chat.forget": {"task": "chat.tasks.forget", "schedule": 86_400.0},
}
COLLECTORS = [metrics.collector]
ANONYMISED = [people.retire]
EXPORTS = {"chat": exports.chat}
DASHBOARDS = {"chat": dashboard.DASHBOARD}
SUMMARIES = {"chat": dashboard.SUMMARY}
STORIES = {"chat": story.play}
PAGES = pages.PAGES
DEMO = [demo.talks]
WAYS_IN = [demo.ways_in]
VIEW = may("view", "chat", "conversation participant media block reach")
ROLES = {
    "moderator": [*VIEW, *may("view", "chat", "messagereport"), *may("change", "chat", "messagereport")],
    "support": may("view", "chat", "conversation participant block reach"),
    "read-only": VIEW,  # but not reports, which show what people wrote to each other
}
