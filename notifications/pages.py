from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.pages import Badge, Page


def everybody(user: User) -> bool:
    return True


INBOX = Page(
    path="inbox",
    title=_("Notifications"),
    template="notifications/inbox.html",
    is_for=everybody,
    place=8,
    badge=Badge("notifications.inbox", "unread"),
    texts={
        "unread": _("{count} unread"),
        "all_read": _("All read"),
        "urgent": _("Urgent"),
        "important": _("Important"),
    },
)
SETTINGS = Page(
    path="settings",
    title=_("Settings"),
    template="notifications/settings.html",
    is_for=everybody,
    place=9,
    texts={
        "fcm": _("Push"),
        "onesignal": _("Push by OneSignal"),
        "email": _("Email"),
        "sms": _("Text message"),
        "by_channel": _("{kind}: {channel}"),
        "always": _("always on"),
        "saved": _("Saved."),
        "not_saved": _("Not saved. Is there a connection?"),
        "android": _("Android phone"),
        "ios": _("iPhone or iPad"),
        "web": _("Browser"),
        "heard_of": _("Last heard of {when}"),
        "is_dead": _("No longer reachable"),
        "removed": _("Removed."),
    },
)

PAGES = [INBOX, SETTINGS]
