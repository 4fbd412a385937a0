"""A notice as a mail: both bodies, and the headers that say what kind of mail it is."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from notifications import catalogue
from notifications.channels.parcel import Parcel
from notifications.reach import unsubscribing


def compose(parcel: Parcel) -> EmailMultiAlternatives:
    kind = catalogue.kind(parcel.kind)
    link = "" if kind.is_mandatory else unsubscribing.link(parcel.user_id, parcel.kind)
    with translation.override(parcel.locale):
        context = {"title": parcel.title, "body": parcel.body, "kind": gettext(kind.title), "link": link}
        text = render_to_string("notifications/mail.txt", context)
        html = render_to_string("notifications/mail.html", context)
    mail = EmailMultiAlternatives(
        subject=_in_one_line(parcel.title or parcel.body),
        body=text,
        to=[parcel.address],
        headers=_headers(parcel) | (_unsubscribing(link) if link else {}),
    )
    mail.attach_alternative(html, "text/html")
    return mail


def _headers(parcel: Parcel) -> dict[str, str]:
    headers = {
        # The same for every try, so that a mail that arrives twice is kept once.
        "Message-ID": f"<{parcel.nid}@{urlsplit(settings.PUBLIC_URL).hostname}>",
        "Content-Language": parcel.locale,
        # No answer from a machine, please: the one in the standard, and the one that Exchange listens to.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-Notice-Id": str(parcel.nid),
        "X-Notice-Kind": parcel.kind,
    }
    if parcel.is_urgent:
        headers["Importance"] = "high"
    return headers


def _unsubscribing(link: str) -> dict[str, str]:
    """The button of the mail program itself (RFC 8058)."""
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
