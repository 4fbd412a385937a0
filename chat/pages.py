from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chat import events
from core.pages import Badge, Page


def everybody(user: User) -> bool:
    return True


CHAT = Page(
    path="chat",
    place=5,
    title=_("Chat"),
    template="chat/chat.html",
    is_for=everybody,
    badge=Badge(events.UNREAD, "unread"),
    about=[events.CONVERSATION],
    texts={
        "you": _("You"),
        "somebody": _("Somebody"),
        "nobody": _("Nobody else"),
        "owner": _("Owner"),
        "member": _("Member"),
        "online": _("Online"),
        "muted": _("Muted"),
        "people_count": _("{count} people"),
        "types": _("{name} is typing …"),
        "you_said": _("You: {words}"),
        "somebody_said": _("{name}: {words}"),
        "picture": _("A picture"),
        "file": _("A file"),
        "deleted": _("This message was deleted."),
        "edited": _("edited"),
        "unread": _("New messages"),
        "is_waiting": _("Waiting to be sent"),
        "is_failed": _("Not sent: {why}"),
        "is_sent": _("Sent"),
        "is_delivered": _("Delivered"),
        "is_read": _("Read"),
        "not_uploaded": _("Not uploaded. Is there a connection?"),
        "reported": _("Reported. A moderator will look at it."),
        "blocked": _("{name} can no longer write to you."),
        "unblocked": _("{name} can write to you again."),
        "found": _("Messages found"),
        "found_nothing": _("No message has these words."),
    },
)

PAGES = [CHAT]
