"""What the operators' index says of accounts."""

from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from accounts.models import Session, User
from core.clocks import DAY
from core.dashboards import Figure, Summary
from core.templatetags.figures import whole

WEEK = 7 * DAY


def summary(now: datetime) -> list[Figure]:
    people = User.objects.filter(anonymised_at=None).aggregate(
        active=Count("pk", filter=Q(is_active=True)),
        suspended=Count("pk", filter=Q(is_active=False)),
        joined=Count("pk", filter=Q(joined_at__gte=now - WEEK)),
        operators=Count("pk", filter=Q(is_active=True, is_staff=True)),
    )
    seen = Session.objects.live().filter(last_used_at__gte=now - DAY).values("user").distinct().count()
    users = reverse("admin:accounts_user_changelist")
    return [
        Figure("People", whole(people["active"]), f"{whole(people['joined'])} came in 7 days", link=users),
        Figure("Signed in", whole(seen), "were here in 24 hours", link=reverse("admin:accounts_session_changelist")),
        Figure("Deactivated", whole(people["suspended"]), "are let in no more", link=f"{users}?is_active__exact=0"),
        Figure("Operators", whole(people["operators"]), "may come in here", link=f"{users}?is_staff__exact=1"),
    ]


SUMMARY = Summary("Accounts", "group", "accounts.view_user", summary)
